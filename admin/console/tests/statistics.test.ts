import { describe, expect, it } from "vitest";
import { daysOf, nameOf, sumOf, type StatisticsRow } from "../src/rules/statistics";

const row = (of: Partial<StatisticsRow>): StatisticsRow =>
  ({ delivered: 0, bounced: 0, ...of }) as StatisticsRow;

const ROWS = [
  row({ day: "2026-03-03", delivered: 7, bounced: 1 }),
  row({ day: "2026-03-01", delivered: 5 }),
];

describe("statistics", () => {
  it("are added up over rows", () => {
    expect(sumOf(ROWS, "delivered")).toBe(12);
    expect(sumOf([], "delivered")).toBe(0);
  });

  it("have every day on the axis, at noon; one without mail had none", () => {
    const days = daysOf(ROWS, ["delivered", "bounced"]);
    const noons = [1, 2, 3].map((day) => Date.parse(`2026-03-0${day}T12:00:00Z`) / 1000);
    expect(days.times.slice(-3)).toEqual(noons);
    expect(days.values.map((each) => each.slice(-3))).toEqual([
      [5, 0, 7],
      [0, 0, 1],
    ]);
  });

  it("have a week on the axis at least; before the first row nothing is known", () => {
    const days = daysOf(ROWS.slice(1), ["delivered"]);
    expect(days.times).toHaveLength(7);
    expect(days.times.at(-1)).toBe(Date.parse("2026-03-01T12:00:00Z") / 1000);
    expect(days.values).toEqual([[null, null, null, null, null, null, 5]]);
  });

  it("name a row by what it is of, and what is not known by a dash", () => {
    expect(nameOf(row({ task: 12 }), "task")).toBe("12");
    expect(nameOf(row({ task: null }), "task")).toBe("–");
    expect(nameOf(row({ provider: "" }), "provider")).toBe("–");
  });
});
