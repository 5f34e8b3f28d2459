import {
  QueryClient,
  keepPreviousData,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import type { UseQueryResult } from "@tanstack/react-query";
import { call, type Query } from "./client";
import { Problem, asProblem } from "./problem";
import { POLL_MS, pollAfter } from "../rules/polling";
import type { paths } from "./schema";
import { SESSION_KEY } from "./session";

/** What a GET of the document's path answers. */
export type Got<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { "application/json": infer T } } } };
}
  ? T
  : never;

/** An item of the list that a path answers. */
export type ItemOf<P extends keyof paths> = Got<P> extends { items: (infer T)[] } ? T : never;

/** A page of a list. `next` is null on the last one. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

export function makeQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 2_000,
        retry: (failures, failure) => asProblem(failure).status === 0 && failures < 2,
        placeholderData: keepPreviousData,
      },
    },
  });
  // A session that ended anywhere ends here: the sign-in page comes up.
  client.getQueryCache().subscribe((event) => {
    const failure = event.query.state.error;
    if (failure instanceof Problem && failure.isSignedOut && event.query.queryKey[0] !== "session")
      client.setQueryData(SESSION_KEY, null);
  });
  return client;
}

export interface Watching {
  query?: Query;
  /** Milliseconds between questions; false: once. */
  every?: number | false;
  enabled?: boolean;
}

/**
 * Asks `path` and keeps asking, less often while there is no answer. The key begins with the path,
 * so that `useRefresh("/v1/keys")` reaches it.
 */
export function useResource<T>(path: string, watching: Watching = {}): UseQueryResult<T, Problem> {
  const { query, every = POLL_MS, enabled = true } = watching;
  return useQuery<T, Problem>({
    queryKey: [path, query ?? {}],
    queryFn: ({ signal }) => call<T>("GET", path, { query, signal }),
    enabled,
    refetchInterval: (state) =>
      every === false ? false : pollAfter(state.state.fetchFailureCount, every),
  });
}

/** The same for a path of the document that has no parameters in it. */
export function useGet<P extends keyof paths & string>(path: P, watching: Watching = {}) {
  return useResource<Got<P>>(path, watching);
}

/** Asks anew what begins with one of these paths. */
export function useRefresh(): (...paths: string[]) => Promise<void> {
  const client = useQueryClient();
  return (...paths) =>
    client.invalidateQueries({
      predicate: (query) => paths.some((each) => String(query.queryKey[0]).startsWith(each)),
    });
}

/** A change: afterwards the paths named are asked anew. */
export function useChange<T, V = void>(
  change: (input: V) => Promise<T>,
  touches: string[],
  onDone?: (result: T, input: V) => void,
) {
  const refresh = useRefresh();
  return useMutation<T, Problem, V>({
    mutationFn: async (input) => {
      try {
        return await change(input);
      } catch (failure) {
        throw asProblem(failure);
      }
    },
    onSuccess: (result, input) => {
      void refresh(...touches);
      onDone?.(result, input);
    },
  });
}
