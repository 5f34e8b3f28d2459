import { useEffect, useRef, useState } from "react";
import { count } from "../rules/numbers";
import { fullTime } from "../rules/time";
import { asProblem } from "../api/problem";
import { tell } from "./toast";
import { strokeOf } from "./strokes";
import { useTheme } from "./theme";

export interface CurveSeries {
  name: string;
  /** One for each time; null is a gap, never a zero. */
  values: readonly (number | null)[];
}

export interface CurveProps {
  title: string;
  /** Seconds since 1970, ascending. */
  times: readonly number[];
  series: readonly CurveSeries[];
  log?: boolean;
  height?: number;
}

/** Values over time, with a legend that tells them at the pointer and a table for who reads. */
export function Curve(props: CurveProps) {
  const { times, series, log = false, height = 220 } = props;
  const frame = useRef<HTMLDivElement>(null);
  const [point, setPoint] = useState<number | null>(null);
  const { version } = useTheme();
  useEffect(() => {
    let destroy: (() => void) | undefined;
    let isGone = false;
    import("./plot").then(
      ({ makePlot }) => {
        if (isGone || !frame.current) return;
        destroy = makePlot(frame.current, { times, series, log, height, onPoint: setPoint });
      },
      (failure: unknown) => tell(asProblem(failure).detail, "bad"),
    );
    return () => {
      isGone = true;
      destroy?.();
    };
  }, [times, series, log, height, version]);
  const at = point === null ? undefined : times[point];
  return (
    <figure class="curve">
      <figcaption class="row apart">
        <h3>{props.title}</h3>
        <span class="soft small number">{at ? fullTime(new Date(at * 1000)) : ""}</span>
      </figcaption>
      <div class="plot" ref={frame} aria-hidden="true" />
      <ul class="legend">
        {series.map((each, index) => (
          <li key={each.name}>
            <LegendLine index={index} />
            {each.name}
            {point !== null && <b class="number">{count(each.values[point])}</b>}
          </li>
        ))}
      </ul>
      <details class="forms">
        <summary>As a table</summary>
        <CurveTable {...props} />
      </details>
    </figure>
  );
}

function LegendLine({ index }: { index: number }) {
  const { colour, dash } = strokeOf(index);
  return (
    <svg width="24" height="8" aria-hidden="true">
      <line
        x1="1"
        x2="23"
        y1="4"
        y2="4"
        stroke={`var(${colour})`}
        stroke-width="2"
        stroke-dasharray={dash.join(" ")}
      />
    </svg>
  );
}

function CurveTable({ title, times, series }: CurveProps) {
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label={`${title}, as a table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {series.map((each) => (
              <th scope="col" class="end" key={each.name}>
                {each.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map((time, index) => (
            <tr key={time}>
              <th scope="row">{fullTime(new Date(time * 1000))}</th>
              {series.map((each) => (
                <td class="end" key={each.name}>
                  {count(each.values[index])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
