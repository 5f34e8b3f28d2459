import { readFile } from "node:fs/promises";

export default {
  name: "statistics",
  path: "/statistics",
  async ready({ page }) {
    await page.getByText(/^Delivered: \d/).waitFor();
    await page.locator(".curve canvas").waitFor();
    await page.getByRole("region", { name: "Statistics by day" }).waitFor();
  },
  async check({ page, rest, assert }) {
    const day = (await rest.get("/v1/statistics")).items[0];
    assert.ok(day.delivered > 0, "there is mail to count");
    await page.getByRole("link", { name: "ip", exact: true }).click();
    const table = page.getByRole("region", { name: "Statistics by ip" });
    await table.getByRole("rowheader", { name: "127.0.0.2" }).waitFor();
    assert.match(page.url(), /by=ip/);
    await page.getByText("The same on the command line").click();
    await page.getByText("warmfront stats --by ip").waitFor();
    await page.getByText(/curl -X GET .*\/v1\/statistics\?by=ip/).waitFor();
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as CSV" }).click(),
    ]);
    assert.equal(file.suggestedFilename(), "statistics-ip.csv");
    const text = await readFile(await file.path(), "utf8");
    assert.match(text, /^ip,/);
    assert.match(text, /\r\n127\.0\.0\.2,/);
    await page.getByRole("searchbox", { name: "IP", exact: true }).fill("192.0.2.99");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("Nothing was sent in these days.").first().waitFor();
    await page.getByRole("link", { name: "Show all" }).click();
    await page.getByText(/^Delivered: \d/).waitFor();
    assert.equal(await page.getByRole("searchbox", { name: "IP", exact: true }).inputValue(), "");
  },
};
