export default {
  name: "keys",
  path: "/keys",
  async prepare({ rest }) {
    await rest.post("/v1/keys", { account: "default", role: "viewer" });
  },
  async ready({ page }) {
    await page.getByRole("row").nth(2).waitFor();
  },
  async check({ page, rest, assert, screenshots, complaints }) {
    complaints.tolerated = ["status of 422"]; // an account that cannot be
    const before = (await rest.get("/v1/keys")).items.length;
    await page.getByRole("button", { name: "New key" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Account").fill("no account!");
    await dialog.getByText("The same on the command line").click();
    await page.screenshot({ path: `${screenshots}/keys.new.png` });
    await dialog.getByRole("button", { name: "Create the key" }).click();
    // The fault stands at its field.
    await dialog.locator("[aria-invalid='true']").waitFor();
    await dialog.getByLabel("Account").fill("default");
    await dialog.getByRole("button", { name: "Create the key" }).click();
    await dialog.getByText("It is shown this once").waitFor();
    const secret = (await dialog.getByLabel("the secret").first().textContent()).trim();
    assert.ok(secret.length > 20, secret);
    await dialog.getByRole("button", { name: "I have kept it" }).click();
    const made = await rest.get("/v1/keys");
    assert.equal(made.items.length, before + 1);
    // The order is in the address, and the arrow in the heading.
    await page.getByRole("link", { name: "Created" }).click();
    await page.getByRole("link", { name: "Created" }).click();
    assert.match(page.url(), /sort=-created/);
    const newest = page.getByRole("row").nth(1);
    const id = (await newest.locator("code").textContent()).trim();
    await newest.getByRole("button", { name: "Revoke" }).click();
    await page.getByText(`Revoke the key ${id}?`).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await newest.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByText(`The key ${id} is revoked.`).waitFor();
    assert.equal((await rest.get("/v1/keys")).items.length, before);
  },
};
