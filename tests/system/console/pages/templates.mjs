export default {
  name: "templates",
  path: "/templates",
  async prepare({ rest }) {
    await rest.post("/v1/templates", { name: "Listed", subject: "For {{name}}", text: "x" });
  },
  async ready({ page }) {
    await page.getByRole("link", { name: "Listed", exact: true }).waitFor();
  },
  async check({ page, rest, assert }) {
    await page.getByRole("button", { name: "New template" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Made");
    await dialog.getByLabel("Subject").fill("Hello {{name}}");
    await dialog.getByRole("button", { name: "Create and edit" }).click();
    await page.getByRole("heading", { name: "Made", level: 1 }).waitFor();
    assert.deepEqual((await rest.get("/v1/templates/Made")).required, ["name"]);
  },
};
