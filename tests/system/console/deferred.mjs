// A mail that the sink puts off; console_test.py tells it to.

/** Resolves when the mail's one recipient is to be tried again after so many attempts. */
export async function putOff(rest, id, attempts) {
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    const [only] = (await rest.get(`/v1/messages/${id}`)).recipients;
    if (only.state === "deferred" && only.attempts >= attempts) return id;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${id} was not put off ${attempts} times`);
}

/** Sends one, which is put off. */
export async function deferred(rest, to) {
  const mail = { from: "ada@sender.test", to: [to], subject: "x", text: "y" };
  return putOff(rest, (await rest.post("/v1/messages", mail)).id, 1);
}
