import { expect, test } from "vitest";
import { changed, nextOrder, orderText, parseOrder, sorted } from "../src/rules/url_state";

test("a change keeps the rest of the query, and takes out what is empty", () => {
  expect(changed("a=1&b=2", { b: "3" })).toBe("a=1&b=3");
  expect(changed("a=1&b=2", { a: undefined, b: "" })).toBe("");
  expect(changed("", { to: "bob@example.org" })).toBe("to=bob%40example.org");
});

test("an order is read as it is written", () => {
  for (const text of ["used", "-used"]) expect(orderText(parseOrder(text)!)).toBe(text);
  expect(parseOrder("")).toBeUndefined();
  expect(parseOrder(null)).toBeUndefined();
});

test("a second click turns the order round, another column begins ascending", () => {
  const first = nextOrder(undefined, "a");
  expect(first).toEqual({ by: "a", descending: false });
  const second = nextOrder(first, "a");
  expect(second.descending).toBe(true);
  expect(nextOrder(second, "a").descending).toBe(false);
  expect(nextOrder(second, "b")).toEqual({ by: "b", descending: false });
});

test("numbers inside of texts count, and nothing is last in either order", () => {
  const names = ["n10", "n2", null, "n1"];
  const by = (descending: boolean) => sorted(names, (each) => each, { by: "", descending });
  expect(by(false)).toEqual(["n1", "n2", "n10", null]);
  expect(by(true)).toEqual(["n10", "n2", "n1", null]);
});

test("sorting leaves what was given alone", () => {
  const given = [3, 1, 2];
  expect(sorted(given, (each) => each, { by: "", descending: false })).toEqual([1, 2, 3]);
  expect(given).toEqual([3, 1, 2]);
});
