// A template and a group of two recipients, and the task that sends the one to the other.

const LIST = "email,name\r\nada@next.test,Ada\r\neve@next.test,Eve\r\n";

export async function batch(rest, name) {
  await rest.post("/v1/templates", { name, subject: "For {{name}}", text: "Dear {{name}}" });
  await rest.post("/v1/groups", { name });
  const answer = await fetch(`${rest.server}/v1/groups/${encodeURIComponent(name)}/recipients`, {
    method: "POST",
    headers: { Authorization: `Bearer ${rest.key}`, "Content-Type": "text/csv" },
    body: LIST,
  });
  if (!answer.ok) throw new Error(`import: ${answer.status} ${await answer.text()}`);
  return { template: name, group: name, from: "News <news@sender.test>" };
}
