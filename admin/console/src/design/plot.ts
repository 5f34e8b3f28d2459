// The only file that knows uPlot; loaded when a page has a curve to show.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { compact } from "../rules/numbers";
import type { CurveSeries } from "./curve";
import { strokeOf } from "./strokes";

export interface PlotOptions {
  times: readonly number[];
  series: readonly CurveSeries[];
  log: boolean;
  height: number;
  /** The index that the pointer is at; null: none. */
  onPoint: (index: number | null) => void;
}

/** Canvas takes no variables: what a colour of the style sheet is right now. */
function colourOf(frame: HTMLElement, variable: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${variable})`;
  frame.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

function axis(frame: HTMLElement): uPlot.Axis {
  return {
    stroke: colourOf(frame, "--text-soft"),
    grid: { stroke: colourOf(frame, "--line"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
    gap: 6,
  };
}

/** A logarithm has no zero: there it is drawn at the bottom. */
const LOG_FLOOR = 1;

function dataOf(options: PlotOptions): uPlot.AlignedData {
  const columns = options.series.map((each) =>
    options.log
      ? each.values.map((value) => (value === null ? null : Math.max(value, LOG_FLOOR)))
      : each.values.slice(),
  );
  return [options.times.slice(), ...columns];
}

const DAY = 86_400;
const DAYS = [1, 2, 7, 14, 30, 90, 365].map((days) => days * DAY);
const isDaily = ([first = 0, second = 0]: readonly number[]) => second - first >= DAY;

export function makePlot(frame: HTMLElement, options: PlotOptions): () => void {
  const plot = new uPlot(
    {
      width: Math.max(frame.clientWidth, 120),
      height: options.height,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false } },
      scales: {
        x: { time: true },
        y: options.log
          ? {
              distr: 3,
              log: 10,
              range: (_plot, _low, high) => [LOG_FLOOR, Math.max(high * 1.1, 10)],
            }
          : { range: (_plot, _low, high) => [0, Math.max((high || 0) * 1.08, 4)] },
      },
      axes: [
        {
          ...axis(frame),
          space: 64,
          // Between values of whole days there is no hour to be marked.
          ...(isDaily(options.times) && { incrs: DAYS }),
          // Where every mark is a midnight, its date tells more.
          values: (_plot, ticks, _axis, _space, step) => {
            const label = uPlot.fmtDate(step < DAY ? "{HH}:{mm}" : "{MM}-{DD}");
            return ticks.map((tick) => label(new Date(tick * 1000)));
          },
        },
        {
          ...axis(frame),
          size: 48,
          values: (_plot, ticks) => ticks.map((tick) => (tick === null ? "" : compact(tick))),
        },
      ],
      series: [
        {},
        ...options.series.map((each, index) => ({
          label: each.name,
          stroke: colourOf(frame, strokeOf(index).colour),
          dash: strokeOf(index).dash,
          width: 1.75,
          points: { show: each.values.filter((value) => value !== null).length < 3 },
        })),
      ],
      hooks: { setCursor: [(self) => options.onPoint(self.cursor.idx ?? null)] },
    },
    dataOf(options),
    frame,
  );
  const resized = new ResizeObserver(() =>
    plot.setSize({ width: Math.max(frame.clientWidth, 120), height: options.height }),
  );
  resized.observe(frame);
  return () => {
    resized.disconnect();
    plot.destroy();
  };
}
