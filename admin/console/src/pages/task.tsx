import { Fragment } from "react";
import { Link, useLocation } from "wouter";
import { useResource, type Page } from "../api/query";
import type { components } from "../api/schema";
import { StateBadge } from "../design/badge";
import { Card, Fact, Facts, PageHead } from "../design/card";
import { Empty, Notice, Show } from "../design/states";
import { Table, type Column } from "../design/table";
import { Time } from "../design/time";
import { usePathPart } from "../design/url";
import { count } from "../rules/numbers";
import { RULES } from "../rules/task_plan";
import { FormDialog, Opens, part, useAccount } from "./parts";
import { Far, TaskActions, TaskState, doingsOf, type Task } from "./task/state";

type Occurrence = components["schemas"]["task_occurrence"];

const OCCURRENCES: Column<Occurrence>[] = [
  {
    name: "number",
    title: "Time",
    show: (each) => (
      <>
        {each.number}. <Time at={each.at} as="full" />
      </>
    ),
  },
  {
    name: "state",
    title: "State",
    show: (each) => (
      <>
        <StateBadge state={each.state} />
        {each.reason && <div class="small soft">{each.reason}</div>}
      </>
    ),
  },
  {
    name: "far",
    title: "How far",
    show: (each) => <Far of={each.progress} label={`How far time ${each.number} is`} />,
  },
  {
    name: "versions",
    title: "Versions",
    show: (each) => `template ${each.template_version}, group ${each.group_version}`,
  },
  { name: "finished", title: "Finished", show: (each) => <Time at={each.finished_at} /> },
];

function Repeats({ of }: { of: Task }) {
  const { repeat } = of;
  if (!repeat) return <>once</>;
  if (!repeat.rrule) return <>every {repeat.every}</>;
  const usual = RULES.find((each) => each.value === repeat.rrule);
  if (usual) return <>{usual.label}</>;
  return (
    <code>
      {repeat.rrule.split(";").map((each, at) => (
        <Fragment key={at}>
          {at > 0 && (
            <>
              ;<wbr />
            </>
          )}
          {each}
        </Fragment>
      ))}
    </code>
  );
}

function Forget({ id }: { id: string }) {
  const { at } = useAccount();
  const [, navigate] = useLocation();
  return (
    <Opens label="Forget" needs="own">
      {(close) => (
        <FormDialog
          title={`Forget task ${id}?`}
          label="Forget the task"
          action={{
            method: "DELETE",
            path: at(`/v1/tasks/${part(id)}`),
            cli: ["task", "delete", id],
          }}
          touches={[]}
          done={`Task ${id} is forgotten.`}
          onClose={close}
          onDone={() => navigate("/tasks")}
        >
          {() => <p>It is shown no more. The mail it sent stays where it is.</p>}
        </FormDialog>
      )}
    </Opens>
  );
}

export default function TaskPage() {
  const id = usePathPart();
  const { account, at } = useAccount();
  const query = { account };
  const task = useResource<Task>(`/v1/tasks/${part(id)}`, { query, every: 5_000 });
  const times = useResource<Page<Occurrence>>(`/v1/tasks/${part(id)}/occurrences`, {
    query,
    every: 5_000,
  });
  return (
    <>
      <PageHead title={`Task ${id}`} about={<Link href="/tasks">All tasks</Link>}>
        {task.data &&
          (doingsOf(task.data.state).length > 0 ? (
            <TaskActions of={task.data} query={at("")} />
          ) : (
            <Forget id={id} />
          ))}
      </PageHead>
      <Show asked={task} what={`Task ${id}`}>
        {(data) => (
          <div class="stack">
            {(data.warnings ?? []).map((each) => (
              <Notice key={each} tone="warn" title={each} />
            ))}
            <Facts>
              <Fact name="State">
                <TaskState of={data} />
              </Fact>
              <Fact name="Next time">
                <Time at={data.next_at} none="none" />
              </Fact>
              <Fact
                name="Repeats"
                note={[
                  ...(data.repeat?.timezone ? [data.repeat.timezone] : []),
                  `missed times: ${count(data.given_up)}`,
                ].join(", ")}
              >
                <Repeats of={data} />
              </Fact>
              <Fact name="Sent to" note={`from ${data.from}`}>
                <Link href={at(`/groups/${part(data.group)}`)}>{data.group}</Link>
              </Fact>
              <Fact name="Template" note={data.pool && `by the pool ${data.pool}`}>
                <Link href={at(`/templates/${part(data.template)}`)}>{data.template}</Link>
              </Fact>
              {data.subject && <Fact name="Subject">{data.subject}</Fact>}
            </Facts>
            <Card title="How far">
              <Far of={data.progress} label="How far the task is" />
            </Card>
            <Card title="Its times" flush>
              <Show asked={times} what="Its times">
                {(page) => (
                  <Table
                    caption="Its times"
                    columns={OCCURRENCES}
                    items={page.items}
                    idOf={(each) => String(each.number)}
                    empty={<Empty title="It has not begun yet." />}
                  />
                )}
              </Show>
            </Card>
          </div>
        )}
      </Show>
    </>
  );
}
