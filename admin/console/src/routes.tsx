import { lazy } from "react";
import type { ComponentType } from "react";
import type { Access } from "./api/session";

export const SECTIONS = ["Now", "Sending", "Senders and receivers", "Running it"] as const;

export interface PageRoute {
  /** wouter's pattern. */
  path: string;
  title: string;
  /** Where the navigation shows it; absent: nowhere, it is reached from another page. */
  section?: (typeof SECTIONS)[number];
  /** Who may see it; absent: everyone who is signed in. */
  needs?: Access;
  page: ComponentType;
}

/** What there is. A page is a file in `pages/`, a line here, and a test. */
export const ROUTES: readonly PageRoute[] = [
  {
    path: "/",
    title: "Overview",
    section: "Now",
    needs: "read",
    page: lazy(() => import("./pages/overview")),
  },
  {
    path: "/queue",
    title: "Queue",
    section: "Now",
    needs: "read",
    page: lazy(() => import("./pages/queue")),
  },
  {
    path: "/messages",
    title: "Messages",
    section: "Now",
    page: lazy(() => import("./pages/messages")),
  },
  {
    path: "/messages/:message",
    title: "Message",
    page: lazy(() => import("./pages/message")),
  },
  {
    path: "/tasks",
    title: "Tasks",
    section: "Sending",
    page: lazy(() => import("./pages/tasks")),
  },
  {
    path: "/tasks/new",
    title: "New task",
    needs: "own",
    page: lazy(() => import("./pages/new_task")),
  },
  {
    path: "/tasks/:task",
    title: "Task",
    page: lazy(() => import("./pages/task")),
  },
  {
    path: "/warmup",
    title: "Warm-up",
    section: "Sending",
    needs: "read",
    page: lazy(() => import("./pages/warmup")),
  },
  {
    path: "/warmup/:subject",
    title: "Warm-up",
    needs: "read",
    page: lazy(() => import("./pages/warmup")),
  },
  {
    path: "/statistics",
    title: "Statistics",
    section: "Sending",
    page: lazy(() => import("./pages/statistics")),
  },
  {
    path: "/templates",
    title: "Templates",
    section: "Sending",
    page: lazy(() => import("./pages/templates")),
  },
  {
    path: "/templates/:name",
    title: "Template",
    page: lazy(() => import("./pages/template")),
  },
  {
    path: "/groups",
    title: "Groups",
    section: "Senders and receivers",
    page: lazy(() => import("./pages/groups")),
  },
  {
    path: "/groups/:name",
    title: "Group",
    page: lazy(() => import("./pages/group")),
  },
  {
    path: "/identities",
    title: "Identities",
    section: "Senders and receivers",
    page: lazy(() => import("./pages/identities")),
  },
  {
    path: "/identities/:domain",
    title: "Identity",
    page: lazy(() => import("./pages/identity")),
  },
  {
    path: "/suppressions",
    title: "Suppressions",
    section: "Senders and receivers",
    page: lazy(() => import("./pages/suppressions")),
  },
  {
    path: "/webhooks",
    title: "Webhooks",
    section: "Running it",
    page: lazy(() => import("./pages/webhooks")),
  },
  {
    path: "/webhooks/:webhook",
    title: "Webhook",
    page: lazy(() => import("./pages/webhook")),
  },
  {
    path: "/pools",
    title: "Pools",
    section: "Running it",
    needs: "read",
    page: lazy(() => import("./pages/pools")),
  },
  {
    path: "/pools/:pool",
    title: "Pool",
    needs: "read",
    page: lazy(() => import("./pages/pool")),
  },
  {
    path: "/provisioning/:run",
    title: "Run",
    needs: "read",
    page: lazy(() => import("./pages/provisioning")),
  },
  {
    path: "/cluster",
    title: "Cluster",
    section: "Running it",
    needs: "read",
    page: lazy(() => import("./pages/cluster")),
  },
  {
    path: "/keys",
    title: "Keys",
    section: "Running it",
    needs: "keys",
    page: lazy(() => import("./pages/keys")),
  },
  {
    path: "/audit",
    title: "Audit",
    section: "Running it",
    needs: "manage",
    page: lazy(() => import("./pages/audit")),
  },
];
