export default {
  name: "overview",
  path: "/",
  async ready({ page }) {
    await page.getByRole("heading", { name: "What needs you" }).waitFor();
    await page.getByText("Waiting", { exact: true }).waitFor();
  },
  async check({ page, assert }) {
    // The first Tab leads past the navigation.
    await page.evaluate(() => document.activeElement?.blur());
    await page.getByRole("link", { name: "Skip to the content" }).focus();
    const first = await page.evaluate(() => document.activeElement?.textContent);
    assert.match(first, /Skip to the content/);
    await page.getByLabel("Colours").selectOption("dark");
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    assert.equal(await page.evaluate(() => localStorage.getItem("warmfront.theme")), "dark");
    await page.getByLabel("Colours").selectOption("system");
    await page.getByText("Live", { exact: true }).waitFor();
    await page.getByText("nodes decide in the control store").waitFor();
  },
};
