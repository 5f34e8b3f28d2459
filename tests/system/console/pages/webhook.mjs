export default {
  name: "webhook",
  path: (made) => `/webhooks/${made.id}`,
  async prepare({ rest }) {
    return rest.post("/v1/webhooks", { url: "https://hooks.shown.test/mail", kinds: ["bounced"] });
  },
  async ready({ page }) {
    await page.getByText("No event was given up.").waitFor();
  },
  async check({ page, rest, data, assert }) {
    // Nobody is there: the page says what came of the call.
    await page.getByRole("button", { name: "Send a test event" }).click();
    await page.getByText("Does the program take what it is told?").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Change" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Address").fill("https://hooks.changed.test/mail");
    await dialog.getByLabel("opened").check();
    await dialog.getByRole("button", { name: "Change it" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByText("https://hooks.changed.test/mail").waitFor();
    await page.getByText("Events: bounced, opened").waitFor();
    assert.deepEqual((await rest.get(`/v1/webhooks/${data.id}`)).kinds, ["bounced", "opened"]);
    await page.getByRole("button", { name: "New secret" }).click();
    await dialog.getByRole("button", { name: "Make a new secret" }).click();
    await dialog.getByText("It is shown this once.").waitFor();
    await dialog.getByRole("button", { name: "I have kept it" }).click();
    await page.getByRole("button", { name: "Disable" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
    await page.getByRole("button", { name: "Enable" }).waitFor();
    assert.equal((await rest.get(`/v1/webhooks/${data.id}`)).active, false);
  },
};
