import { expect, test } from "vitest";
import { newPlan, wrongIn } from "../src/rules/plans";

const GENTLE = {
  name: "gentle",
  days: "500, 1000\n2000",
  advance: "on_use",
  spread: "none",
  providers: "gmail: 100, 200\n\n* 50",
  mayDecrease: false,
};

test("limits are said with spaces, commas or lines between them", () => {
  expect(newPlan(GENTLE).body).toEqual({
    name: "gentle",
    days: [500, 1000, 2000],
    advance: "on_use",
    spread: "none",
    providers: { gmail: [100, 200], "*": [50] },
  });
  expect(wrongIn(GENTLE)).toBe("");
});

test("the command makes the same plan", () => {
  const { cli } = newPlan({ ...GENTLE, mayDecrease: true });
  expect(cli.slice(0, 5)).toEqual(["plan", "create", "gentle", "--days", "500,1000,2000"]);
  expect(cli.slice(9)).toEqual([
    ...["--provider", "gmail=100,200", "--provider", "*=50", "--allow-decrease"],
  ]);
});

test("what is no number is told before it is sent", () => {
  expect(wrongIn({ ...GENTLE, days: "500 many" })).not.toBe("");
  expect(wrongIn({ ...GENTLE, days: "1.5" })).not.toBe("");
  expect(wrongIn({ ...GENTLE, providers: "gmail some" })).not.toBe("");
});
