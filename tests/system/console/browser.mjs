// Debian's Chromium under playwright-core, and what it complains of.
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Installed by ./dev test, outside of the sources.
const packages = createRequire(join(process.env.CONSOLE_PACKAGES, "package.json"));
const { chromium } = packages("playwright-core");
export const { AxeBuilder } = packages("@axe-core/playwright");

const OPTIONS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

/** A browser with a profile of its own; `close` removes it. */
export async function startBrowser(server) {
  const profile = mkdtempSync(join(tmpdir(), "warmfront-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: OPTIONS,
    baseURL: server,
    viewport: { width: 1280, height: 860 },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
  });
  context.setDefaultTimeout(15_000);
  const close = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { context, close };
}

/** What a node of a release before them does not have; the console says so on its pages. */
const MAY_BE_MISSING = ["/v1/session", "/v1/overview", "/v1/series"];

function isMissing(message) {
  const path = message.location().url && new URL(message.location().url).pathname;
  return message.text().includes("status of 404") && MAY_BE_MISSING.includes(path);
}

/** What the browser says that nobody expected: errors, violations, requests to strangers. */
export function listen(page, server) {
  const complaints = [];
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    if (isMissing(message)) return;
    // A page may ask for what is not there, or try a wrong key: the check of the page says so.
    if (complaints.tolerated?.some((each) => message.text().includes(each))) return;
    complaints.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => complaints.push(`thrown: ${error.stack ?? error}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(server) && !url.startsWith("data:")) complaints.push(`asks ${url}`);
  });
  return complaints;
}
