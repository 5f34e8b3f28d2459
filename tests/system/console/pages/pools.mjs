const POOL = "campaigns";

/** Presses a button, and the one of the dialog that it opens. */
async function press(page, name, where = page) {
  const dialog = page.getByRole("dialog");
  await where.getByRole("button", { name, exact: true }).click();
  await dialog.getByRole("button", { name, exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}

async function quarantine({ page, rest, assert }) {
  const row = page
    .getByRole("region", { name: `IPs of ${POOL}` })
    .getByRole("row", { name: /^127\.0\.0\.2/ });
  await press(page, "Quarantine", row);
  await row.getByText("quarantined").waitFor();
  assert.equal((await rest.get("/v1/ips/127.0.0.2")).state, "quarantined");
  await press(page, "Release", row);
  await row.getByRole("button", { name: "Quarantine" }).waitFor();
  assert.notEqual((await rest.get("/v1/ips/127.0.0.2")).state, "quarantined");
}

async function createPool({ page, rest, assert, screenshots }) {
  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: "New pool" }).click();
  await dialog.getByLabel("Name").fill("receipts");
  await dialog.getByLabel("Kind").selectOption("dedicated");
  await dialog.getByLabel("Account").selectOption("default");
  await dialog.getByLabel("Mail over the limit").selectOption("reject");
  await dialog.getByLabel("IPs").fill("127.0.0.5");
  await dialog.getByLabel("Plan").selectOption("standard");
  await dialog.getByText("The same on the command line").click();
  const command =
    "warmfront pool create receipts --kind dedicated --account default --overflow reject " +
    "--ip 127.0.0.5 --plan standard";
  await dialog.getByText(command, { exact: true }).waitFor();
  await page.screenshot({ path: `${screenshots}/pools.new.png` });
  await dialog.getByRole("button", { name: "Create the pool" }).click();
  await page.getByRole("region", { name: "IPs of receipts" }).getByText("127.0.0.5").waitFor();
  const made = await rest.get("/v1/pools/receipts");
  assert.equal(`${made.kind} ${made.account} ${made.overflow}`, "dedicated default reject");
  assert.equal(made.ips[0].plan, "standard");
}

/** An IP whose address has to be escaped, and the way to its warm-up. */
async function addIp({ page, rest, assert, complaints, screenshots }) {
  const dialog = page.getByRole("dialog");
  const card = page.locator("section.card", { has: page.getByText("Pool receipts") });
  await card.getByRole("button", { name: "Add an IP" }).click();
  // What cannot be is told in the dialog, and can be put right there.
  complaints.tolerated = ["status of 422"];
  await dialog.getByLabel("IP", { exact: true }).fill("not-an-ip");
  await dialog.getByRole("button", { name: "Add it" }).click();
  await dialog.locator(".fault, .notice").first().waitFor();
  complaints.tolerated = undefined;
  await dialog.getByLabel("IP", { exact: true }).fill("::1");
  await dialog.getByLabel("Weight").fill("3");
  await dialog.getByText("The same on the command line").click();
  const command = "warmfront pool add-ip receipts ::1 --plan standard --weight 3";
  await dialog.getByText(command, { exact: true }).waitFor();
  await page.screenshot({ path: `${screenshots}/pools.ip.png` });
  await dialog.getByRole("button", { name: "Add it" }).click();
  await card.getByRole("link", { name: "::1" }).waitFor();
  const added = (await rest.get("/v1/pools/receipts")).ips.find((each) => each.address === "::1");
  assert.equal(added.weight, 3);
  await card.getByRole("link", { name: "::1" }).click();
  await page.getByRole("heading", { name: "Warm-up of ::1", level: 1 }).waitFor();
  await page.getByRole("progressbar", { name: "::1 today" }).waitFor();
  await page.goBack();
}

async function begin({ page, rest, assert, complaints, screenshots }) {
  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: "Bring IPs into service" }).click();
  await dialog.getByLabel("Pool").selectOption("shared");
  complaints.tolerated = ["status of 422"];
  await dialog.getByLabel("IPs to bring in").fill("not-an-ip");
  await dialog.getByRole("button", { name: "Begin" }).click();
  await dialog.locator(".fault, .notice").first().waitFor();
  complaints.tolerated = undefined;
  await dialog.getByLabel("IPs to bring in").fill("127.0.0.3\n127.0.0.4");
  // Nothing comes on the wire without a warm-up unless that is asked for.
  assert.equal(await dialog.getByLabel("Plan").inputValue(), "standard");
  await dialog.getByLabel("At once").fill("2");
  await dialog.getByLabel("Gate").fill("3");
  await dialog.getByLabel("When an IP does badly").selectOption("rollback");
  await dialog.getByLabel("Checks that need not pass").fill("reverse_dns, helo, dns_list");
  await dialog.getByText("The same on the command line").click();
  await page.screenshot({ path: `${screenshots}/pools.run.png` });
  await dialog.getByRole("button", { name: "Begin" }).click();
  await page.waitForURL(/\/provisioning\/[0-9a-f-]+/);
  const id = new URL(page.url()).pathname.split("/")[2];
  const run = await rest.get(`/v1/provisionings/${id}`);
  assert.deepEqual(
    [run.pool, run.parallel, run.gate_day, run.on_failure, run.waived],
    ["shared", 2, 3, "rollback", ["reverse_dns", "helo", "dns_list"]],
  );
  assert.ok(run.steps.every((each) => each.plan === "standard"));
  await page
    .getByRole("region", { name: `Steps of ${id}` })
    .getByText("127.0.0.4")
    .waitFor();
  return id;
}

async function act({ page, rest, assert }, id) {
  const stateOf = async () => (await rest.get(`/v1/provisionings/${id}`)).state;
  await press(page, "Pause");
  await page.getByRole("button", { name: "Resume" }).waitFor();
  assert.equal(await stateOf(), "paused");
  await press(page, "Roll back");
  await page.getByRole("button", { name: "Roll back" }).waitFor({ state: "detached" });
  assert.match(await stateOf(), /^roll/);
}

export default {
  name: "pools",
  path: "/pools",
  async ready({ page }) {
    await page
      .getByRole("region", { name: `IPs of ${POOL}` })
      .getByText("127.0.0.2")
      .waitFor();
    await page.getByText("There was no run yet.").waitFor();
  },
  async check(given) {
    const { page } = given;
    await quarantine(given);
    await createPool(given);
    await addIp(given);
    const id = await begin(given);
    await act(given, id);
    await page.getByRole("link", { name: "All pools and runs" }).click();
    await page.getByRole("region", { name: "Runs", exact: true }).getByText(id).waitFor();
  },
};
