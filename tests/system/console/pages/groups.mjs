export default {
  name: "groups",
  path: "/groups",
  async prepare({ rest }) {
    await rest.post("/v1/groups", { name: "Listed", description: "of the test" });
  },
  async ready({ page }) {
    await page.getByRole("link", { name: "Listed", exact: true }).waitFor();
  },
  async check({ page, rest, assert }) {
    await page.getByRole("button", { name: "New group" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Made");
    await dialog.getByRole("button", { name: "Create the group" }).click();
    await page.getByRole("heading", { name: "Made", level: 1 }).waitFor();
    assert.equal((await rest.get("/v1/groups/Made")).recipients, 0);
  },
};
