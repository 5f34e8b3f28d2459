import { useState } from "react";
import { useGet, type ItemOf } from "../../api/query";
import { ConfirmAction } from "../../design/action";
import { Badge } from "../../design/badge";
import { Card } from "../../design/card";
import { SelectField, TextField } from "../../design/field";
import { Empty, Notice, Show } from "../../design/states";
import { Table, type Column } from "../../design/table";
import { count, counted } from "../../rules/numbers";
import { newPlan, wrongIn, type SaidOfPlan } from "../../rules/plans";
import { FormDialog, Opens, part } from "../parts";

type Plan = ItemOf<"/v1/plans">;

const TOUCHES = ["/v1/plans"];

const ADVANCES = [
  { value: "calendar", label: "in any case" },
  { value: "on_use", label: "when most of this one was used" },
  { value: "level", label: "by delivery quality, up or down" },
];
const SPREADS = [
  { value: "none", label: "all at once" },
  { value: "even", label: "evenly over the day" },
];
const labelOf = (options: typeof ADVANCES, value: string) =>
  options.find((each) => each.value === value)?.label ?? value;

function NewPlan({ onClose }: { onClose: () => void }) {
  const [said, setSaid] = useState<SaidOfPlan>({
    ...{ name: "", days: "", providers: "" },
    ...{ advance: "calendar", spread: "none", mayDecrease: false },
  });
  const say = (name: keyof SaidOfPlan) => (value: string | boolean) =>
    setSaid({ ...said, [name]: value });
  const wrong = wrongIn(said);
  return (
    <FormDialog
      title="New plan"
      label="Make the plan"
      disabled={wrong !== ""}
      action={{ method: "POST", path: "/v1/plans", ...newPlan(said) }}
      touches={TOUCHES}
      done={`The plan ${said.name} is made.`}
      fields={["name", "days", "advance", "spread", "providers"]}
      onClose={onClose}
    >
      {(problem) => {
        const field = (name: keyof SaidOfPlan) => ({
          name,
          problem,
          value: String(said[name]),
          onChange: say(name),
        });
        return (
          <>
            <TextField label="Name" {...field("name")} required />
            <TextField
              label="The limit of each day"
              {...field("days")}
              lines={3}
              placeholder="500 1000 2000 5000"
              hint="The last one stays. Without any there is no limit."
            />
            <TextField
              label="For single providers"
              {...field("providers")}
              lines={2}
              placeholder="gmail 100 200 400"
              hint="A line for each; * is each one that is not named."
            />
            {wrong && <Notice tone="warn" title={wrong} />}
            <SelectField label="The next day comes" {...field("advance")} options={ADVANCES} />
            <SelectField label="A day's permits come" {...field("spread")} options={SPREADS} />
            <label class="row">
              <input
                type="checkbox"
                checked={said.mayDecrease}
                onChange={(event) => say("mayDecrease")(event.currentTarget.checked)}
              />
              A day may allow less than the one before
            </label>
          </>
        );
      }}
    </FormDialog>
  );
}

/** The limits of a plan: how many, from where to where, and each of them. */
function Days({ of }: { of: Plan }) {
  const last = of.days.at(-1);
  if (last === undefined) return <>no limit</>;
  const lists: [string, number[]][] = [["everyone", of.days], ...Object.entries(of.providers)];
  return (
    <details>
      <summary>
        {counted(of.days.length, "day")}, {count(of.days[0])} to {count(last)}
      </summary>
      {lists.map(([whom, days]) => (
        <p class="small" key={whom}>
          {whom}: <span class="number">{days.map(count).join(" · ")}</span>
        </p>
      ))}
    </details>
  );
}

const COLUMNS: Column<Plan>[] = [
  {
    name: "name",
    title: "Plan",
    show: (each) => (
      <>
        {each.name} {each.built_in && <Badge>built in</Badge>}
      </>
    ),
  },
  { name: "days", title: "A day's mail", show: (each) => <Days of={each} /> },
  { name: "advance", title: "Next day", show: (each) => labelOf(ADVANCES, each.advance) },
  { name: "spread", title: "Permits come", show: (each) => labelOf(SPREADS, each.spread) },
  { name: "zone", title: "Days of", show: (each) => each.time_zone || "24 hours" },
  {
    name: "actions",
    title: "Actions",
    needs: "manage",
    end: true,
    show: (each) =>
      !each.built_in && (
        <ConfirmAction
          label="Delete"
          needs="manage"
          title={`Delete the plan ${each.name}?`}
          done={`The plan ${each.name} is deleted.`}
          touches={TOUCHES}
          danger
          action={{
            method: "DELETE",
            path: `/v1/plans/${part(each.name)}`,
            cli: ["plan", "delete", each.name],
          }}
        >
          <p>A plan that something warms up by cannot be deleted.</p>
        </ConfirmAction>
      ),
  },
];

/** What a warm-up can go by. */
export function Plans() {
  const plans = useGet("/v1/plans", { query: { limit: 500 }, every: 60_000 });
  return (
    <Card
      title="Plans"
      flush
      aside={
        <Opens label="New plan" needs="manage">
          {(close) => <NewPlan onClose={close} />}
        </Opens>
      }
    >
      <Show asked={plans} what="Plans">
        {(page) => (
          <Table
            caption="Plans"
            columns={COLUMNS}
            items={page.items}
            idOf={(each) => each.name}
            empty={<Empty title="There is no plan." />}
          />
        )}
      </Show>
    </Card>
  );
}
