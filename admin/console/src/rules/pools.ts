/** Pools, their IPs and runs: as dialogs have them, as the API wants them, as a command. Pure. */

/** What is said of an IP beside its address. */
export interface SaidOfIp {
  /** Empty: none, which a dedicated pool does not have. */
  plan: string;
  /** Empty: the node that is asked. */
  node: string;
}

export interface SaidOfPool extends SaidOfIp {
  name: string;
  /** shared or dedicated */
  kind: string;
  account: string;
  overflow: string;
  ips: string;
}

export interface SaidOfRun extends SaidOfIp {
  pool: string;
  kind: string;
  add: string;
  remove: string;
  parallel: string;
  /** Empty: the last day of the plan. */
  gateDay: string;
  onFailure: string;
  waive: string;
}

/** A request and its command line, as `Action` has them. */
interface Asked {
  body: Record<string, unknown>;
  cli: string[];
}

export const wordsIn = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

/** The plan that an IP gets in a pool of the kind. */
export const planIn = (kind: string, plan: string): string =>
  kind === "dedicated" ? plan || "standard" : plan;

/** What belongs to an IP, for both forms; what is not said is left out. */
function ofIp(kind: string, { plan, node }: SaidOfIp): Asked {
  const named = Object.entries({ plan: planIn(kind, plan), node }).filter(([, value]) => value);
  return {
    body: Object.fromEntries(named),
    cli: named.flatMap(([name, value]) => [`--${name}`, value]),
  };
}

export function newPool(said: SaidOfPool): Asked {
  const ips = wordsIn(said.ips);
  const each = ofIp(said.kind, said);
  const whose = said.kind === "dedicated" ? { account: said.account } : {};
  return {
    body: {
      name: said.name,
      kind: said.kind,
      ...whose,
      overflow: said.overflow,
      ...(ips.length > 0 && { ips: ips.map((address) => ({ address, ...each.body })) }),
    },
    cli: [
      ...["pool", "create", said.name || "campaigns", "--kind", said.kind],
      ...Object.entries(whose).flatMap(([name, value]) => [`--${name}`, value]),
      ...["--overflow", said.overflow],
      ...ips.flatMap((address) => ["--ip", address]),
      ...(ips.length > 0 ? each.cli : []),
    ],
  };
}

export function addedIp(
  pool: { name: string; kind: string },
  said: SaidOfIp & { address: string; weight: string },
): Asked {
  const each = ofIp(pool.kind, said);
  return {
    body: { ...each.body, weight: Number(said.weight) },
    cli: [
      ...["pool", "add-ip", pool.name, said.address || "192.0.2.7"],
      ...each.cli,
      ...["--weight", said.weight],
    ],
  };
}

export function newRun(said: SaidOfRun): Asked {
  const [added, removed, waived] = [said.add, said.remove, said.waive].map(wordsIn) as [
    string[],
    string[],
    string[],
  ];
  const each = ofIp(said.kind, said);
  return {
    body: {
      pool: said.pool,
      ...(added.length > 0 && { add: added.map((address) => ({ address, ...each.body })) }),
      ...(removed.length > 0 && { remove: removed }),
      parallel: Number(said.parallel),
      ...(said.gateDay && { gate: { day: Number(said.gateDay) } }),
      on_failure: said.onFailure,
      ...(waived.length > 0 && { waive: waived }),
    },
    cli: [
      ...["provision", "start", said.pool],
      ...added.flatMap((address) => ["--add", address]),
      ...removed.flatMap((address) => ["--remove", address]),
      ...(added.length > 0 ? each.cli : []),
      ...["--parallel", said.parallel],
      ...(said.gateDay ? ["--gate-day", said.gateDay] : []),
      ...["--on-failure", said.onFailure],
      ...waived.flatMap((check) => ["--waive", check]),
    ],
  };
}
