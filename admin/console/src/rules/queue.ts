import type { components } from "../api/schema";

export type Queue = components["schemas"]["queue"];

/** The words of the API for why a queue is not open, in the order in which they are shown. */
export const CAUSES: Record<string, string> = {
  limit: "limit reached",
  paused: "paused",
  no_ip: "no IP",
  permits: "asks for permits",
  task: "its task is paused",
  retry: "to be tried again",
  sending: "being sent",
};

export const causeOf = (cause: string): string => CAUSES[cause] ?? cause;

/** In the address: what is for no provider alone. */
export const EVERYONE = "*";

/** Whom mail waits for: a provider, a destination, or everyone. */
export const whomOf = (of: Queue): string => of.provider || of.destination || EVERYONE;

export const goesOnAt = (of: Queue): string | null => of.next_attempt_at ?? of.opens_at;

/** What waits for one provider by one pool. */
export interface Gathered {
  whom: string;
  pool: string;
  waiting: number;
  /** Recipients by cause; causes of which there are none are left out. */
  causes: [string, number][];
  last_reply: Queue["last_reply"];
  oldest_at: string | null;
  goes_on_at: string | null;
}

const first = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && b < a) ? b : a;

/** All queues of a provider and a pool as one: nodes, classes and sender domains are told below. */
export function gathered(queues: readonly Queue[]): Gathered[] {
  const found = new Map<string, Gathered>();
  const counts = new Map<Gathered, Map<string, number>>();
  for (const each of queues) {
    const whom = whomOf(each);
    const key = JSON.stringify([whom, each.pool]);
    const into: Gathered = found.get(key) ?? {
      whom,
      pool: each.pool,
      waiting: 0,
      causes: [],
      last_reply: null,
      oldest_at: null,
      goes_on_at: null,
    };
    found.set(key, into);
    into.waiting += each.waiting;
    into.oldest_at = first(into.oldest_at, each.oldest_at);
    into.goes_on_at = first(into.goes_on_at, goesOnAt(each));
    if (each.last_reply && each.last_reply.at > (into.last_reply?.at ?? ""))
      into.last_reply = each.last_reply;
    const causes = counts.get(into) ?? new Map<string, number>();
    counts.set(into, causes.set(each.cause, (causes.get(each.cause) ?? 0) + each.waiting));
  }
  const rank = (cause: string) => Object.keys(CAUSES).indexOf(cause) + 1 || Infinity;
  for (const [into, causes] of counts)
    into.causes = [...causes].filter(([, many]) => many > 0).sort(([a], [b]) => rank(a) - rank(b));
  return [...found.values()].sort((a, b) => b.waiting - a.waiting);
}
