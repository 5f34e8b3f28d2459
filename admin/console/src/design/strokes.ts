/** Lines differ by colour and by dashes: neither alone has to be told apart. */
export interface Stroke {
  colour: string;
  dash: number[];
}

const DASHES = [[], [7, 3], [2, 3], [10, 3, 2, 3], [4, 2]];

export function strokeOf(index: number): Stroke {
  const at = index % DASHES.length;
  return { colour: `--series-${at + 1}`, dash: DASHES[at] ?? [] };
}
