const DOMAIN = "shown.test";

export default {
  name: "identity",
  path: `/identities/${DOMAIN}`,
  async prepare({ rest }) {
    await rest.post("/v1/identities", { domain: DOMAIN });
    await rest.post(`/v1/identities/${DOMAIN}/senders`, { address: `news@${DOMAIN}` });
  },
  async ready({ page }) {
    await page.getByText(`news@${DOMAIN}`).first().waitFor();
    await page.getByText("Expected, and found").waitFor();
  },
  async check({ page, rest, assert }) {
    const { records } = await rest.get(`/v1/identities/${DOMAIN}`);
    for (const each of records.filter((one) => one.required))
      await page.getByText(each.expected, { exact: true }).first().waitFor();
    await page.getByRole("button", { name: "Look now" }).click();
    await page.getByText(`${DOMAIN} is not verified yet.`).waitFor();
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await page.getByText("Large receivers would not take a batch.").waitFor();
    const dialog = page.getByRole("dialog");
    const card = page.locator(".card").filter({ hasText: "Bounces and links" });
    await card.getByRole("button", { name: "Change" }).click();
    await dialog.getByLabel("Bounces go to (return path)").fill(`returned.${DOMAIN}`);
    await dialog.getByLabel("Links lead to (tracking host)").fill(`links.${DOMAIN}`);
    await dialog.getByRole("button", { name: "Change it" }).click();
    await card.getByText(`links.${DOMAIN}`, { exact: true }).waitFor();
    assert.equal((await rest.get(`/v1/identities/${DOMAIN}`)).return_path, `returned.${DOMAIN}`);

    // A secret is in no command that is shown.
    await page.getByRole("button", { name: "Set password" }).click();
    await dialog.getByLabel("Password").fill("correct horse battery");
    await dialog.getByText("The same on the command line").click();
    await dialog.getByText(/--password-file password\.txt/).waitFor();
    assert.doesNotMatch(await dialog.innerText(), /correct horse/);
    await dialog.getByRole("button", { name: "Set the password" }).click();
    await page.getByRole("cell", { name: "set", exact: true }).waitFor();

    await page.getByRole("button", { name: "New key" }).click();
    await dialog.getByLabel("Algorithm").selectOption("ed25519-sha256");
    await dialog.getByRole("button", { name: "Make the key" }).click();
    await dialog.waitFor({ state: "detached" });
    const { keys } = await rest.get(`/v1/identities/${DOMAIN}`);
    const made = keys.find((each) => each.algorithm === "ed25519-sha256");
    assert.ok(made);
    await page.getByRole("rowheader", { name: made.selector, exact: true }).waitFor();
  },
};
