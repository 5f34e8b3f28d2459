import { useState } from "react";
import { useLocation } from "wouter";
import type { Problem } from "../../api/problem";
import { SelectField, TextField } from "../../design/field";
import { newRun, wordsIn, type SaidOfRun } from "../../rules/pools";
import { FormDialog, part } from "../parts";
import { IpFields } from "./fields";
import { TOUCHES, type Run } from "./run";

interface Fields {
  said: SaidOfRun;
  say: (changes: Partial<SaidOfRun>) => void;
  problem: Problem | null;
}

const FAILURES = [
  { value: "pause", label: "no further one begins" },
  { value: "rollback", label: "all becomes as it was before" },
];

const UNSAID: Omit<SaidOfRun, "pool" | "kind"> = {
  add: "",
  remove: "",
  plan: "standard",
  node: "",
  parallel: "1",
  gateDay: "",
  onFailure: "pause",
  waive: "",
};

/** How the run goes on from one IP to the next. */
function Pace({ said, say, problem }: Fields) {
  return (
    <>
      <div class="columns">
        <TextField
          label="At once"
          name="parallel"
          type="number"
          value={said.parallel}
          onChange={(parallel) => say({ parallel })}
          problem={problem}
          hint="How many IPs are before their gate."
          required
        />
        <TextField
          label="Gate"
          name="gate.day"
          type="number"
          value={said.gateDay}
          onChange={(gateDay) => say({ gateDay })}
          problem={problem}
          hint="The day of the plan after which the next begins; empty: its last."
        />
      </div>
      <SelectField
        label="When an IP does badly"
        name="on_failure"
        value={said.onFailure}
        onChange={(onFailure) => say({ onFailure })}
        options={FAILURES}
      />
      <TextField
        label="Checks that need not pass"
        name="waive"
        value={said.waive}
        onChange={(waive) => say({ waive })}
        problem={problem}
        hint="As in: reverse_dns, helo, dns_list, or dns_list:ZONE for one list alone."
      />
    </>
  );
}

/** Brings IPs into a pool one after another, and takes others out. */
export function StartRun(props: { pools: { name: string; kind: string }[]; onClose: () => void }) {
  const kindOf = (name: string) => props.pools.find((each) => each.name === name)?.kind ?? "shared";
  const first = props.pools[0]?.name ?? "";
  const [said, setSaid] = useState({ ...UNSAID, pool: first, kind: kindOf(first) });
  const say = (changes: Partial<SaidOfRun>) => setSaid({ ...said, ...changes });
  const [, navigate] = useLocation();
  return (
    <FormDialog<Run>
      title="Bring IPs into service"
      label="Begin"
      wide
      disabled={wordsIn(`${said.add} ${said.remove}`).length === 0}
      action={{ method: "POST", path: "/v1/provisionings", ...newRun(said) }}
      touches={TOUCHES}
      done="The run has begun."
      fields={["pool", "add", "remove", "parallel", "gate.day", "waive"]}
      onClose={props.onClose}
      onDone={(run) => navigate(`/provisioning/${part(run.id)}`)}
    >
      {(problem) => (
        <>
          <SelectField
            label="Pool"
            name="pool"
            value={said.pool}
            onChange={(pool) => say({ pool, kind: kindOf(pool) })}
            problem={problem}
            options={props.pools.map(({ name }) => ({ value: name, label: name }))}
          />
          <TextField
            label="IPs to bring in"
            name="add"
            value={said.add}
            onChange={(add) => say({ add })}
            problem={problem}
            lines={3}
            mono
            hint="In this order. Each is checked, sends a little, warms up; then the next begins."
          />
          <IpFields kind={said.kind} said={said} say={say} problem={problem} />
          <Pace said={said} say={say} problem={problem} />
          <TextField
            label="IPs to take out"
            name="remove"
            value={said.remove}
            onChange={(remove) => say({ remove })}
            problem={problem}
            lines={2}
            mono
            hint="Each goes as soon as the new ones can carry its mail."
          />
        </>
      )}
    </FormDialog>
  );
}
