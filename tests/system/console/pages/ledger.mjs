const PATH = "/v1/ledgers/127.0.0.2";

export default {
  name: "ledger",
  path: "/warmup/127.0.0.2",
  async ready({ page }) {
    await page.getByRole("progressbar", { name: "127.0.0.2 today" }).waitFor();
    await page.locator(".curve canvas").waitFor();
    await page.getByRole("region", { name: "Days", exact: true }).getByRole("row").nth(1).waitFor();
  },
  async check({ page, rest, assert }) {
    const before = await rest.get(PATH);
    await page.getByText("As a table").click();
    const table = page.getByRole("region", { name: "Mail a day, logarithmic, as a table" });
    assert.ok((await table.getByRole("row").count()) > 2, "today, and days to come");

    await page.getByRole("button", { name: "Pause" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("The same on the command line").click();
    await dialog.getByText("warmfront warmup pause 127.0.0.2").waitFor();
    await dialog.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Resume" }).waitFor();
    assert.equal((await rest.get(PATH)).state, "paused");
    await page.getByRole("button", { name: "Resume" }).click();
    await dialog.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("button", { name: "Pause" }).waitFor();

    // What it would do is told before it is done.
    await page.getByRole("button", { name: "Change plan or day" }).click();
    await dialog.getByLabel("What to change").selectOption("set_day");
    await dialog.getByLabel("Day", { exact: true }).fill(String(before.day + 2));
    const effect = dialog.getByRole("region", { name: "What it would do" });
    await effect.getByText(`day ${before.day + 2}:`).first().waitFor();
    assert.equal((await rest.get(PATH)).day, before.day, "a preview changes nothing");
    await dialog.getByRole("button", { name: "Change it" }).click();
    await dialog.waitFor({ state: "detached" });
    assert.equal((await rest.get(PATH)).day, before.day + 2);
    await rest.post(`${PATH}/actions`, { action: "set_day", day: before.day });
  },
};
