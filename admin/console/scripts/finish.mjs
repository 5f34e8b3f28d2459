// After the build: compresses what is served, and refuses a console that has grown too large.
import { readFileSync, readdirSync, statSync, writeFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { constants, gzipSync } from "node:zlib";
import { firstPageFiles, judge } from "./sizes.mjs";

// Of all the levels the one that packs these files smallest: its blocks are shorter.
const MEM_LEVEL = 7;

const folder = process.env.CONSOLE_OUT ?? "dist";
const manifest = JSON.parse(readFileSync(join(folder, "manifest.txt"), "utf8"));
rmSync(join(folder, "manifest.txt"));

const sizes = new Map();
for (const name of readdirSync(folder, { recursive: true })) {
  const path = join(folder, name);
  if (!statSync(path).isFile() || name.endsWith(".gz")) continue;
  const octets = readFileSync(path);
  const packed = gzipSync(octets, { level: constants.Z_BEST_COMPRESSION, memLevel: MEM_LEVEL });
  const gains = packed.length < octets.length * 0.9;
  if (gains) writeFileSync(path + ".gz", packed);
  sizes.set(relative(folder, path), gains ? packed.length : octets.length);
}

const verdict = judge(sizes, firstPageFiles(manifest));
for (const [name, octets] of [...sizes].sort((a, b) => b[1] - a[1]))
  console.log(`${String(octets).padStart(8)}  ${name}`);
console.log(verdict.text);
process.exit(verdict.good ? 0 : 1);
