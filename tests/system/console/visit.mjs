// What every page of the console must keep, whatever it is about.
import assert from "node:assert/strict";
import { join } from "node:path";
import { AxeBuilder } from "./browser.mjs";

const SCHEMES = ["light", "dark"];
/** Far more than any page has: who is not reached by then is not reached at all. */
const TABS_MAX = 400;

async function findViolations(page) {
  const found = await new AxeBuilder({ page }).analyze();
  return found.violations.map((each) => {
    const where = each.nodes.map((node) => `    ${node.html}\n      ${node.failureSummary}`);
    return `${each.id}: ${each.help}\n${where.slice(0, 5).join("\n")}`;
  });
}

/** Axe on the page as it is, in light and dark, with a screenshot of each. */
export async function look(page, name, folder) {
  for (const scheme of SCHEMES) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.screenshot({ path: join(folder, `${name}.${scheme}.png`), fullPage: true });
    const violations = await findViolations(page);
    assert.deepEqual(violations, [], `axe on ${name} in ${scheme}:\n${violations.join("\n")}`);
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
}

const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex='0']";

/** Everything that can be pressed or filled in gets the focus by the Tab key alone. */
export async function reachByKeyboard(page, name) {
  const wanted = await page.evaluate((selector) => {
    const all = [...document.querySelectorAll(selector)].filter(
      (each) => each.checkVisibility() && !each.disabled && each.tabIndex >= 0,
    );
    all.forEach((each, index) => each.setAttribute("data-reach", String(index)));
    document.activeElement?.blur();
    return all.length;
  }, FOCUSABLE);
  const reached = new Set();
  for (let turn = 0; turn < TABS_MAX && reached.size < wanted; ++turn) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => document.activeElement?.getAttribute("data-reach"));
    if (at !== null && at !== undefined) reached.add(at);
  }
  const missed = await page.evaluate(
    (seen) =>
      [...document.querySelectorAll("[data-reach]")]
        .filter((each) => !seen.includes(each.getAttribute("data-reach")))
        .map((each) => each.outerHTML.slice(0, 200)),
    [...reached],
  );
  assert.deepEqual(missed, [], `${name}: the Tab key does not reach ${missed.join("\n")}`);
}

/** A small screen: nothing is wider than it. */
export async function fitSmallScreen(page, name, folder) {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  const wide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  await page.screenshot({ path: join(folder, `${name}.small.png`), fullPage: true });
  await page.setViewportSize(before);
  assert.ok(wide <= 0, `${name} is ${wide} pixels wider than a small screen`);
}
