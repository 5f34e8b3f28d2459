import { expect, test } from "vitest";
import { duration, fullTime, instantOf, localOf, relative, shortTime } from "../src/rules/time";

const winter = new Date("2026-11-29T13:05:09Z");

test("a time names its zone", () => {
  expect(fullTime(winter, "Europe/Berlin")).toBe("2026-11-29 14:05:09 CET");
  expect(fullTime(winter, "UTC")).toBe("2026-11-29 13:05:09 UTC");
});

test("in summer the same zone has another name", () => {
  expect(fullTime(new Date("2026-07-01T00:00:00Z"), "Europe/Berlin")).toBe(
    "2026-07-01 02:00:00 CEST",
  );
});

test("midnight is 00:00, not 24:00", () => {
  expect(fullTime(new Date("2026-01-01T00:00:00Z"), "UTC")).toBe("2026-01-01 00:00:00 UTC");
});

test("today needs no date, and today is the day of the zone", () => {
  expect(shortTime(winter, winter, "UTC")).toBe("13:05 UTC");
  const late = new Date("2026-11-29T23:30:00Z");
  expect(shortTime(late, winter, "UTC")).toBe("23:30 UTC");
  expect(shortTime(late, winter, "Europe/Berlin")).toBe("2026-11-30 00:30 CET");
});

test("a duration is told in its two largest units", () => {
  expect(duration(0)).toBe("0 s");
  expect(duration(59)).toBe("59 s");
  expect(duration(5400)).toBe("1 h 30 min");
  expect(duration(86_400)).toBe("1 d");
  expect(duration(90_061)).toBe("1 d 1 h");
  expect(duration(-5)).toBe("0 s");
});

test("what is near is told in seconds, what is far in whole units", () => {
  const at = (seconds: number) => new Date(winter.getTime() + seconds * 1000);
  expect(relative(at(0), winter)).toBe("now");
  expect(relative(at(30), winter)).toBe("in 30 s");
  expect(relative(at(-7_380), winter)).toBe("2 h ago");
  expect(relative(at(3_599), winter)).toBe("in 1 h");
});

test("a field for date and clock means the same instant wherever its address is opened", () => {
  const instant = "2026-12-01T08:00:00.000Z";
  expect(instantOf(localOf(instant))).toBe(instant);
  expect(localOf("")).toBe("");
  expect(instantOf("no time")).toBe("");
});
