import { useState } from "react";
import { useGet } from "../../api/query";
import type { components } from "../../api/schema";
import { SelectField, TextField } from "../../design/field";
import { Notice, Show } from "../../design/states";
import { Time } from "../../design/time";
import { count } from "../../rules/numbers";
import { FormDialog, part, useAnswer } from "../parts";

type Previewed = components["schemas"]["previewed_ledger"];

/** What the days to come would be, as it is and as it would be. */
export function Effect({ subject, change }: { subject: string; change: Record<string, unknown> }) {
  const preview = useAnswer<Previewed>(`/v1/ledgers/${part(subject)}/preview`, change);
  return (
    <Show asked={preview} what="What it would do">
      {({ exists, before, after }) => (
        <div class="stack tight">
          {!exists && <Notice title="It has no ledger yet: this begins its warm-up." />}
          <div class="table-frame" tabIndex={0} role="region" aria-label="What it would do">
            <table>
              <thead>
                <tr>
                  <th scope="col">From</th>
                  <th scope="col" class="end">
                    Now
                  </th>
                  <th scope="col" class="end">
                    Then
                  </th>
                  <th scope="col" class="end">
                    Mail, then
                  </th>
                </tr>
              </thead>
              <tbody>
                {after.days.map((each, index) => (
                  <tr key={each.at}>
                    <th scope="row">
                      <Time at={each.at} />
                    </th>
                    <td class="end">{limitOf(before.days[index])}</td>
                    <td class="end">{limitOf(each)}</td>
                    <td class="end number">{count(each.forecast)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <span>
            What waits is sent by <Time at={before.finish_at} none="nobody knows when" /> now, by{" "}
            <Time at={after.finish_at} none="nobody knows when" /> then.
          </span>
        </div>
      )}
    </Show>
  );
}

function limitOf(day: { day: number; limit: number | null } | undefined): string {
  if (!day) return "–";
  const limit = day.limit === null ? "no limit" : count(day.limit);
  // Without a ledger there is no day of a plan.
  return day.day === 0 ? limit : `day ${day.day}: ${limit}`;
}

/** Another plan or another day, with what that does. */
export function ChangeLedger(props: {
  subject: string;
  plan: string;
  day: number;
  onClose: () => void;
}) {
  const { subject } = props;
  const plans = useGet("/v1/plans", { query: { limit: 500 }, every: false });
  const [what, setWhat] = useState<"set_plan" | "set_day">("set_plan");
  const [plan, setPlan] = useState(props.plan);
  const [day, setDay] = useState(String(Math.max(props.day, 1)));
  const isPlan = what === "set_plan";
  const isGood = isPlan ? plan !== "" : Number.isInteger(Number(day)) && Number(day) >= 1;
  const names = plans.data?.items.map((each) => each.name) ?? [];
  const options = [...new Set([...(plan ? [plan] : [""]), ...names])];
  return (
    <FormDialog
      title={`Change the warm-up of ${subject}`}
      label="Change it"
      wide
      disabled={!isGood}
      action={{
        method: "POST",
        path: `/v1/ledgers/${part(subject)}/actions`,
        body: isPlan ? { action: what, plan } : { action: what, day: Number(day) },
        cli: ["warmup", isPlan ? "set-plan" : "set-day", subject, isPlan ? plan : day],
      }}
      touches={["/v1/ledgers", "/v1/overview"]}
      done={`The warm-up of ${subject} is changed.`}
      fields={["plan", "day"]}
      onClose={props.onClose}
    >
      {(problem) => (
        <>
          <SelectField
            label="What to change"
            name="what"
            value={what}
            onChange={(value) => setWhat(value === "set_day" ? "set_day" : "set_plan")}
            options={[
              { value: "set_plan", label: "The plan" },
              { value: "set_day", label: "The day of its plan" },
            ]}
          />
          {isPlan ? (
            <SelectField
              label="Plan"
              name="plan"
              value={plan}
              onChange={setPlan}
              problem={problem}
              options={options.map((value) => ({ value, label: value || "choose one" }))}
            />
          ) : (
            <TextField
              label="Day"
              name="day"
              type="number"
              value={day}
              onChange={setDay}
              problem={problem}
              hint="From 1. What was spent today stays spent."
            />
          )}
          {isGood && (
            <Effect
              subject={subject}
              change={isPlan ? { set_plan: plan } : { set_day: Number(day) }}
            />
          )}
        </>
      )}
    </FormDialog>
  );
}
