import { deferred } from "../deferred.mjs";

export default {
  name: "message",
  path: (id) => `/messages/${id}`,
  prepare: ({ rest }) => deferred(rest, "bob@later.test"),
  async ready({ page }) {
    const told = page.getByRole("region", { name: "What happened" });
    await told.getByText("attempt 1", { exact: true }).waitFor();
    await told.getByText("come back").first().waitFor();
    await page.locator(".todo").getByText("backoff").waitFor();
  },
  async check({ page, rest, data, assert }) {
    const told = page.getByRole("region", { name: "What happened" });
    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: "Retry" }).click();
    await dialog.getByText("The same on the command line").click();
    await dialog.getByText(`warmfront message retry ${data}`).waitFor();
    await dialog.getByRole("button", { name: "Retry the message" }).click();
    await told.getByText("attempt 2", { exact: true }).waitFor();
    // For one recipient: the address says so.
    await page.getByRole("link", { name: "bob@later.test" }).click();
    await page.getByRole("heading", { name: "What happened for bob@later.test" }).waitFor();
    assert.match(page.url(), /to=bob/);
    await page.getByRole("button", { name: "Cancel message" }).click();
    await dialog.getByRole("button", { name: "Cancel the message" }).click();
    await page.getByRole("button", { name: "Cancel message" }).waitFor({ state: "detached" });
    const { recipients } = await rest.get(`/v1/messages/${data}`);
    assert.equal(recipients[0].state, "cancelled");
  },
};
