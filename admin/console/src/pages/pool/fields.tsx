import { useGet } from "../../api/query";
import type { Problem } from "../../api/problem";
import { SelectField } from "../../design/field";
import { planIn, type SaidOfIp } from "../../rules/pools";

const all = { query: { limit: 500 }, every: false as const };

/** What is said of each IP that comes into a pool: how it warms up, and whose it is. */
export function IpFields(props: {
  kind: string;
  said: SaidOfIp;
  say: (changes: Partial<SaidOfIp>) => void;
  problem: Problem | null;
}) {
  const { kind, said, say, problem } = props;
  const plans = useGet("/v1/plans", all);
  const cluster = useGet("/v1/cluster", { every: false });
  const names = new Set(["standard", ...(plans.data?.items ?? []).map((each) => each.name)]);
  return (
    <div class="columns">
      <SelectField
        label="Plan"
        name="plan"
        value={planIn(kind, said.plan)}
        onChange={(plan) => say({ plan })}
        problem={problem}
        options={[
          ...[...names].map((value) => ({ value, label: value })),
          ...(kind === "shared"
            ? [{ value: "", label: "none: no limit from the first mail" }]
            : []),
        ]}
        hint="How it warms up."
      />
      <SelectField
        label="Node"
        name="node"
        value={said.node}
        onChange={(node) => say({ node })}
        problem={problem}
        options={[
          { value: "", label: "the one that this page is of" },
          ...(cluster.data?.nodes ?? []).map((each) => ({ value: each.name, label: each.name })),
        ]}
        hint="Which owns it."
      />
    </div>
  );
}
