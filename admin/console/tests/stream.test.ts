import { expect, test } from "vitest";
import { pollAfter } from "../src/rules/polling";
import { linesOf, retryAfter } from "../src/rules/stream";

function streamOf(...pieces: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const each of pieces) controller.enqueue(each);
      controller.close();
    },
  });
}

async function all(stream: ReadableStream<Uint8Array>): Promise<string[]> {
  const lines = [];
  for await (const line of linesOf(stream)) lines.push(line);
  return lines;
}

test("lines come whole wherever the stream is cut, inside a character too", async () => {
  const text = new TextEncoder().encode('{"a":"ü"}\n\n{"b":1}\n{"c":2}');
  for (let cut = 0; cut <= text.length; ++cut)
    expect(await all(streamOf(text.slice(0, cut), text.slice(cut)))).toEqual([
      '{"a":"ü"}',
      '{"b":1}',
      '{"c":2}',
    ]);
});

test("an empty stream has no lines", async () => {
  expect(await all(streamOf())).toEqual([]);
});

test("attempts become rarer up to once a minute, and never all at once", () => {
  expect(retryAfter(0, () => 0)).toBe(500);
  expect(retryAfter(0, () => 1)).toBe(1_000);
  expect(retryAfter(3, () => 1)).toBe(8_000);
  expect(retryAfter(1_000, () => 1)).toBe(60_000);
});

test("polling backs off while there is no answer, up to two minutes", () => {
  expect(pollAfter(0, 10_000)).toBe(10_000);
  expect(pollAfter(2, 10_000)).toBe(40_000);
  expect(pollAfter(9, 10_000)).toBe(120_000);
  expect(pollAfter(9, 600_000)).toBe(600_000);
});
