// The node's REST interface as a page's test uses it.

export class Rest {
  constructor(server, key) {
    this.server = server;
    this.key = key;
  }

  async ask(method, path, body) {
    const answer = await fetch(this.server + path, {
      method,
      headers: {
        Authorization: `Bearer ${this.key}`,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  get(path) {
    return this.ask("GET", path);
  }
  post(path, body) {
    return this.ask("POST", path, body);
  }
  put(path, body) {
    return this.ask("PUT", path, body);
  }
  delete(path) {
    return this.ask("DELETE", path);
  }
}
