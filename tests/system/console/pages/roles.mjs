const NAME = "Of roles";

/** What a page has for whoever may only look. */
const HARMLESS = /^(Search|Copy .*|Save as CSV)$/;

async function signIn(page, key) {
  await page.context().clearCookies();
  await page.goto("/");
  await page.getByLabel("Key", { exact: true }).fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation", { name: "Pages", exact: true }).waitFor();
}

const titlesOf = (page) =>
  page.getByRole("navigation", { name: "Pages", exact: true }).getByRole("link").allTextContents();

/** The page with all that it asks for. */
async function open(page, path) {
  await page.goto(path);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.locator(".loading").first().waitFor({ state: "detached" });
}

async function buttonsOf(page) {
  const all = await page.locator("main").getByRole("button").all();
  const names = await Promise.all(
    all.map(async (each) => (await each.getAttribute("aria-label")) ?? (await each.textContent())),
  );
  const links = await page.locator("main").getByRole("link", { name: /^New / }).allTextContents();
  return [...names.filter((name) => !HARMLESS.test(name.trim())), ...links];
}

async function asViewer({ page, data, assert }) {
  await signIn(page, data.viewer);
  const titles = await titlesOf(page);
  assert.ok(titles.includes("Pools") && !titles.includes("Keys") && !titles.includes("Audit"));
  for (const path of data.paths) {
    await open(page, path);
    assert.deepEqual(await page.getByRole("alert").allTextContents(), [], `a viewer on ${path}`);
    assert.deepEqual(await buttonsOf(page), [], `what a viewer may press on ${path}`);
  }
  for (const path of ["/keys", "/audit", "/tasks/new"]) {
    await page.goto(path);
    await page.getByText("The role of your key does not allow this page.").waitFor();
  }
}

/** Begins with what it may see, and makes a task without an answer of 403. */
async function asSender({ page, data, assert }) {
  await signIn(page, data.sender);
  await page.getByRole("heading", { name: "Messages", level: 1 }).waitFor();
  const titles = await titlesOf(page);
  for (const each of ["Overview", "Queue", "Pools", "Cluster", "Keys"])
    assert.ok(!titles.includes(each), `a sender is offered ${each}`);
  await open(page, `/messages/${data.message}`);
  assert.deepEqual(await buttonsOf(page), [], "an operator alone cancels messages");
  await open(page, "/templates");
  await page.getByRole("button", { name: "New template" }).waitFor();
  await page.goto(`/tasks/new?step=review&from=n@sender.test&group=${NAME}&template=${NAME}`);
  await page.getByRole("button", { name: "Start the task" }).waitFor();
  await page.locator(".loading").first().waitFor({ state: "detached" });
  assert.deepEqual(await page.getByRole("alert").allTextContents(), []);
}

export default {
  name: "roles",
  path: "/pools",
  signedOut: true,
  async prepare({ rest }) {
    const secretOf = async (role) =>
      (await rest.post("/v1/keys", { account: "default", role })).secret;
    await rest.post("/v1/templates", { name: NAME, subject: "x", text: "y" });
    await rest.post("/v1/groups", { name: NAME });
    await rest.post("/v1/identities", { domain: "roles.test" });
    const { id } = await rest.post("/v1/webhooks", {
      ...{ url: "https://hooks.roles.test/mail", kinds: ["bounced"] },
    });
    const [{ id: message }] = (await rest.get("/v1/messages?limit=1")).items;
    const lists = "queue messages tasks warmup statistics templates groups identities suppressions";
    const things = [
      ...[`messages/${message}`, "warmup/127.0.0.2", `templates/${NAME}`, `groups/${NAME}`],
      ...["identities/roles.test", "webhooks", `webhooks/${id}`, "pools", "pools/campaigns"],
    ];
    return {
      ...{ viewer: await secretOf("viewer"), sender: await secretOf("sender"), message },
      paths: ["", ...lists.split(" "), ...things, "cluster"].map((each) => `/${each}`),
    };
  },
  async ready({ page, complaints }) {
    complaints.tolerated = ["status of 401"]; // whoever is not signed in yet
    await page.getByRole("heading", { name: "Sign in to Warmfront" }).waitFor();
  },
  async check(given) {
    await asViewer(given);
    await asSender(given);
  },
};
