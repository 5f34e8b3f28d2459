import { useEffect, useState } from "react";
import { partsOf } from "../rules/told";
import { fullTime, relative, shortTime } from "../rules/time";

/** The time, again every `every` milliseconds. */
export function useNow(every = 15_000): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/** A time of the API in the user's zone, which it names; in UTC on hover. */
export function Time(props: {
  at: string | null | undefined;
  as?: "short" | "full" | "relative";
  none?: string;
}) {
  const now = useNow();
  if (!props.at) return <span class="soft">{props.none ?? "–"}</span>;
  const at = new Date(props.at);
  const full = fullTime(at);
  const shown =
    props.as === "full" ? full : props.as === "relative" ? relative(at, now) : shortTime(at, now);
  return (
    <time dateTime={props.at} title={`${full} = ${fullTime(at, "UTC")}`} class="number">
      {shown}
    </time>
  );
}

/** A sentence of the API; the times in it are told as all others are. */
export function Told({ text }: { text: string }) {
  return <>{partsOf(text).map((each, at) => (at % 2 ? <Time key={at} at={each} /> : each))}</>;
}
