export default {
  name: "messages",
  path: "/messages",
  async prepare({ rest }) {
    const mail = { from: "ada@sender.test", subject: "x", text: "y" };
    await rest.post("/v1/messages", { ...mail, to: ["seen@next.test"] });
    return rest.post("/v1/messages", { ...mail, to: ["found@next.test", "also@next.test"] });
  },
  async ready({ page, data }) {
    await page.getByRole("rowheader", { name: data.id }).waitFor();
    await page.getByText("seen@next.test").waitFor();
  },
  async check({ page, data, assert }) {
    // What is searched for is in the address, and stays there.
    await page.getByRole("search").getByLabel("Recipient").fill("found@next.test");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("seen@next.test").waitFor({ state: "detached" });
    await page.getByText("and 1 other").waitFor();
    assert.match(page.url(), /to=found/);
    await page.reload();
    await page.getByRole("rowheader", { name: data.id }).waitFor();
    await page.getByLabel("With a recipient who is").selectOption("bounced");
    await page.getByText("There is no such message.").waitFor();
    assert.match(page.url(), /state=bounced/);
    await page.getByRole("link", { name: "Show all" }).click();
    await page.getByRole("link", { name: data.id }).click();
    await page.getByRole("heading", { name: "Message", level: 1 }).waitFor();
  },
};
