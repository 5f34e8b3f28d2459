/** The query string as the state of a page. Pure. */

/** The query with some values changed; empty and undefined ones go. */
export function changed(search: string, changes: Record<string, string | undefined>): string {
  const all = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) all.set(name, value);
    else all.delete(name);
  }
  return all.toString();
}

export interface Order {
  by: string;
  descending: boolean;
}

/** `-used` is by `used`, the largest first. */
export function parseOrder(text: string | null | undefined): Order | undefined {
  if (!text) return undefined;
  return text.startsWith("-")
    ? { by: text.slice(1), descending: true }
    : { by: text, descending: false };
}

export function orderText(order: Order): string {
  return (order.descending ? "-" : "") + order.by;
}

/** Ascending, descending, then ascending again. */
export function nextOrder(now: Order | undefined, by: string): Order {
  return { by, descending: now?.by === by && !now.descending };
}

type Sortable = string | number | boolean | null | undefined;

/** A sorted copy; what is not known comes last in either order. */
export function sorted<T>(items: readonly T[], value: (item: T) => Sortable, order: Order): T[] {
  const sign = order.descending ? -1 : 1;
  return [...items].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    const [noX, noY] = [x === null || x === undefined, y === null || y === undefined];
    if (noX || noY) return Number(noX) - Number(noY);
    if (typeof x === "string" && typeof y === "string")
      return sign * x.localeCompare(y, "en", { numeric: true });
    return sign * (Number(x) - Number(y));
  });
}
