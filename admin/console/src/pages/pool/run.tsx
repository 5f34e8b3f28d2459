import { useResource } from "../../api/query";
import type { components } from "../../api/schema";
import { ConfirmAction } from "../../design/action";
import { Badge, StateBadge } from "../../design/badge";
import { Card, Fact, Facts } from "../../design/card";
import { Empty, Show } from "../../design/states";
import { Table, type Column } from "../../design/table";
import { Time } from "../../design/time";
import { count } from "../../rules/numbers";
import { part } from "../parts";

export type Run = components["schemas"]["provisioning"];
type Step = Run["steps"][number];

/** What is asked anew when IPs come and go. */
export const TOUCHES = ["/v1/provisionings", "/v1/pools", "/v1/ledgers", "/v1/overview"];

const TEXTS = {
  pause: ["Pause", "Let no further IP begin?", "IPs that have begun go on warming up."],
  resume: ["Resume", "Go on with this run?", "A step that failed is tried again."],
  rollback: [
    "Roll back",
    "Make all as it was before this run?",
    "The IPs that it brought leave the pool, those that it took out come back. It cannot go on.",
  ],
} as const;

function Act({ id, action }: { id: string; action: keyof typeof TEXTS }) {
  const [label, title, about] = TEXTS[action];
  return (
    <ConfirmAction
      label={label}
      needs="manage"
      title={title}
      done={`${label}: done.`}
      touches={TOUCHES}
      danger={action === "rollback"}
      action={{
        method: "POST",
        path: `/v1/provisionings/${part(id)}/actions`,
        body: { action },
        cli: ["provision", action, id],
      }}
    >
      <p>{about}</p>
    </ConfirmAction>
  );
}

function Checks({ of }: { of: Step }) {
  const failed = of.checks.filter((each) => each.verdict !== "passed");
  if (of.checks.length === 0) return <>–</>;
  if (failed.length === 0) return <Badge tone="good">all {of.checks.length} passed</Badge>;
  return (
    <ul>
      {failed.map((each) => (
        <li key={each.name}>
          {each.name} {each.verdict}: {each.text}
        </li>
      ))}
    </ul>
  );
}

const STEPS: Column<Step>[] = [
  { name: "address", title: "IP", show: (each) => each.address },
  { name: "action", title: "What", show: (each) => each.action },
  { name: "state", title: "State", show: (each) => <StateBadge state={each.state} /> },
  { name: "since", title: "Since", show: (each) => <Time at={each.since} /> },
  { name: "waits", title: "Waits for", show: (each) => each.waits_for || "–" },
  { name: "reason", title: "Why", show: (each) => each.reason || "–" },
  { name: "checks", title: "Checks", show: (each) => <Checks of={each} /> },
  { name: "node", title: "Node", show: (each) => each.node || "–" },
];

/** A run: where each of its IPs is, and what may be done about it. */
export function ShownRun({ id }: { id: string }) {
  const run = useResource<Run>(`/v1/provisionings/${part(id)}`);
  const state = run.data?.state;
  const isOpen = state === "running" || state === "paused";
  return (
    <Card
      title={`Run ${id}`}
      flush
      aside={
        isOpen && (
          <div class="row">
            <Act key={state} id={id} action={state === "paused" ? "resume" : "pause"} />
            <Act id={id} action="rollback" />
          </div>
        )
      }
    >
      <Show asked={run} what="The run">
        {(data) => (
          <>
            <div class="body">
              <Facts>
                <Fact name="State" note={data.reason || undefined}>
                  <StateBadge state={data.state} />
                </Fact>
                <Fact name="Pool">{data.pool}</Fact>
                <Fact name="At once">{count(data.parallel)}</Fact>
                <Fact name="Changed">
                  <Time at={data.changed_at} as="relative" />
                </Fact>
              </Facts>
            </div>
            <Table
              caption={`Steps of ${id}`}
              columns={STEPS}
              items={data.steps}
              idOf={(each) => each.address}
              empty={<Empty title="It has no steps." />}
            />
          </>
        )}
      </Show>
    </Card>
  );
}
