import { expect, test } from "vitest";
import { beginningOf, csvLine, guessNames, hasHeading, textOf } from "../src/rules/csv";

test("rows are read with quotes, and any end of line", () => {
  const { rows } = beginningOf('email,name\r\na@x.test,"Ada, ""the"" first"\nb@x.test,\n', 5);
  expect(rows).toEqual([
    ["email", "name"],
    ["a@x.test", 'Ada, "the" first'],
    ["b@x.test", ""],
  ]);
});

test("the first line's length counts octets, a mark of the order included", () => {
  expect(beginningOf("\ufeffé,b\r\n1,2\n", 5).firstLineOctets).toBe(3 + 2 + 2 + 2);
  expect(beginningOf("\ufeffé,b\r\n1,2\n", 5).markOctets).toBe(3);
  expect(beginningOf('"a\nb",c\n1,2\n', 5).firstLineOctets).toBe(8);
});

test("a list without names of columns is known by its addresses", () => {
  expect(hasHeading([["a@x.test", "Ada"]])).toBe(false);
  expect(guessNames([["a@x.test", "Ada"]])).toEqual(["email", "column_2"]);
});

test("the column with addresses becomes email, other names can be variables", () => {
  expect(
    guessNames([
      ["E-Mail Address", "First name"],
      ["a@x.test", "Ada"],
    ]),
  ).toEqual(["email", "first_name"]);
});

test("a line is written so that it is read the same", () => {
  const cells = ["a", 'b"c', "d,e"];
  expect(beginningOf(csvLine(cells), 1).rows).toEqual([cells]);
});

test("what is not UTF-8 is no text, what is cut off amidst a character is", () => {
  const octets = (...all: number[]) => new Uint8Array(all).buffer;
  expect(textOf(octets(0x53, 0xdf, 0x0a))).toBeNull();
  expect(textOf(octets(0x53, 0xc3))).toBe("S");
  expect(textOf(octets(0xef, 0xbb, 0xbf, 0x53))).toBe("\ufeffS");
});
