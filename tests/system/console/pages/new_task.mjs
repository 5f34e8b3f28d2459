import { batch } from "../batch.mjs";

const NAME = "Wizard";

/** The wizard from its start to mail that is delivered. */
export default {
  name: "new_task",
  path: "/tasks/new",
  async prepare({ rest }) {
    await batch(rest, NAME);
  },
  async ready({ page }) {
    await page.getByLabel("From").waitFor();
  },
  async check({ page, rest, assert, screenshots }) {
    const next = (title) => page.getByRole("button", { name: `Next: ${title}` }).click();
    await page.getByLabel("From").fill("News <news@sender.test>");
    await next("To whom");
    await page.getByLabel("Group").selectOption(NAME);
    await next("What");
    await page.getByLabel("Template").selectOption(NAME);
    await page.getByText("Every recipient has a value").waitFor();
    await page.getByLabel("Subject").fill("Another for {{name}}");
    await page.getByLabel("Find out who follows its links").selectOption("no");
    await next("When");
    await page.getByLabel("When").selectOption("repeat");
    await page.getByText("The next 10 times").waitFor();
    assert.equal(await page.locator("ol.times li").count(), 10);
    await page.screenshot({ path: `${screenshots}/new_task.timing.png`, fullPage: true });
    await page.getByLabel("When").selectOption("now");
    await next("Review");
    await page.getByText("Done about").waitFor();
    await page.screenshot({ path: `${screenshots}/new_task.review.png`, fullPage: true });
    // All that was said is in the address.
    await page.reload();
    await page.getByText("Done about").waitFor();
    await page.getByText("with the subject Another for {{name}}").waitFor();
    await page.getByText("The same on the command line").click();
    await page.getByLabel("the command").getByText("--no-clicks").waitFor();
    await page.getByRole("button", { name: "Start the task" }).click();
    await page.getByText("2 of 2 delivered").first().waitFor();
    const made = (await rest.get("/v1/tasks")).items.find((each) => each.template === NAME);
    assert.equal(made.progress.delivered, 2);
  },
};
