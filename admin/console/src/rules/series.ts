/** What `GET /v1/series` answers, as columns for a plot. Pure. */

export interface SeriesAnswer {
  from: string;
  to: string;
  step_seconds: number;
  series: { name: string; values: (number | null)[] }[];
}

/** The times of the values: the first is at `from`. */
export function timesOf(answer: SeriesAnswer): number[] {
  const start = Date.parse(answer.from) / 1000;
  const length = Math.max(0, ...answer.series.map((each) => each.values.length));
  return Array.from({ length }, (_, index) => start + index * answer.step_seconds);
}

/** Whether there is anything to draw. */
export function isEmptySeries(answer: SeriesAnswer): boolean {
  return answer.series.every((each) => each.values.every((value) => value === null));
}
