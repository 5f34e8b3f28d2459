export default {
  name: "sign_in",
  path: "/keys?sort=-created",
  signedOut: true,
  async ready({ page, complaints }) {
    // The browser reports that nobody is signed in, and later that a key is wrong.
    complaints.tolerated = ["status of 401"];
    await page.getByRole("heading", { name: "Sign in to Warmfront" }).waitFor();
  },
  async check({ page, key, assert }) {
    const field = page.getByLabel("Key", { exact: true });
    await field.fill("not a key");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    await field.fill(key);
    await field.press("Enter");
    // The address that was asked for is where one arrives.
    await page.getByRole("heading", { name: "Keys", level: 1 }).waitFor();
    assert.match(page.url(), /\/keys\?sort=-created$/);
    // A node without sessions keeps the key in the page alone.
    if ((await page.context().cookies()).length > 0) {
      await page.reload();
      await page.getByRole("heading", { name: "Keys", level: 1 }).waitFor();
    }
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in to Warmfront" }).waitFor();
  },
};
