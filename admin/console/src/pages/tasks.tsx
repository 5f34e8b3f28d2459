import { Link } from "wouter";
import { May } from "../api/session";
import type { Column } from "../design/table";
import { Time } from "../design/time";
import { ListPage } from "./list";
import { useHref } from "./parts";
import { Far, TaskActions, TaskState, type Task } from "./task/state";

function columns(href: (path: string, account: string) => string): Column<Task>[] {
  return [
    {
      name: "id",
      title: "Task",
      value: (each) => each.id,
      show: (each) => (
        <>
          <Link href={href(`/tasks/${each.id}`, each.account)}>
            {each.id}: {each.template} to {each.group}
          </Link>
          {each.subject && <div class="small">{each.subject}</div>}
          <div class="soft small">{each.from}</div>
        </>
      ),
    },
    {
      name: "state",
      title: "State",
      value: (each) => each.state,
      show: (each) => <TaskState of={each} />,
    },
    {
      name: "far",
      title: "How far",
      show: (each) => <Far of={each.progress} label={`How far task ${each.id} is`} />,
    },
    {
      name: "next",
      title: "Next time",
      value: (each) => each.next_at,
      show: (each) => <Time at={each.next_at} none="none" />,
    },
    { name: "pool", title: "Pool", value: (each) => each.pool, show: (each) => each.pool },
    {
      name: "actions",
      title: "Actions",
      needs: "own",
      end: true,
      show: (each) => <TaskActions of={each} query={href("", each.account)} />,
    },
  ];
}

export default function Tasks() {
  return (
    <ListPage
      title="Tasks"
      about="What is sent to many, when, and how far is it?"
      path="/v1/tasks"
      every={5_000}
      card="All tasks, newest first"
      columns={columns(useHref())}
      idOf={(each) => String(each.id)}
      empty="There is no task yet."
    >
      <May needs="own">
        <Link class="button main-action" href="/tasks/new">
          New task
        </Link>
      </May>
    </ListPage>
  );
}
