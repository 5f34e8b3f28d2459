export default {
  name: "identities",
  path: "/identities",
  async prepare({ rest }) {
    await rest.post("/v1/identities", { domain: "listed.test" });
  },
  async ready({ page }) {
    await page.getByRole("link", { name: "listed.test" }).waitFor();
  },
  async check({ page, rest, assert }) {
    await page.getByRole("button", { name: "New sender domain" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Domain").fill("made.test");
    await dialog.getByRole("button", { name: "Add the domain" }).click();
    await page.getByRole("heading", { name: "made.test", level: 1 }).waitFor();
    assert.equal((await rest.get("/v1/identities/made.test")).verified, false);
  },
};
