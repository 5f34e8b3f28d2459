/** How often a question is asked again. Pure. */

export const POLL_MS = 15_000;
const POLL_MAX_MS = 120_000;

/** Between two questions: longer the more often there was no answer. */
export function pollAfter(failures: number, every = POLL_MS): number {
  return Math.min(every * 2 ** Math.min(failures, 10), Math.max(every, POLL_MAX_MS));
}
