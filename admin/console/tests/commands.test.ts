import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { cliLine, curlLines, shellWord } from "../src/rules/commands";

test("a shell reads back what was quoted", () => {
  for (const text of ["plain", "a b", "it's", '"$HOME" `id` \\', "line\nline", "", "*", "ü"]) {
    const read = execFileSync("/bin/sh", ["-c", `printf %s ${shellWord(text)}`]).toString();
    expect(read).toBe(text);
  }
});

test("words that need no quotes have none", () => {
  expect(cliLine(["node", "drain", "n2"])).toBe("warmfront node drain n2");
  expect(cliLine(["task", "show", "a b"])).toBe("warmfront task show 'a b'");
});

test("a request names its secret by the variable", () => {
  expect(curlLines("POST", "/v1/nodes/n2/actions", { action: "drain" })).toBe(
    [
      'curl -X POST "$WARMFRONT_SERVER"/v1/nodes/n2/actions \\',
      '  -H "Authorization: Bearer $WARMFRONT_KEY" \\',
      '  -H "Content-Type: application/json" \\',
      `  -d '{"action":"drain"}'`,
    ].join("\n"),
  );
});

test("a list is sent from its file", () => {
  expect(curlLines("POST", "/v1/groups/g/recipients", undefined, "my list.csv")).toContain(
    [`  -H "Content-Type: text/csv" \\`, `  --data-binary '@my list.csv'`].join("\n"),
  );
});
