import { expect, test } from "vitest";
import { fillIn, namesIn } from "../src/rules/template_preview";

test("values are put in, and cannot become markup", () => {
  expect(fillIn("Dear {{name}}", { name: "<b>Ada</b>" }, false)).toBe("Dear <b>Ada</b>");
  expect(fillIn("<p>{{ name }}</p>", { name: "<Ada & 'Co'>" }, true)).toBe(
    "<p>&lt;Ada &amp; &#39;Co&#39;&gt;</p>",
  );
});

test("a name without a value stays, an empty value is one", () => {
  expect(fillIn("{{a}}{{b}}", { b: "" }, false)).toBe("{{a}}");
});

test("sections are there by whether the value is", () => {
  const source = "x{{#city}} in {{city}}{{/city}}{{^city}} at home{{/city}}{{! why }}.";
  expect(fillIn(source, { city: "Oslo" }, false)).toBe("x in Oslo.");
  expect(fillIn(source, {}, false)).toBe("x at home.");
  expect(fillIn("{{#a}}{{^b}}in{{/b}}{{/a}}out", { a: "1", b: "1" }, false)).toBe("out");
});

test("names are told once, in their order", () => {
  expect(namesIn("{{b}} {{a}}", "{{#c}}{{a}}{{/c}}{{! d }}")).toEqual(["b", "a", "c"]);
});
