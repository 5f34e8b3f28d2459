// How large the console may be, in octets as they travel (gzip). Pure.

export const FIRST_PAGE_MAX = 60 * 1024;
export const ALL_MAX = 160 * 1024;
/** The page that is looked at first, with all that it loads: the plots, too. */
const FIRST_PAGES = ["index.html", "src/pages/overview.tsx", "src/design/plot.ts"];
/** Loaded only by who edits a template. */
const EDITOR = /^assets\/editor-/;

/** The files that the first page needs, by Vite's manifest. */
export function firstPageFiles(manifest) {
  const files = new Set(["index.html", "theme.js", "favicon.svg"]);
  const visit = (key) => {
    const chunk = manifest[key];
    if (!chunk || files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const style of chunk.css ?? []) files.add(style);
    for (const next of chunk.imports ?? []) visit(next);
  };
  for (const key of FIRST_PAGES) {
    if (!manifest[key]) throw new Error(`the manifest does not name ${key}`);
    visit(key);
  }
  return files;
}

/** Whether sizes (name → octets) keep the bounds, and a sentence about them. */
export function judge(sizes, first) {
  let firstPage = 0;
  let all = 0;
  for (const [name, octets] of sizes) {
    if (first.has(name)) firstPage += octets;
    if (!EDITOR.test(name)) all += octets;
  }
  const good = firstPage <= FIRST_PAGE_MAX && all <= ALL_MAX;
  const text =
    `first page ${firstPage} of ${FIRST_PAGE_MAX}, ` +
    `all but the editor ${all} of ${ALL_MAX} octets: ${good ? "fits" : "TOO LARGE"}`;
  return { good, firstPage, all, text };
}
