import { asProblem, problemOf } from "./problem";

/** What a change carries beside the cookie, which scripts cannot see. */
export const credentials = { csrf: "" };

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** fetch with the session: same origin, the token where something is changed. */
async function sessionFetch(request: Request): Promise<Response> {
  const headers = new Headers(request.headers);
  if (credentials.csrf && !SAFE.has(request.method)) headers.set("X-CSRF-Token", credentials.csrf);
  return fetch(new Request(request, { headers, credentials: "same-origin", cache: "no-store" }));
}

export type Query = Record<string, string | number | boolean | undefined>;

/** The path with a query; what is undefined or empty is left out. */
export function withQuery(path: string, query: Query = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== "") given.set(name, String(value));
  const text = given.toString();
  return text ? `${path}?${text}` : path;
}

export interface Asked {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** The answer itself, for what streams or is no JSON. */
export async function ask(method: string, path: string, asked: Asked = {}): Promise<Response> {
  const headers = new Headers(asked.headers);
  let body: BodyInit | undefined;
  if (typeof asked.body === "string" || asked.body instanceof Blob) body = asked.body;
  else if (asked.body !== undefined) {
    headers.set("Content-Type", "application/json");
    body = JSON.stringify(asked.body);
  }
  const url = location.origin + withQuery(path, asked.query);
  try {
    return await sessionFetch(new Request(url, { method, headers, body, signal: asked.signal }));
  } catch (failure) {
    if (asked.signal?.aborted) throw failure;
    throw asProblem(failure);
  }
}

/** For what the document does not describe, or a node of another release may not have. */
export async function call<T>(method: string, path: string, asked: Asked = {}): Promise<T> {
  const answer = await ask(method, path, asked);
  const text = await answer.text();
  const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
  const body: unknown = isJson && text ? JSON.parse(text) : text;
  if (!answer.ok) throw problemOf(answer.status, body);
  return body as T;
}
