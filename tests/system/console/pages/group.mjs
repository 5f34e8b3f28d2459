import { readFile } from "node:fs/promises";

// What an address has to escape.
const NAME = "Imported, A & B: 50%";
const PATH = `/v1/groups/${encodeURIComponent(NAME)}`;
const LIST = "E-Mail,First name\r\nada@next.test,Ada\r\nno address,Bob\r\neve@next.test,Eve\r\n";

export default {
  name: "group",
  path: `/groups/${encodeURIComponent(NAME)}`,
  async prepare({ rest }) {
    await rest.post("/v1/groups", { name: NAME });
  },
  async ready({ page }) {
    await page.getByRole("heading", { name: NAME, level: 1 }).waitFor();
    await page.getByText("Nobody is in it yet").waitFor();
  },
  async check({ page, rest, assert, screenshots }) {
    await page.getByRole("button", { name: "Import a list" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("CSV file").setInputFiles({
      name: "latin1.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("email,Stra\xdfe\nada@next.test,A\n", "latin1"),
    });
    await dialog.getByText("The file cannot be read as text.").waitFor();
    await dialog
      .getByLabel("CSV file")
      .setInputFiles({ name: "list.csv", mimeType: "text/csv", buffer: Buffer.from(LIST) });
    // The column with addresses is found, and the others can be named.
    assert.equal(await dialog.getByLabel("Name of column 1").inputValue(), "email");
    await dialog.getByLabel("Name of column 2").fill("name");
    await page.screenshot({ path: `${screenshots}/group.mapping.png` });
    await dialog.getByRole("button", { name: "Import" }).click();
    await dialog.getByText("2 of 3 lines in the group.").waitFor();
    await dialog.getByText("Refused lines", { exact: true }).waitFor();
    await page.screenshot({ path: `${screenshots}/group.report.png` });
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      dialog.getByRole("button", { name: "Save refused lines as CSV" }).click(),
    ]);
    const [heading, refused] = (await readFile(await file.path(), "utf8")).split("\r\n");
    assert.equal(heading, "line,reason,excerpt");
    assert.match(refused, /^3,.*no address/);
    await dialog.getByRole("button", { name: "Done" }).click();
    await page.getByRole("rowheader", { name: "eve@next.test" }).waitFor();
    const { items } = await rest.get(`${PATH}/recipients`);
    assert.deepEqual(items.find((each) => each.email === "eve@next.test").variables, {
      name: "Eve",
    });
    // The table with pages has its own name in the address, and the others have none.
    const many = Array.from({ length: 60 }, (_, at) => `r${at}@next.test\r\n`).join("");
    await fetch(`${rest.server}${PATH}/recipients`, {
      method: "POST",
      headers: { Authorization: `Bearer ${rest.key}`, "Content-Type": "text/csv" },
      body: `email\r\n${many}`,
    });
    await page.reload();
    await page.getByRole("link", { name: "Next page" }).click();
    await page.waitForURL(/recipients\.after=/);
    await page.getByRole("link", { name: "First page" }).click();
    await page.getByRole("link", { name: "Next page" }).waitFor();
  },
};
