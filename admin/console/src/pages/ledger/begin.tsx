import { useState } from "react";
import { useLocation } from "wouter";
import { useGet } from "../../api/query";
import { SelectField, TextField } from "../../design/field";
import { isWhole } from "../../rules/ledger";
import { FormDialog, part } from "../parts";
import { Effect } from "./change";

/** Gives an IP or a domain its first plan; without `of` it is asked which one. */
export function BeginWarmup({ of = "", onClose }: { of?: string; onClose: () => void }) {
  const plans = useGet("/v1/plans", { query: { limit: 500 }, every: false });
  const [subject, setSubject] = useState(of);
  const [plan, setPlan] = useState("standard");
  const [, navigate] = useLocation();
  const names = plans.data?.items.map((each) => each.name) ?? [plan];
  return (
    <FormDialog
      title={of ? `Begin the warm-up of ${of}` : "Begin a warm-up"}
      label="Begin it"
      wide
      action={{
        method: "POST",
        path: `/v1/ledgers/${part(subject)}/actions`,
        body: { action: "set_plan", plan },
        cli: ["warmup", "set-plan", subject || "192.0.2.7", plan],
      }}
      touches={["/v1/ledgers", "/v1/overview"]}
      done={`The warm-up of ${subject} begins.`}
      fields={["subject", "plan"]}
      onClose={onClose}
      onDone={() => navigate(`/warmup/${part(subject)}`)}
    >
      {(problem) => (
        <>
          {!of && (
            <TextField
              label="IP or domain"
              name="subject"
              value={subject}
              onChange={setSubject}
              problem={problem}
              hint="A domain of senders has a limit of its own, whatever IPs its mail leaves by."
              required
            />
          )}
          <SelectField
            label="Plan"
            name="plan"
            value={plan}
            onChange={setPlan}
            problem={problem}
            options={names.map((value) => ({ value, label: value }))}
          />
          {isWhole(subject) && <Effect subject={subject} change={{ set_plan: plan }} />}
        </>
      )}
    </FormDialog>
  );
}
