/** A task as the wizard has it in the address, and as the API wants it. Pure. */

export interface Plan {
  from: string;
  pool: string;
  group: string;
  template: string;
  /** Instead of the template's. */
  subject: string;
  /** yes, no; empty: as the nodes are set up */
  opens: string;
  clicks: string;
  /** now, later or repeat */
  when: string;
  /** 2026-12-01T07:00:00.000Z */
  start: string;
  rule: string;
  zone: string;
}

export const STEPS = ["sender", "group", "template", "timing", "review"] as const;
export type Step = (typeof STEPS)[number];

export const RULES = [
  { value: "FREQ=DAILY", label: "every day" },
  { value: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", label: "every working day" },
  { value: "FREQ=WEEKLY", label: "every week" },
  { value: "FREQ=MONTHLY", label: "every month" },
];

export function planOf(search: URLSearchParams, zone: string): Plan {
  const get = (name: string, other = "") => search.get(name) ?? other;
  return {
    from: get("from"),
    pool: get("pool"),
    group: get("group"),
    template: get("template"),
    subject: get("subject"),
    opens: get("opens"),
    clicks: get("clicks"),
    when: get("when", "now"),
    start: get("start"),
    rule: get("rule", RULES[0]!.value),
    zone: get("zone", zone),
  };
}

/** The domain of a mailbox: `News <n@example.net>` is of example.net. */
export function domainOf(mailbox: string): string {
  const address = /<([^>]*)>\s*$/.exec(mailbox)?.[1] ?? mailbox;
  return address
    .slice(address.lastIndexOf("@") + 1)
    .trim()
    .toLowerCase();
}

/** When: the part of a task that says so, which is what a preview is asked for. */
export function timingOf(plan: Plan): { start_at?: string; repeat?: Record<string, string> } {
  const at = plan.start ? new Date(plan.start) : undefined;
  const start_at = at && !Number.isNaN(at.getTime()) ? at.toISOString() : undefined;
  return {
    ...(plan.when !== "now" && start_at ? { start_at } : {}),
    ...(plan.when === "repeat" ? { repeat: { rrule: plan.rule, timezone: plan.zone } } : {}),
  };
}

const TRACKED = ["opens", "clicks"] as const;

export function taskOf(plan: Plan) {
  const tracking = TRACKED.filter((each) => plan[each]).map((each) => [each, plan[each] === "yes"]);
  return {
    template: plan.template,
    group: plan.group,
    from: plan.from,
    ...(plan.subject ? { subject: plan.subject } : {}),
    ...(tracking.length > 0 ? { tracking: Object.fromEntries(tracking) } : {}),
    ...(plan.pool ? { pool: plan.pool } : {}),
    ...timingOf(plan),
  };
}

export function taskWords(plan: Plan): string[] {
  const { start_at, repeat } = timingOf(plan);
  return [
    ...["task", "create", "--template", plan.template, "--group", plan.group],
    ...["--from", plan.from],
    ...(plan.subject ? ["--subject", plan.subject] : []),
    ...TRACKED.filter((each) => plan[each]).map((each) =>
      plan[each] === "yes" ? `--${each}` : `--no-${each}`,
    ),
    ...(plan.pool ? ["--pool", plan.pool] : []),
    ...(start_at ? ["--start-at", start_at] : []),
    ...(repeat ? ["--rrule", plan.rule, "--timezone", plan.zone] : []),
  ];
}

/** What is not said yet, of a step; empty: one may go on. */
export function missingIn(step: Step, plan: Plan): string {
  switch (step) {
    case "sender":
      return plan.from.includes("@") ? "" : "Say from whom.";
    case "group":
      return plan.group ? "" : "Choose to whom.";
    case "template":
      return plan.template ? "" : "Choose what is sent.";
    case "timing":
      return plan.when === "later" && !timingOf(plan).start_at ? "Say when it begins." : "";
    default:
      return "";
  }
}

/** Names that a template needs and a group does not have for everyone. */
export function lacking(
  required: readonly string[],
  group: { recipients: number; variables: readonly { name: string; recipients: number }[] },
): { name: string; without: number }[] {
  const given = new Map(group.variables.map((each) => [each.name, each.recipients]));
  return (
    required
      // The node has one for everybody.
      .filter((each) => each !== "unsubscribe_url")
      .map((name) => ({ name, without: group.recipients - (given.get(name) ?? 0) }))
      .filter((each) => each.without > 0)
  );
}
