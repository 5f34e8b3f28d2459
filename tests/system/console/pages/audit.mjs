export default {
  name: "audit",
  path: "/audit",
  async prepare({ rest }) {
    await rest.post("/v1/templates", { name: "Audited", subject: "x", text: "x" });
    await rest.post("/v1/groups", { name: "Audited" });
  },
  async ready({ page }) {
    await page.getByText("create group", { exact: true }).first().waitFor();
  },
  async check({ page, assert }) {
    await page.getByLabel("Operation").fill("create_template");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("create group", { exact: true }).first().waitFor({ state: "detached" });
    await page.getByText("create template", { exact: true }).first().waitFor();
    assert.match(page.url(), /action=create_template/);
    await page.getByText("The same on the command line").click();
    await page.getByText("warmfront audit list --action create_template").waitFor();
    await page.getByText(/curl -X GET .*\/v1\/audit\?action=create_template/).waitFor();
    // Before anything happened nothing was changed.
    await page.getByLabel("Before (UTC)").fill("2020-01-01T00:00:00Z");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("Nothing was changed that fits.").waitFor();
    await page.getByLabel("Before (UTC)").fill("");
    await page.getByLabel("From (UTC)").fill("2020-01-01T00:00:00Z");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("create template", { exact: true }).first().waitFor();
  },
};
