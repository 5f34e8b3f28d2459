import { describe, expect, it } from "vitest";
import { curveOf, isWhole, toneOf, type LedgerHistory } from "../src/rules/ledger";

const at = (day: number): string => `2026-03-0${day}T09:00:00Z`;
const seconds = (day: number): number => Date.parse(at(day)) / 1000;

function past(day: number, used: number): LedgerHistory["days"][number] {
  return {
    ...{ day, level: day, plan: "standard", limit: 500 * day, used },
    ...{ started_at: at(day), ended_at: at(day + 1) },
    ...{ delivered: used, bounced: 0, complained: 0, decision: "advanced", why: "" },
  };
}

const HISTORY: LedgerHistory = {
  ...{ subject: "192.0.2.7", provider: "*", plan: "standard", unanswered: [], finish_at: null },
  days: [past(1, 500), past(2, 300)],
  curve: [
    { day: 2, at: at(2), limit: 1000, forecast: 700 },
    { day: 3, at: at(3), limit: null, forecast: 40 },
  ],
};

describe("the curve of a ledger", () => {
  it("has the present day once, with what was sent and what is to come", () => {
    const curve = curveOf(HISTORY);
    expect(curve.times).toEqual([1, 2, 3].map(seconds));
    expect(curve.used).toEqual([500, 300, null]);
    expect(curve.forecast).toEqual([null, 700, 40]);
  });

  it("has a gap where there is no limit", () => {
    expect(curveOf(HISTORY).limit).toEqual([500, 1000, null]);
  });

  it("begins with the days to come when there are none behind", () => {
    expect(curveOf({ ...HISTORY, days: [] }).times).toEqual([2, 3].map(seconds));
  });
});

describe("how full a day is", () => {
  it("warns before a limit is reached, and never without one", () => {
    expect(toneOf(449, 500)).toBe("good");
    expect(toneOf(450, 500)).toBe("warn");
    expect(toneOf(450, null)).toBeUndefined();
  });
});

it("a preview is asked for of what may be an IP or a domain, not of a beginning", () => {
  for (const whole of ["192.0.2.7", "2001:db8::1", "::1", "example.net", "mail.example.xn--p1ai"])
    expect(isWhole(whole), whole).toBe(true);
  for (const begun of ["", "192.0.2", "192.0.2.", "example", "example.", "example.n", "2001:"])
    expect(isWhole(begun), begun).toBe(false);
});
