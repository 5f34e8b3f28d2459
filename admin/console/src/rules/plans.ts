/** Warm-up plans: as the dialog has them, as the API wants them, as a command. Pure. */

export interface SaidOfPlan {
  name: string;
  /** The limit of each day: 500 1000 2000. */
  days: string;
  advance: string;
  spread: string;
  /** A line for each: gmail 100 200. */
  providers: string;
  mayDecrease: boolean;
}

const numbersIn = (text: string): number[] =>
  text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number);

/** What is wrong with what was said; empty: nothing that can be seen here. */
export function wrongIn(said: SaidOfPlan): string {
  const all = [said.days, ...providerLines(said).map(([, days]) => days)];
  return all.every((each) => numbersIn(each).every((one) => Number.isInteger(one) && one >= 0))
    ? ""
    : "Limits are whole numbers, as in 500 1000 2000.";
}

function providerLines(said: SaidOfPlan): [string, string][] {
  return said.providers
    .split("\n")
    .map((line) => /^\s*([^\s:=]+)[\s:=]*(.*)$/.exec(line))
    .filter((found) => found !== null)
    .map(([, name, days]) => [name!, days!]);
}

export function newPlan(said: SaidOfPlan): { body: Record<string, unknown>; cli: string[] } {
  const { name, advance, spread } = said;
  const days = numbersIn(said.days);
  const providers = providerLines(said).map(([each, limits]) => [each, numbersIn(limits)] as const);
  return {
    body: {
      ...{ name, days, advance, spread },
      ...(providers.length > 0 && { providers: Object.fromEntries(providers) }),
      ...(said.mayDecrease && { allow_decrease: true }),
    },
    cli: [
      ...["plan", "create", name || "gentle", "--days", days.join(",")],
      ...["--advance", advance, "--spread", spread],
      ...providers.flatMap(([each, limits]) => ["--provider", `${each}=${limits.join(",")}`]),
      ...(said.mayDecrease ? ["--allow-decrease"] : []),
    ],
  };
}
