import { expect, test } from "vitest";
import { gathered, type Queue } from "../src/rules/queue";
import { partsOf } from "../src/rules/told";

const queue = (said: Partial<Queue>): Queue => ({
  pool: "shared",
  class: "batch",
  sender_domain: "",
  destination: "",
  provider: "",
  node: "n1",
  waiting: 1,
  state: "held",
  opens_at: null,
  empty_at: null,
  reason: "",
  cause: "limit",
  oldest_at: null,
  next_attempt_at: null,
  last_reply: null,
  ...said,
});

test("queues of one provider and pool are one row, with a part for each cause", () => {
  const rows = gathered([
    queue({ provider: "gmail", cause: "retry", waiting: 3 }),
    queue({ provider: "gmail", cause: "limit", waiting: 4, node: "n2" }),
    queue({ provider: "gmail", cause: "limit", waiting: 5 }),
    queue({ provider: "gmail", pool: "campaigns", waiting: 40 }),
  ]);
  expect(rows.map((each) => [each.whom, each.pool, each.waiting])).toEqual([
    ["gmail", "campaigns", 40],
    ["gmail", "shared", 12],
  ]);
  expect(rows[1]?.causes).toEqual([
    ["limit", 9],
    ["retry", 3],
  ]);
});

test("what is for no provider alone is for everyone; a destination is its own", () => {
  const rows = gathered([queue({ destination: "mx.slow.test" }), queue({})]);
  expect(rows.map((each) => each.whom)).toEqual(["mx.slow.test", "*"]);
});

test("a row tells the newest reply, the oldest recipient and the first attempt to come", () => {
  const reply = (text: string, at: string) => ({ text, code: 451, at, ip: "" });
  const [row] = gathered([
    queue({
      oldest_at: "2026-01-02T00:00:00Z",
      opens_at: "2026-01-05T00:00:00Z",
      last_reply: reply("new", "2026-01-03T00:00:00Z"),
    }),
    queue({
      oldest_at: "2026-01-01T00:00:00Z",
      next_attempt_at: "2026-01-04T00:00:00Z",
      last_reply: reply("old", "2026-01-02T00:00:00Z"),
    }),
    queue({}),
  ]);
  expect(row?.last_reply?.text).toBe("new");
  expect(row?.oldest_at).toBe("2026-01-01T00:00:00Z");
  expect(row?.goes_on_at).toBe("2026-01-04T00:00:00Z");
});

test("times in a sentence are told apart from its words", () => {
  expect(partsOf("no permits left before 2026-11-30T17:33:42.289Z.")).toEqual([
    "no permits left before ",
    "2026-11-30T17:33:42.289Z",
    ".",
  ]);
  expect(partsOf("paused")).toEqual(["paused"]);
});
