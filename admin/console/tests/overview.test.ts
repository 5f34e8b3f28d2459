import { expect, test } from "vitest";
import { byUrgency, headline, isFirstRun, reasons } from "../src/rules/overview";
import type { Overview, OverviewAction } from "../src/rules/overview";
import { isEmptySeries, timesOf } from "../src/rules/series";

function action(id: string, severity: OverviewAction["severity"]): OverviewAction {
  return { id, severity, title: id, why: "", link: "", command: "" };
}

function overview(changes: Partial<Overview> = {}): Overview {
  return {
    state: "ok",
    version: "1",
    started_at: "2026-01-01T00:00:00Z",
    nodes: { total: 1, up: 1, draining: 0, may_fail: 0 },
    leader: "n1",
    control_store: { kind: "embedded", reachable: true, silence_seconds: 0 },
    replication: { mode: "none", single_copy_messages: 0 },
    today: { limit: null, used: 0, remaining: null, day_ends_at: null },
    backlog: { recipients: 0, by_reason: {}, drained_at: null },
    rates: {
      accepted_per_minute: 0,
      delivered_per_minute: 0,
      deferred_per_minute: 0,
      bounced_per_minute: 0,
    },
    actions: [],
    checklist: [],
    unanswered: [],
    unknown: [],
    ...changes,
  };
}

test("what is worst comes first, and among equals the node's order holds", () => {
  const given = [action("a", "hint"), action("b", "warning"), action("c", "problem")];
  given.push(action("d", "problem"));
  expect(byUrgency(given).map((each) => each.id)).toEqual(["c", "d", "b", "a"]);
});

test("the headline counts what is worst", () => {
  expect(headline(overview())).toBe("All is well.");
  expect(headline(overview({ actions: [action("a", "hint")] }))).toBe("All is well.");
  expect(headline(overview({ actions: [action("a", "warning")] }))).toBe(
    "One thing needs attention.",
  );
  const two = [action("a", "problem"), action("b", "problem"), action("c", "warning")];
  expect(headline(overview({ actions: two }))).toBe("2 things are wrong.");
});

test("the reasons for waiting are those that there are, the most frequent first", () => {
  const backlog = { recipients: 5, by_reason: { held: 1, backoff: 4, dns: 0 }, drained_at: null };
  expect(reasons(overview({ backlog }))).toEqual([
    ["backoff", 4],
    ["held", 1],
  ]);
});

test("the first run is over when all but the second node is done", () => {
  const item = (id: string, done: boolean) => ({ id, title: id, done, link: "" });
  const checklist = [item("pool", true), item("second_node", false)];
  expect(isFirstRun(overview({ checklist }))).toBe(false);
  expect(isFirstRun(overview({ checklist: [item("pool", false)] }))).toBe(true);
});

test("a series begins at `from`, and gaps stay gaps", () => {
  const answer = {
    from: "2026-01-01T00:00:00Z",
    to: "2026-01-01T00:30:00Z",
    step_seconds: 600,
    series: [{ name: "accepted", values: [1, null, 3] }],
  };
  expect(timesOf(answer)).toEqual([1767225600, 1767226200, 1767226800]);
  expect(isEmptySeries(answer)).toBe(false);
  expect(isEmptySeries({ ...answer, series: [{ name: "a", values: [null] }] })).toBe(true);
});
