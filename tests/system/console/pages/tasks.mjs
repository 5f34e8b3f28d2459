import { batch } from "../batch.mjs";

export default {
  name: "tasks",
  path: "/tasks",
  async prepare({ rest }) {
    const details = await batch(rest, "Listed tasks");
    const repeat = { rrule: "FREQ=DAILY", timezone: "Europe/Berlin" };
    const subject = "A subject of its own";
    return rest.post("/v1/tasks", {
      ...details,
      subject,
      start_at: "2035-01-01T08:00:00Z",
      repeat,
    });
  },
  async ready({ page, data }) {
    await page.getByRole("link", { name: `${data.id}: Listed tasks` }).waitFor();
  },
  async check({ page, rest, data, assert }) {
    const row = page.getByRole("row").filter({ hasText: `${data.id}: Listed tasks` });
    await row.getByText("A subject of its own").waitFor();
    for (const [button, state] of [
      ["Pause", "paused"],
      ["Resume", "active"],
      ["Cancel", "cancelled"],
    ]) {
      await row.getByRole("button", { name: button }).click();
      await page
        .getByRole("dialog")
        .getByRole("button", { name: `${button} the task` })
        .click();
      await row.locator(".badge").filter({ hasText: state }).waitFor();
      assert.equal((await rest.get(`/v1/tasks/${data.id}`)).state, state);
    }
  },
};
