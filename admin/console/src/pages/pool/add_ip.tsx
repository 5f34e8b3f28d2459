import { useState } from "react";
import { TextField } from "../../design/field";
import { addedIp } from "../../rules/pools";
import { FormDialog, part } from "../parts";
import { IpFields } from "./fields";
import { TOUCHES } from "./run";

/** One IP into a pool, at once. */
export function AddIp(props: { pool: { name: string; kind: string }; onClose: () => void }) {
  const { pool, onClose } = props;
  const [said, setSaid] = useState({ address: "", plan: "standard", node: "", weight: "1" });
  const say = (changes: Partial<typeof said>) => setSaid({ ...said, ...changes });
  const path = `/v1/pools/${part(pool.name)}/ips/${part(said.address.trim())}`;
  return (
    <FormDialog
      title={`Add an IP to ${pool.name}`}
      label="Add it"
      action={{ method: "PUT", path, ...addedIp(pool, said) }}
      touches={TOUCHES}
      done={`${said.address} is in ${pool.name}.`}
      fields={["address", "plan", "node", "weight"]}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p>It sends at once, by its plan. A run checks it first, and can be rolled back.</p>
          <TextField
            label="IP"
            name="address"
            value={said.address}
            onChange={(address) => say({ address })}
            problem={problem}
            mono
            required
          />
          <IpFields kind={pool.kind} said={said} say={say} problem={problem} />
          <TextField
            label="Weight"
            name="weight"
            type="number"
            value={said.weight}
            onChange={(weight) => say({ weight })}
            problem={problem}
            hint="Its share of the pool's mail, beside the others' weights; 0: none."
            required
          />
        </>
      )}
    </FormDialog>
  );
}
