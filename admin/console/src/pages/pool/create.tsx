import { useState } from "react";
import type { Problem } from "../../api/problem";
import { useGet } from "../../api/query";
import { useSession } from "../../api/session";
import { SelectField, TextField } from "../../design/field";
import { newPool, wordsIn, type SaidOfPool } from "../../rules/pools";
import { FormDialog } from "../parts";
import { IpFields } from "./fields";
import { TOUCHES } from "./run";

const KINDS = [
  { value: "shared", label: "shared: for every account" },
  { value: "dedicated", label: "dedicated: for one account" },
];

const OVERFLOWS = [
  { value: "hold", label: "it waits" },
  { value: "reject", label: "it is refused" },
];

/** Whose a dedicated pool is. */
function Whose(props: { value: string; onChange: (account: string) => void }) {
  const accounts = useGet("/v1/accounts", { query: { limit: 500 }, every: false });
  const names = new Set([props.value, ...(accounts.data?.items ?? []).map((each) => each.name)]);
  return (
    <SelectField
      label="Account"
      name="account"
      {...props}
      options={[...names].map((value) => ({ value, label: value }))}
    />
  );
}

function Fields(props: {
  said: SaidOfPool;
  say: (changes: Partial<SaidOfPool>) => void;
  problem: Problem | null;
  pools: string[];
}) {
  const { said, say, problem, pools } = props;
  return (
    <>
      <TextField
        label="Name"
        name="name"
        value={said.name}
        onChange={(name) => say({ name })}
        problem={problem}
        required
      />
      <SelectField
        label="Kind"
        name="kind"
        value={said.kind}
        onChange={(kind) => say({ kind })}
        options={KINDS}
      />
      {said.kind === "dedicated" && (
        <Whose value={said.account} onChange={(account) => say({ account })} />
      )}
      <SelectField
        label="Mail over the limit"
        name="overflow"
        value={said.overflow}
        onChange={(overflow) => say({ overflow })}
        problem={problem}
        options={[
          ...OVERFLOWS,
          ...pools.map((each) => ({
            value: `pool:${each}`,
            label: `leaves by the pool ${each}`,
          })),
        ]}
      />
      <TextField
        label="IPs"
        name="ips"
        value={said.ips}
        onChange={(ips) => say({ ips })}
        lines={3}
        mono
        hint="They send at once, by their plan. A run brings them in one after another."
      />
      {wordsIn(said.ips).length > 0 && (
        <IpFields kind={said.kind} said={said} say={say} problem={problem} />
      )}
    </>
  );
}

/** A pool, with or without its first IPs. */
export function CreatePool({ pools, onClose }: { pools: string[]; onClose: () => void }) {
  const own = useSession().data?.account ?? "default";
  const [said, setSaid] = useState<SaidOfPool>({
    name: "",
    kind: "shared",
    account: own,
    overflow: "hold",
    ips: "",
    plan: "standard",
    node: "",
  });
  const say = (changes: Partial<SaidOfPool>) => setSaid({ ...said, ...changes });
  return (
    <FormDialog
      title="New pool"
      label="Create the pool"
      action={{ method: "POST", path: "/v1/pools", ...newPool(said) }}
      touches={TOUCHES}
      done={`The pool ${said.name} is created.`}
      fields={["name", "overflow"]}
      onClose={onClose}
    >
      {(problem) => <Fields said={said} say={say} problem={problem} pools={pools} />}
    </FormDialog>
  );
}
