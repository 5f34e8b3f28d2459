import type { components } from "../api/schema";

export type StatisticsRow = components["schemas"]["statistics_row"];

/** The numbers of a funnel, in its order, as the page calls them. */
export const FUNNEL = [
  ["accepted", "Accepted"],
  ["delivered", "Delivered"],
  ["opened_unique", "Opened"],
  ["clicked_unique", "Clicked"],
] as const;

/** What became of the others. */
export const LOSSES = [
  ["bounced", "Bounced"],
  ["expired", "Expired"],
  ["suppressed", "Suppressed"],
  ["complained", "Complaints"],
  ["unsubscribed", "Unsubscribed"],
] as const;

export type Counted = (typeof FUNNEL)[number][0] | (typeof LOSSES)[number][0];

export function sumOf(rows: readonly StatisticsRow[], name: Counted): number {
  return rows.reduce((sum, each) => sum + each[name], 0);
}

const DAY = 86_400;
/** An axis of fewer days would have years at its ends. */
const DAYS_MIN = 7;

/**
 * Rows on an axis of days; a day without a row had nothing. A day of UTC stands at its noon, which is
 * of the same date in nearly every zone. Days before the first row make the axis long enough.
 */
export function daysOf(rows: readonly StatisticsRow[], names: readonly Counted[]) {
  const found = new Map<number, StatisticsRow>();
  for (const each of rows) if (each.day) found.set(Date.parse(each.day) / 1000 + DAY / 2, each);
  const ends = [...found.keys()];
  const [first, last] = [Math.min(...ends), Math.max(...ends)];
  const times: number[] = [];
  for (let at = Math.min(first, last - (DAYS_MIN - 1) * DAY); at <= last; at += DAY) times.push(at);
  const valueOf = (at: number, name: Counted) => (at < first ? null : (found.get(at)?.[name] ?? 0));
  return { times, values: names.map((name) => times.map((at) => valueOf(at, name))) };
}

/** What a row is of, in words; what cannot be told apart is a dash. */
export function nameOf(row: StatisticsRow, by: string): string {
  const value = row[by as keyof StatisticsRow];
  return value === undefined || value === null || value === "" ? "–" : String(value);
}
