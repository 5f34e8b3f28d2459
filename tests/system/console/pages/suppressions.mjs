export default {
  name: "suppressions",
  path: "/suppressions",
  async prepare({ rest }) {
    await rest.post("/v1/suppressions", { address: "gone@next.test", reason: "hard_bounce" });
  },
  async ready({ page }) {
    await page.getByRole("rowheader", { name: "gone@next.test" }).waitFor();
  },
  async check({ page, rest, assert }) {
    await page.getByRole("button", { name: "Add an address" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Address").fill("bob@next.test");
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("rowheader", { name: "bob@next.test" }).waitFor();
    await page.getByRole("button", { name: "Import" }).click();
    await dialog.getByLabel("CSV file").setInputFiles({
      name: "list.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("address\nimported@next.test\nnone\n"),
    });
    await dialog.getByRole("button", { name: "Import" }).click();
    await dialog.getByText("New: 1, changed: 0, refused: 1.").waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    // What is searched for is in the address.
    await page.getByRole("search").getByLabel("Address").fill("bob@next.test");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("rowheader", { name: "gone@next.test" }).waitFor({ state: "detached" });
    assert.match(page.url(), /address=bob/);
    await page.getByRole("button", { name: "Remove" }).click();
    await dialog.getByRole("button", { name: "Remove" }).click();
    await page.getByText("There is no such address.").waitFor();
    const { items } = await rest.get("/v1/suppressions?address=bob@next.test");
    assert.deepEqual(items, []);
  },
};
