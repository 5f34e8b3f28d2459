/** What `GET /v1/overview` answers, and what is told of it. Pure. */

export interface OverviewAction {
  id: string;
  severity: "problem" | "warning" | "hint";
  title: string;
  why: string;
  /** A page of the console. */
  link: string;
  /** The command line that helps. */
  command: string;
}

export interface ChecklistItem {
  id: string;
  title: string;
  done: boolean;
  link: string;
}

export interface Overview {
  state: "ok" | "attention" | "trouble";
  version: string;
  started_at: string;
  nodes: { total: number; up: number; draining: number; may_fail: number };
  /** null: the nodes agree by the control store. */
  leader: string | null;
  control_store: { kind: string; reachable: boolean; silence_seconds: number };
  replication: { mode: string; single_copy_messages: number };
  today: {
    limit: number | null;
    used: number;
    remaining: number | null;
    day_ends_at: string | null;
  };
  backlog: {
    recipients: number;
    by_reason: Record<string, number>;
    drained_at: string | null;
    why?: string;
  };
  rates: {
    accepted_per_minute: number;
    delivered_per_minute: number;
    deferred_per_minute: number;
    bounced_per_minute: number;
  };
  actions: OverviewAction[];
  checklist: ChecklistItem[];
  /** Nodes whose part is missing. */
  unanswered: string[];
  /** What could not be asked. */
  unknown: string[];
}

const RANK = { problem: 0, warning: 1, hint: 2 };

/** What is worst comes first; among equals the node's order holds. */
export function byUrgency(actions: readonly OverviewAction[]): OverviewAction[] {
  return [...actions].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}

/** The sentence at the top of the page. */
export function headline(overview: Overview): string {
  const problems = overview.actions.filter((each) => each.severity === "problem").length;
  const warnings = overview.actions.filter((each) => each.severity === "warning").length;
  if (problems > 0) return problems === 1 ? "One thing is wrong." : `${problems} things are wrong.`;
  if (warnings > 0)
    return warnings === 1 ? "One thing needs attention." : `${warnings} things need attention.`;
  return overview.state === "ok" ? "All is well." : "Something needs attention.";
}

/** The reasons why recipients wait, the most frequent first. */
export function reasons(overview: Overview): [string, number][] {
  return Object.entries(overview.backlog.by_reason)
    .filter(([, many]) => many > 0)
    .sort(([, a], [, b]) => b - a);
}

/** Who decides what only one may decide, and how. */
export function leaderOf({ leader, control_store }: Overview): [string, string] {
  return leader
    ? [leader, "decides for all"]
    : ["not needed", `nodes decide in the control store (${control_store.kind})`];
}

/** Whether the first run is still to be done: then its steps come before everything. */
export function isFirstRun(overview: Overview): boolean {
  return overview.checklist.some((each) => !each.done && each.id !== "second_node");
}
