export default {
  name: "webhooks",
  path: "/webhooks",
  async prepare({ rest }) {
    await rest.post("/v1/webhooks", { url: "https://hooks.listed.test/mail" });
  },
  async ready({ page }) {
    await page.getByRole("link", { name: "https://hooks.listed.test/mail" }).waitFor();
  },
  async check({ page }) {
    const row = page.getByRole("row").filter({ hasText: "https://hooks.listed.test/mail" });
    await row.getByText("all but accepted").waitFor();
    await page.getByRole("button", { name: "New webhook" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Address").fill("https://hooks.made.test/mail");
    await dialog.getByLabel("opened").uncheck();
    await dialog.getByRole("button", { name: "Create the webhook" }).click();
    await dialog.getByText("It is shown this once.").waitFor();
    await dialog.getByRole("button", { name: "I have kept it" }).click();
    await page.getByRole("link", { name: "https://hooks.made.test/mail" }).waitFor();
  },
};
