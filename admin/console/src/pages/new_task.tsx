import { Link, useLocation } from "wouter";
import { call } from "../api/client";
import { useChange } from "../api/query";
import { CommandForms } from "../design/action";
import { Card, PageHead } from "../design/card";
import { Failed } from "../design/states";
import { tell } from "../design/toast";
import { useSearchState } from "../design/url";
import { STEPS, missingIn, planOf, taskOf, taskWords, type Step } from "../rules/task_plan";
import { ownZone } from "../rules/time";
import { Review } from "./task/review";
import { GroupStep, SenderStep, TemplateStep, TimingStep, type StepProps } from "./task/steps";
import type { Task } from "./task/state";
import "./task/task.css";

const TITLES: Record<Step, string> = {
  sender: "From whom",
  group: "To whom",
  template: "What",
  timing: "When",
  review: "Review",
};

const VIEWS: Record<Step, (props: StepProps) => preact.ComponentChild> = {
  sender: SenderStep,
  group: GroupStep,
  template: TemplateStep,
  timing: TimingStep,
  review: Review,
};

/** Five steps to a task; all that was said is in the address, so that going back loses nothing. */
export default function NewTask() {
  const [search, hrefWith, go] = useSearchState();
  const [, navigate] = useLocation();
  const plan = planOf(search, ownZone());
  const step = STEPS.find((each) => each === search.get("step")) ?? "sender";
  const index = STEPS.indexOf(step);
  const unsaid = STEPS.slice(0, index + 1).find((each) => missingIn(each, plan));
  const reachable = (to: Step) =>
    STEPS.slice(0, STEPS.indexOf(to)).every((each) => !missingIn(each, plan));
  const body = taskOf(plan);
  const create = useChange(
    () => call<Task>("POST", "/v1/tasks", { body }),
    ["/v1/tasks"],
    (made) => {
      tell(`Task ${made.id} is made.`);
      navigate(`/tasks/${made.id}`);
    },
  );
  const View = VIEWS[step];
  const next = STEPS[index + 1];
  return (
    <>
      <PageHead title="New task" about={<Link href="/tasks">All tasks</Link>} />
      <nav class="tabs" aria-label="Steps">
        {STEPS.map((each, at) =>
          reachable(each) ? (
            <Link
              key={each}
              href={hrefWith({ step: each })}
              aria-current={each === step ? "page" : undefined}
            >
              {at + 1}. {TITLES[each]}
            </Link>
          ) : (
            <span key={each} class="tab-later">
              {at + 1}. {TITLES[each]}
            </span>
          ),
        )}
      </nav>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (unsaid) return;
          if (next) navigate(hrefWith({ step: next }));
          else create.mutate();
        }}
      >
        <Card title={TITLES[step]}>
          <div class="stack">
            <View plan={plan} say={go} />
          </div>
        </Card>
        {create.error && <Failed problem={create.error} />}
        {!next && (
          <CommandForms
            action={{ method: "POST", path: "/v1/tasks", body, cli: taskWords(plan) }}
          />
        )}
        <div class="row end">
          {unsaid && <span class="soft">{missingIn(unsaid, plan)}</span>}
          {index > 0 && (
            <Link class="button" href={hrefWith({ step: STEPS[index - 1] })}>
              Back
            </Link>
          )}
          <button class="button main-action" disabled={!!unsaid || create.isPending}>
            {next ? `Next: ${TITLES[next]}` : create.isPending ? "Working…" : "Start the task"}
          </button>
        </div>
      </form>
    </>
  );
}
