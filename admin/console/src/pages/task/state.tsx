import type { components } from "../../api/schema";
import { ConfirmAction } from "../../design/action";
import { Badge, StateBadge } from "../../design/badge";
import { Meter } from "../../design/card";
import { Time } from "../../design/time";
import { endedOf, openOf, overOf, type Progress } from "../../rules/task_progress";
import { part } from "../parts";

export type Task = components["schemas"]["task"];

export function TaskState({ of }: { of: { state: string; reason: string } }) {
  return (
    <>
      <StateBadge state={of.state} />
      {of.reason && <div class="small soft">{of.reason}</div>}
    </>
  );
}

/** How far a firing is: what is over of all that was asked for. */
export function Far({ of, label }: { of: Progress | null; label: string }) {
  if (!of) return <span class="soft">nothing yet</span>;
  const open = openOf(of);
  return (
    <Meter label={label} value={overOf(of)} max={of.requested}>
      <span class="number small">{endedOf(of)}</span>
      {open && (
        <span class="small soft">
          {open}
          {of.finish_at && (
            <>
              , done about <Time at={of.finish_at} />
            </>
          )}
        </span>
      )}
    </Meter>
  );
}

const DOINGS = {
  pause: {
    label: "Pause",
    about: "Nothing of it begins until it goes on. What is being sent now is held.",
    done: "is paused.",
  },
  resume: { label: "Resume", about: "It goes on where it was paused.", done: "goes on." },
  cancel: {
    label: "Cancel",
    about: "What has not been sent is not, now or later. This cannot be taken back.",
    done: "is cancelled.",
  },
};

/** What may be done with a task in its state. */
export function doingsOf(state: string): (keyof typeof DOINGS)[] {
  if (state === "active") return ["pause", "cancel"];
  return state === "paused" ? ["resume", "cancel"] : [];
}

export function TaskActions({ of, query = "" }: { of: Task; query?: string }) {
  const doings = doingsOf(of.state);
  if (doings.length === 0) return <Badge>over</Badge>;
  return (
    <div class="row end">
      {doings.map((action) => (
        <ConfirmAction
          key={action}
          label={DOINGS[action].label}
          needs="own"
          title={`${DOINGS[action].label} task ${of.id}?`}
          confirm={`${DOINGS[action].label} the task`}
          done={`Task ${of.id} ${DOINGS[action].done}`}
          danger={action === "cancel"}
          touches={["/v1/tasks"]}
          action={{
            method: "POST",
            path: `/v1/tasks/${part(of.id)}/actions${query}`,
            body: { action },
            cli: ["task", action, String(of.id)],
          }}
        >
          <p>
            {of.template} to {of.group}: {DOINGS[action].about}
          </p>
        </ConfirmAction>
      ))}
    </div>
  );
}
