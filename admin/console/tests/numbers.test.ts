import { expect, test } from "vitest";
import { compact, count, counted, octets, percent } from "../src/rules/numbers";

test("numbers have separators", () => {
  expect(count(1_234_567)).toBe("1,234,567");
  expect(count(0)).toBe("0");
});

test("what is not known is a dash, never a zero", () => {
  expect(count(null)).toBe("–");
  expect(count(undefined)).toBe("–");
  expect(compact(null)).toBe("–");
  expect(percent(0, 0)).toBe("–");
});

test("a share has one digit", () => {
  expect(percent(1, 8)).toBe("12.5 %");
  expect(percent(1, 1000, 2)).toBe("0.10 %");
});

test("octets are told in powers of 1024", () => {
  expect(octets(0)).toBe("0 B");
  expect(octets(1536)).toBe("1.5 KiB");
  expect(octets(3 * 1024 ** 4)).toBe("3.0 TiB");
  expect(octets(9000 * 1024 ** 4)).toBe("9000.0 TiB");
});

test("one and many", () => {
  expect(counted(1, "node")).toBe("1 node");
  expect(counted(2, "node")).toBe("2 nodes");
  expect(counted(0, "entry", "entries")).toBe("0 entries");
});
