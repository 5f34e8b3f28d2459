import type { components } from "../api/schema";
import { count } from "./numbers";

export type Progress = components["schemas"]["task_progress"];

/** How many are in each state, in words; states of nobody are left out. Together they are all. */
function told(parts: readonly [number, string][]): string[] {
  return parts.filter(([many]) => many > 0).map(([many, what]) => `${count(many)} ${what}`);
}

/** What is over, of all: 539 of 6,000 delivered, 2 suppressed. */
export const endedOf = (of: Progress): string =>
  [
    `${count(of.delivered)} of ${count(of.requested)} delivered`,
    ...told([
      [of.bounced + of.expired, "failed"],
      [of.suppressed, "suppressed"],
      [of.cancelled, "cancelled"],
    ]),
  ].join(", ");

/** What is to come: 461 wait, 5,000 not begun; empty: nothing. */
export const openOf = (of: Progress): string =>
  told([
    [of.waiting, "wait"],
    [of.deferred, "to be tried again"],
    [of.cached, "not begun"],
  ]).join(", ");

export const overOf = (of: Progress): number =>
  of.delivered + of.bounced + of.expired + of.suppressed + of.cancelled;
