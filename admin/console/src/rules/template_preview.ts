/** A template with values put in, as the node does it: for texts that are not saved yet. Pure. */

const TAG = /\{\{\s*([#^/!]?)\s*([^}]*?)\s*\}\}/g;

const escapes: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (each) => escapes[each]!);

/** A name without a value stays as it is written, so that one sees where it will be. */
export function fillIn(source: string, values: Record<string, string>, isHtml: boolean): string {
  let told = "";
  let at = 0;
  const open: { name: string; shown: boolean }[] = [];
  const isShown = () => open.every((each) => each.shown);
  for (const tag of source.matchAll(TAG)) {
    const [whole, mark, name = ""] = tag;
    if (isShown()) told += source.slice(at, tag.index);
    at = tag.index + whole.length;
    if (mark === "#") open.push({ name, shown: !!values[name] });
    else if (mark === "^") open.push({ name, shown: !values[name] });
    else if (mark === "/") open.pop();
    else if (mark === "" && isShown()) {
      const value = values[name] ?? whole;
      told += isHtml ? escapeHtml(value) : value;
    }
  }
  return isShown() ? told + source.slice(at) : told;
}

/** The names that texts ask for, in order, each once. */
export function namesIn(...sources: string[]): string[] {
  const names = new Set<string>();
  for (const source of sources)
    for (const [, mark, name] of source.matchAll(TAG))
      if (name && mark !== "!" && mark !== "/") names.add(name);
  return [...names];
}
