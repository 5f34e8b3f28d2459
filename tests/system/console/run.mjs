// Signs in, visits every page of pages/, and tells what was wrong; see README.md.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { listen, startBrowser } from "./browser.mjs";
import { Rest } from "./rest.mjs";
import { fitSmallScreen, look, reachByKeyboard } from "./visit.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const server = process.env.WARMFRONT_SERVER;
const key = process.env.WARMFRONT_KEY;
const screenshots = process.env.CONSOLE_SCREENSHOTS;
const only = (process.env.CONSOLE_PAGES ?? "").split(",").filter(Boolean);
mkdirSync(screenshots, { recursive: true });

async function loadPages() {
  const names = readdirSync(join(here, "pages")).filter((each) => each.endsWith(".mjs"));
  const all = await Promise.all(
    names.sort().map(async (name) => (await import(join(here, "pages", name))).default),
  );
  return all.filter((each) => only.length === 0 || only.includes(each.name));
}

/** Opens an address, and signs in when the console asks for it. */
async function open(page, path) {
  await page.goto(path);
  const signIn = page.getByRole("button", { name: "Sign in" });
  await signIn.or(page.getByRole("navigation", { name: "Pages", exact: true })).waitFor();
  if (!(await signIn.isVisible())) return;
  await page.getByLabel("Key", { exact: true }).fill(key);
  await signIn.click();
  await page.getByRole("navigation", { name: "Pages", exact: true }).waitFor();
}

async function visit(context, spec, rest) {
  const data = await spec.prepare?.({ rest });
  const page = await context.newPage();
  const complaints = listen(page, server);
  const given = { page, rest, data, assert, server, key, complaints, screenshots };
  try {
    const path = typeof spec.path === "function" ? spec.path(data) : spec.path;
    if (spec.signedOut) {
      await context.clearCookies();
      await page.goto(path);
    } else {
      complaints.tolerated = ["status of 401"];
      await open(page, path);
      complaints.tolerated = undefined;
    }
    await spec.ready(given);
    await look(page, spec.name, screenshots);
    await reachByKeyboard(page, spec.name);
    await fitSmallScreen(page, spec.name, screenshots);
    await spec.check?.(given);
    assert.deepEqual([...complaints], [], `what the browser said on ${path}`);
  } catch (failure) {
    await page.screenshot({ path: join(screenshots, `${spec.name}.failed.png`) }).catch(() => {});
    if (complaints.length > 0) console.error(`${spec.name}: ${complaints.join("\n")}`);
    throw failure;
  } finally {
    await page.close();
    // Others sign in with a key of their own.
    if (spec.signedOut) await context.clearCookies();
  }
}

const { context, close } = await startBrowser(server);
let failed = 0;
try {
  const rest = new Rest(server, key);
  const pages = await loadPages();
  // Who is not signed in sees another page: first.
  for (const spec of pages.sort((a, b) => Number(!!b.signedOut) - Number(!!a.signedOut))) {
    const begun = Date.now();
    try {
      await visit(context, spec, rest);
      console.log(`ok      ${spec.name} (${Date.now() - begun} ms)`);
    } catch (failure) {
      ++failed;
      console.log(`FAILED  ${spec.name}\n${failure.stack ?? failure}`);
    }
  }
} finally {
  await close();
}
process.exit(failed === 0 ? 0 : 1);
