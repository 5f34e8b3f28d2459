import { expect, test } from "vitest";
// @ts-expect-error a script of the build, without types
import { ALL_MAX, FIRST_PAGE_MAX, firstPageFiles, judge } from "../scripts/sizes.mjs";

const manifest = {
  "index.html": { file: "assets/index-1.js", css: ["assets/index-1.css"], imports: ["_shared.js"] },
  "_shared.js": { file: "assets/shared-1.js" },
  "src/pages/overview.tsx": { file: "assets/overview-1.js", imports: ["index.html"] },
  "src/pages/keys.tsx": { file: "assets/keys-1.js" },
  "src/design/plot.ts": { file: "assets/plot-1.js" },
};

test("the first page is what the overview needs, and no other page", () => {
  const files = firstPageFiles(manifest);
  for (const name of ["index-1.js", "index-1.css", "shared-1.js", "overview-1.js", "plot-1.js"])
    expect(files.has(`assets/${name}`)).toBe(true);
  expect(files.has("assets/keys-1.js")).toBe(false);
});

test("a manifest without the overview is refused, not taken for small", () => {
  expect(() => firstPageFiles({ "index.html": { file: "a.js" } })).toThrow(/overview/);
});

test("each bound holds by itself, and the editor is outside of both", () => {
  const first = new Set(["a.js"]);
  const sizes = (a: number, b: number, editor = 0) =>
    new Map([
      ["a.js", a],
      ["b.js", b],
      ["assets/editor-1.js", editor],
    ]);
  expect(judge(sizes(FIRST_PAGE_MAX, 0, ALL_MAX), first).good).toBe(true);
  expect(judge(sizes(FIRST_PAGE_MAX + 1, 0), first).good).toBe(false);
  expect(judge(sizes(0, ALL_MAX), first).good).toBe(true);
  expect(judge(sizes(1, ALL_MAX), first).good).toBe(false);
});
