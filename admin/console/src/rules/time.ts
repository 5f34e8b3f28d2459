/** Times as people read them: in a named zone, the user's own by default. Pure. */

export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

function parts(at: Date, zone: string): Record<string, string> {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  });
  return Object.fromEntries(format.formatToParts(at).map((each) => [each.type, each.value]));
}

/** 2026-11-29 14:05:09 CET */
export function fullTime(at: Date, zone = ownZone()): string {
  const p = parts(at, zone);
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second} ${p.timeZoneName}`;
}

/** 14:05 CET today, else 2026-11-30 14:05 CET. */
export function shortTime(at: Date, now: Date, zone = ownZone()): string {
  const p = parts(at, zone);
  const today = parts(now, zone);
  const clock = `${p.hour}:${p.minute} ${p.timeZoneName}`;
  const isToday = p.year === today.year && p.month === today.month && p.day === today.day;
  return isToday ? clock : `${p.year}-${p.month}-${p.day} ${clock}`;
}

const STEPS: [number, string][] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
];

/** 5400 → 1 h 30 min: the two largest units. */
export function duration(seconds: number): string {
  let rest = Math.max(0, Math.round(seconds));
  if (rest === 0) return "0 s";
  const first = STEPS.findIndex(([size]) => rest >= size);
  const told: string[] = [];
  for (const [size, unit] of STEPS.slice(first, first + 2)) {
    const many = Math.floor(rest / size);
    if (many > 0) told.push(`${many} ${unit}`);
    rest -= many * size;
  }
  return told.join(" ");
}

/** in 5 min, 2 h ago, now. */
export function relative(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  if (Math.abs(seconds) < 1) return "now";
  const told = duration(Math.abs(seconds) >= 60 ? roundToUnit(seconds) : Math.abs(seconds));
  return seconds > 0 ? `in ${told}` : `${told} ago`;
}

/** To whole units of the largest that fits: nobody wants to know 2 h 3 min ago. */
function roundToUnit(seconds: number): number {
  const size = STEPS.find(([each]) => Math.abs(seconds) >= each)?.[0] ?? 1;
  return Math.round(Math.abs(seconds) / size) * size;
}

/** What a field for date and clock says of an instant: 2026-12-01T08:00. */
export function localOf(instant: string): string {
  const at = new Date(instant);
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return Number.isNaN(shifted.getTime()) ? "" : shifted.toISOString().slice(0, 16);
}

/** The instant that such a field means; empty: none. */
export function instantOf(local: string): string {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? "" : at.toISOString();
}
