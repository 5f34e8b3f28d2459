/** The beginning of a list of recipients, and the list under other names of its columns. Pure. */

export interface Beginning {
  rows: string[][];
  /** How many octets the first line has, with its end. */
  firstLineOctets: number;
  /** How many of them are a mark of the octets' order. */
  markOctets: number;
}

/**
 * The text of the beginning of a file; null: it is not UTF-8. What was read may be cut off amidst a
 * character.
 */
export function textOf(octets: ArrayBuffer): string | null {
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return decoder.decode(octets, { stream: true });
  } catch {
    return null;
  }
}

/** The first rows of a text of RFC 4180; what is cut off at the end is left out. */
export function beginningOf(text: string, most: number): Beginning {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let isQuoted = false;
  let firstLineEnd = text.length;
  const hasMark = text.startsWith("\ufeff");
  for (let at = hasMark ? 1 : 0; at < text.length && rows.length < most; ++at) {
    const each = text[at]!;
    if (isQuoted) {
      if (each !== '"') cell += each;
      else if (text[at + 1] === '"') cell += text[++at]!;
      else isQuoted = false;
    } else if (each === '"') isQuoted = true;
    else if (each === ",") {
      row.push(cell);
      cell = "";
    } else if (each === "\n") {
      rows.push([...row, cell.replace(/\r$/, "")]);
      if (rows.length === 1) firstLineEnd = at + 1;
      row = [];
      cell = "";
    } else cell += each;
  }
  if (rows.length < most && (cell || row.length)) rows.push([...row, cell]);
  const firstLineOctets = new TextEncoder().encode(text.slice(0, firstLineEnd)).length;
  return { rows, firstLineOctets, markOctets: hasMark ? 3 : 0 };
}

export const csvLine = (cells: readonly string[]): string =>
  `${cells.map((each) => (/[",\r\n]/.test(each) ? `"${each.replaceAll('"', '""')}"` : each)).join(",")}\r\n`;

const looksLikeAddress = (text: string) => /^[^\s@]+@[^\s@]+$/.test(text);

/** Whether the first line has names of columns, and no recipient. */
export const hasHeading = (rows: readonly string[][]): boolean =>
  !rows[0]?.some((each) => looksLikeAddress(each.trim()));

/** Names for the columns: the heading's, with `email` for the column that has addresses. */
export function guessNames(rows: readonly string[][]): string[] {
  const heading = hasHeading(rows);
  const first = rows[0] ?? [];
  const names = first.map((each, index) =>
    heading ? each.trim().replace(/\W+/g, "_").toLowerCase() : `column_${index + 1}`,
  );
  if (names.includes("email")) return names;
  const sample = rows[heading ? 1 : 0] ?? [];
  const at = sample.findIndex((each) => looksLikeAddress(each.trim()));
  return names.map((each, index) => (index === at ? "email" : each));
}
