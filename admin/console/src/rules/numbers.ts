const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** 1234567 → 1,234,567. What is not known is a dash, never a zero. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : whole.format(value);
}

/** 1234567 → 1.2M, for axes and tight places. */
export function compact(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : short.format(value);
}

/** A share of a whole: 12.3 %. Nothing of nothing is a dash. */
export function percent(part: number, whole: number, digits = 1): string {
  if (whole === 0) return "–";
  return `${((100 * part) / whole).toFixed(digits)} %`;
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** 1536 → 1.5 KiB. */
export function octets(value: number): string {
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    ++unit;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** One mail, two mails. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
