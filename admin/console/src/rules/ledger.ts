import type { components } from "../api/schema";

export type LedgerHistory = components["schemas"]["ledger_history"];

export interface LedgerCurve {
  times: number[];
  limit: (number | null)[];
  used: (number | null)[];
  forecast: (number | null)[];
}

const secondsOf = (time: string): number => Math.floor(Date.parse(time) / 1000);

/** The days behind and those to come on one axis. The present one is of both. */
export function curveOf(history: LedgerHistory): LedgerCurve {
  const curve: LedgerCurve = { times: [], limit: [], used: [], forecast: [] };
  let end = 0;
  for (const each of history.days) {
    curve.times.push(secondsOf(each.started_at));
    curve.limit.push(each.limit);
    curve.used.push(each.used);
    curve.forecast.push(null);
    end = secondsOf(each.ended_at);
  }
  for (const each of history.curve) {
    const at = secondsOf(each.at);
    const last = curve.times.length - 1;
    if (last >= 0 && at < end) {
      curve.forecast[last] = each.forecast;
      continue;
    }
    curve.times.push(at);
    curve.limit.push(each.limit);
    curve.used.push(null);
    curve.forecast.push(each.forecast);
  }
  return curve;
}

/** How full a day is: what is nearly spent is told before it is. */
export function toneOf(used: number, limit: number | null): "good" | "warn" | undefined {
  if (limit === null) return undefined;
  return used >= limit * 0.9 ? "warn" : "good";
}

/** Whether a text may be an IP or a domain, and no beginning of one. */
export const isWhole = (subject: string): boolean =>
  /^(\d{1,3}\.){3}\d{1,3}$|^[\da-f:]*:[\da-f]*:[\da-f:.]*$|\.[a-z][a-z\d-]*[a-z\d]$/i.test(subject);
