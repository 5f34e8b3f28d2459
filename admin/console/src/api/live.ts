import { useEffect, useState } from "react";
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { ask } from "./client";
import { linesOf, retryAfter } from "../rules/stream";

/** One line of `GET /v1/events`. */
export interface LiveEvent {
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
}

export type LiveState = "live" | "connecting" | "polling";

/** What events change: the first part of these queries' keys. */
const TOUCHED = [
  "/v1/overview",
  "/v1/queues",
  "/v1/ledgers",
  "/v1/messages",
  "/v1/statistics",
  "/v1/tasks",
  "/v1/webhooks",
  "/v1/cluster",
];
/** However many events there are, pages ask at most this often. */
const QUIET_MS = 3_000;

type Listener = (event: LiveEvent) => void;
const listeners = new Set<Listener>();

/** Calls `listener` for each event while the component is there. */
export function useEvents(listener: Listener): void {
  useEffect(() => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, [listener]);
}

function invalidate(client: QueryClient) {
  void client.invalidateQueries({
    predicate: (query) => TOUCHED.some((each) => String(query.queryKey[0]).startsWith(each)),
  });
}

async function follow(signal: AbortSignal, onOpen: () => void, onEvent: Listener) {
  const answer = await ask("GET", "/v1/events", { signal });
  if (!answer.ok || !answer.body) throw new Error(`the stream answered ${answer.status}`);
  onOpen();
  for await (const line of linesOf(answer.body)) {
    const read = JSON.parse(line) as Partial<LiveEvent>;
    if (read.type) onEvent(read as LiveEvent);
  }
}

/** Keeps the event stream open while the page is seen; queries of what changes are asked anew. */
export function useLive(): LiveState {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>("connecting");
  useEffect(() => {
    let stop = new AbortController();
    let attempt = 0;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let pending: ReturnType<typeof setTimeout> | undefined;
    const onEvent: Listener = (event) => {
      for (const each of listeners) each(event);
      pending ??= setTimeout(() => {
        pending = undefined;
        invalidate(client);
      }, QUIET_MS);
    };
    const onOpen = () => {
      attempt = 0;
      setState("live");
    };
    const run = () => {
      const mine = (stop = new AbortController());
      const again = () => {
        if (mine.signal.aborted) return;
        setState("polling");
        retry = setTimeout(run, retryAfter(attempt++));
      };
      follow(mine.signal, onOpen, onEvent).then(again, again);
    };
    const onVisibility = () => {
      clearTimeout(retry);
      stop.abort();
      if (document.visibilityState === "visible") run();
    };
    onVisibility();
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      document.removeEventListener("visibilitychange", onVisibility);
      clearTimeout(retry);
      clearTimeout(pending);
      stop.abort();
    };
  }, [client]);
  return state;
}
