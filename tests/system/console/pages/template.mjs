export default {
  name: "template",
  path: "/templates/Edited",
  async prepare({ rest }) {
    await rest.post("/v1/templates", {
      name: "Edited",
      subject: "News for {{name}}",
      html: "<h1>Dear {{name}}</h1><p>From {{city}}<script>document.title = 'run'</script></p>",
      text: "Dear {{name}}",
    });
  },
  async ready({ page }) {
    await page.getByRole("textbox", { name: "The body as HTML" }).waitFor();
    await page.frameLocator("iframe").getByRole("heading").waitFor();
  },
  async check({ page, rest, assert, screenshots }) {
    const mail = page.frameLocator("iframe");
    // Values are put in as one types, and cannot become markup.
    await page.getByLabel("name", { exact: true }).fill("<b>Ada</b>");
    await mail.getByRole("heading", { name: "Dear <b>Ada</b>" }).waitFor();
    assert.equal(await page.locator("iframe").getAttribute("sandbox"), "allow-scripts");
    await page.screenshot({ path: `${screenshots}/template.preview.png` });
    await page.getByRole("link", { name: "Mobile" }).click();
    assert.equal(await page.locator("iframe").getAttribute("width"), "360");
    await page.getByRole("link", { name: "Text", exact: true }).click();
    await page.getByLabel("The mail as text").getByText("Dear <b>Ada</b>").waitFor();
    assert.match(page.url(), /view=text/);
    await page.getByRole("link", { name: "Plain text" }).click();
    const editor = page.getByRole("textbox", { name: "The body as plain text" });
    await editor.click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(", welcome.");
    await page.getByLabel("The mail as text").getByText(", welcome.").waitFor();
    // What is not saved stays, whoever saves another version, and is not left without a question.
    const draft = { subject: "Of another", text: "Dear {{name}}" };
    await rest.put("/v1/templates/Edited", draft);
    await page.getByText("Version 2 was saved meanwhile.").waitFor({ timeout: 30_000 });
    await page.getByLabel("The mail as text").getByText(", welcome.").waitFor();
    page.once("dialog", (question) => question.dismiss());
    await page.getByRole("link", { name: "All templates" }).click();
    await page.getByText("Not saved").waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByText("Edited is saved.").waitFor();
    const saved = await rest.get("/v1/templates/Edited");
    assert.equal(saved.version, 3);
    assert.equal(saved.text, "Dear {{name}}, welcome.");
    // The version of before is there, and says that it is not what is sent.
    await page.getByRole("link", { name: "Version 1" }).click();
    await page.getByText("This is version 1.").waitFor();
  },
};
