import { deferred, putOff } from "../deferred.mjs";

export default {
  name: "queue",
  path: "/queue",
  async prepare({ rest }) {
    // Put off, or held by the ledger: it waits.
    const mail = { from: "ada@sender.test", subject: "x", text: "y", pool: "campaigns" };
    await rest.post("/v1/messages", { ...mail, to: ["ivy@later.test"] });
    return deferred(rest, "eve@later.test");
  },
  async ready({ page }) {
    await page
      .getByRole("rowheader", { name: /campaigns/ })
      .first()
      .waitFor();
    await page
      .getByRole("rowheader", { name: /shared/ })
      .first()
      .waitFor();
  },
  async check({ page, rest, data, assert }) {
    // A row of a provider and a pool tells why its mail waits, and leads to its details.
    const rows = page.getByRole("region", { name: "What waits by provider and pool" });
    const row = rows.getByRole("row", { name: /^all, campaigns/ });
    await row.getByText(/limit reached: [\d,]+/).waitFor();
    await row.getByRole("link", { name: "all, campaigns" }).click();
    assert.match(page.url(), /provider=\*|provider=%2A/);
    await rows.getByRole("rowheader", { name: /shared/ }).waitFor({ state: "detached" });
    const details = page.getByRole("region", { name: "What waits, in detail" });
    const reason = details.getByText(/no permits left before/).first();
    assert.doesNotMatch(
      await reason.innerText(),
      /\dZ$/,
      "times are told in the zone of who reads",
    );
    await page.getByRole("link", { name: "Show all" }).click();

    await page.getByRole("search").getByLabel("Pool").fill("shared");
    await page.getByRole("button", { name: "Search" }).click();
    await page
      .getByRole("rowheader", { name: /campaigns/ })
      .first()
      .waitFor({ state: "detached" });
    assert.match(page.url(), /pool=shared/);
    const dialog = page.getByRole("dialog");
    await page.getByRole("link", { name: "Only these" }).click();
    await page.getByRole("heading", { name: "What waits: to be tried again" }).waitFor();
    const act = async (verb) => {
      await page.getByRole("button", { name: `${verb} many` }).click();
      assert.equal(await dialog.getByLabel("Pool").inputValue(), "shared");
      assert.equal(await dialog.getByLabel("Who waits for").inputValue(), "backoff");
      await dialog.getByRole("button", { name: "Count first" }).click();
      await dialog.getByRole("link", { name: "ada@sender.test to eve@later.test" }).waitFor();
      const { recipients } = await rest.get(`/v1/messages/${data}`);
      assert.equal(recipients[0].state, "deferred", "counted is not done");
      await dialog.getByRole("button", { name: new RegExp(`${verb} \\d+ recipient`) }).click();
      await dialog.getByText("It is done.").waitFor();
      await dialog.getByRole("button", { name: "Close" }).click();
    };
    await act("Retry");
    await putOff(rest, data, 2);
    await act("Cancel");
    const { recipients } = await rest.get(`/v1/messages/${data}`);
    assert.equal(recipients[0].state, "cancelled");
  },
};
