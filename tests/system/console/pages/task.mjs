import { batch } from "../batch.mjs";

export default {
  name: "task",
  path: (made) => `/tasks/${made.id}`,
  async prepare({ rest }) {
    return rest.post("/v1/tasks", await batch(rest, "Shown task"));
  },
  async ready({ page }) {
    await page.getByText("2 of 2 delivered").first().waitFor();
    await page.getByRole("button", { name: "Forget" }).waitFor();
  },
  async check({ page }) {
    await page.getByRole("button", { name: "Forget" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Forget the task" }).click();
    await page.getByRole("heading", { name: "Tasks", level: 1 }).waitFor();
  },
};
