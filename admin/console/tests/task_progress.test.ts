import { expect, test } from "vitest";
import { endedOf, openOf, overOf, type Progress } from "../src/rules/task_progress";

const progress = (said: Partial<Progress>): Progress => ({
  requested: 0,
  delivered: 0,
  bounced: 0,
  expired: 0,
  suppressed: 0,
  cancelled: 0,
  waiting: 0,
  deferred: 0,
  cached: 0,
  finish_at: null,
  live: {
    ...{ occurrence: 0, delivered: 0, bounced: 0, expired: 0 },
    ...{ suppressed: 0, cancelled: 0, deferred: 0 },
  },
  ...said,
});

test("the numbers of a batch add up: those who are not in a queue yet are told, too", () => {
  const half = progress({ requested: 6000, delivered: 539, waiting: 461, cached: 5000 });
  expect(endedOf(half)).toBe("539 of 6,000 delivered");
  expect(openOf(half)).toBe("461 wait, 5,000 not begun");
  expect(overOf(half)).toBe(539);
});

test("what nobody is in is not told", () => {
  const over = progress({ requested: 8, delivered: 3, bounced: 1, expired: 1, suppressed: 2 });
  expect(endedOf({ ...over, cancelled: 1 })).toBe(
    "3 of 8 delivered, 2 failed, 2 suppressed, 1 cancelled",
  );
  expect(openOf(over)).toBe("");
  expect(openOf({ ...over, deferred: 1 })).toBe("1 to be tried again");
});
