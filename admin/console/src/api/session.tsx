import type { ReactNode } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { call, credentials } from "./client";
import { Problem } from "./problem";

export type Role = "admin" | "operator" | "sender" | "viewer";

export interface Session {
  account: string;
  role: Role;
  key_id: string;
  expires_at: string | null;
  csrf_token?: string;
}

export const SESSION_KEY = ["session"] as const;

function remember(session: Session): Session {
  credentials.csrf = session.csrf_token ?? "";
  return session;
}

/** Who is signed in; null: nobody. */
async function readSession(): Promise<Session | null> {
  try {
    return remember(await call<Session>("GET", "/v1/session"));
  } catch (failure) {
    if (failure instanceof Problem && failure.isSignedOut) return null;
    throw failure;
  }
}

/** Exchanges a key for a cookie that no script can read. */
export async function signIn(key: string): Promise<Session> {
  return remember(await call<Session>("POST", "/v1/session", { body: { key } }));
}

export async function signOut(): Promise<void> {
  await call("DELETE", "/v1/session");
  credentials.csrf = "";
}

/** Undefined while it is not known yet. */
export function useSession() {
  return useQuery({ queryKey: SESSION_KEY, queryFn: readSession, staleTime: 60_000 });
}

/** Who may what, in the words of the API's own table (`admin/api/roles`). */
const ROLES = {
  /** Sees what is of the cluster, and of no account alone. */
  read: "viewer operator admin",
  /** Changes what belongs to an account, and sends. */
  own: "sender operator admin",
  /** Runs the cluster. */
  manage: "operator admin",
  keys: "admin",
};
export type Access = keyof typeof ROLES;

/** Whether the one who is signed in may do what needs this. Anyone may what needs nothing. */
export function useMay(): (needed?: Access) => boolean {
  const role = useQueryClient().getQueryData<Session | null>(SESSION_KEY)?.role;
  return (needed) => !needed || (!!role && ROLES[needed].includes(role));
}

/** What only those see who may use it. */
export function May({ needs, children }: { needs: Access; children: ReactNode }) {
  return useMay()(needs) ? <>{children}</> : null;
}
