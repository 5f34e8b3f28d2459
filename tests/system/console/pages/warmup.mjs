// 127.0.0.2 warms up: console_test.py gave it a plan, and more mail than its first day takes.
export default {
  name: "warmup",
  path: "/warmup",
  async ready({ page }) {
    const row = page.getByRole("row", { name: /^127\.0\.0\.2/ }).first();
    await row.getByRole("progressbar", { name: "127.0.0.2 today" }).waitFor();
    await row.getByText("standard").waitFor();
  },
  async check({ page, rest, assert, complaints, screenshots }) {
    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: "New plan" }).click();
    await dialog.getByLabel("Name").fill("gentle");
    await dialog.getByLabel("The limit of each day").fill("20 many");
    await dialog.getByText("Limits are whole numbers").waitFor();
    await dialog.getByLabel("The limit of each day").fill("20 40, 80");
    await dialog.getByLabel("For single providers").fill("gmail 5 10 20");
    await dialog.getByText("The same on the command line").click();
    await dialog
      .getByText(/plan create gentle --days 20,40,80 .*--provider gmail=5,10,20/)
      .waitFor();
    await page.screenshot({ path: `${screenshots}/warmup.plan.png` });
    await dialog.getByRole("button", { name: "Make the plan" }).click();
    const plans = page.getByRole("region", { name: "Plans" });
    const plan = plans.getByRole("row", { name: /^gentle/ });
    await plan.getByText("3 days, 20 to 80").click();
    await plan.getByText("gmail: 5 · 10 · 20").waitFor();

    // What has no ledger can begin its warm-up here, or where its ledger would be.
    await page.getByRole("button", { name: "Begin a warm-up" }).click();
    await dialog.getByLabel("IP or domain").fill("begun.test");
    await dialog.getByLabel("Plan").selectOption("gentle");
    await dialog.getByText("It has no ledger yet: this begins its warm-up.").waitFor();
    await dialog.getByText("day 1: 20").waitFor();
    await page.screenshot({ path: `${screenshots}/warmup.begin.png` });
    await dialog.getByRole("button", { name: "Begin it" }).click();
    await page.getByRole("heading", { name: "Warm-up of begun.test", level: 1 }).waitFor();
    assert.equal((await rest.get("/v1/ledgers/begun.test")).plan, "gentle");
    complaints.tolerated = ["status of 404"];
    await page.goto("/warmup/new.begun.test");
    await page.getByRole("button", { name: "Begin its warm-up" }).click();
    await dialog.getByText("It has no ledger yet: this begins its warm-up.").waitFor();
    await dialog.getByRole("button", { name: "Begin it" }).click();
    await page.getByRole("button", { name: "Change plan or day" }).waitFor();
    complaints.tolerated = undefined;

    await page.getByRole("link", { name: "All ledgers" }).click();
    await page.getByRole("searchbox", { name: "IP or domain" }).fill("127.0.0.2");
    await page.getByRole("button", { name: "Search" }).click();
    await page.waitForURL(/subject=127\.0\.0\.2/);
    // The row moves up when the others are gone; before that a click may miss it.
    await page.getByRole("link", { name: "127.0.0.1" }).waitFor({ state: "detached" });
    await page.getByRole("link", { name: "127.0.0.2" }).first().click();
    await page.getByRole("heading", { name: "Warm-up of 127.0.0.2", level: 1 }).waitFor();
  },
};
