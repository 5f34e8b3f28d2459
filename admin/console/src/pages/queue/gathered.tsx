import { Link } from "wouter";
import { Empty } from "../../design/states";
import { Table, type Column } from "../../design/table";
import { Time } from "../../design/time";
import { count } from "../../rules/numbers";
import { EVERYONE, causeOf, type Gathered, type Queue } from "../../rules/queue";
import "./queue.css";

export const nameOf = (whom: string): string => (whom === EVERYONE ? "all" : whom);

export function Reply({ of }: { of: Queue["last_reply"] }) {
  if (!of) return <span class="soft">–</span>;
  return (
    <>
      {of.text || of.code}
      <div class="small soft">
        <Time at={of.at} /> {of.ip && `from ${of.ip}`}
      </div>
    </>
  );
}

/** How many wait for which reason: a bar of its parts, and the same in words. */
function Causes({ of, most }: { of: Gathered; most: number }) {
  return (
    <div class="stack tight causes">
      <div class="bar" aria-hidden="true">
        {of.causes.map(([cause, many]) => (
          <span key={cause} data-cause={cause} style={{ flexGrow: String(many) }} />
        ))}
        <i style={{ flexGrow: String(most - of.waiting) }} />
      </div>
      <ul class="row small">
        {of.causes.map(([cause, many]) => (
          <li key={cause}>
            <span data-cause={cause} aria-hidden="true" />
            {causeOf(cause)}: <span class="number">{count(many)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

const columns = (
  most: number,
  hrefOf: (of: Gathered) => string,
  onChoose: () => void,
): Column<Gathered>[] => [
  {
    name: "queue",
    title: "Provider, pool",
    value: (each) => `${nameOf(each.whom)} ${each.pool}`,
    show: (each) => (
      <Link href={hrefOf(each)} onClick={onChoose}>
        {nameOf(each.whom)}, {each.pool}
      </Link>
    ),
  },
  { name: "why", title: "Why they wait", show: (each) => <Causes of={each} most={most} /> },
  {
    name: "waiting",
    title: "Recipients",
    end: true,
    value: (each) => each.waiting,
    show: (each) => <span class="number">{count(each.waiting)}</span>,
  },
  { name: "reply", title: "Last reply", show: (each) => <Reply of={each.last_reply} /> },
  {
    name: "oldest",
    title: "Oldest",
    value: (each) => each.oldest_at,
    show: (each) => <Time at={each.oldest_at} />,
  },
  {
    name: "next",
    title: "Goes on",
    value: (each) => each.goes_on_at,
    show: (each) => <Time at={each.goes_on_at} />,
  },
];

/** A row for each provider and pool; bars are as long as what waits. */
export function GatheredTable(props: {
  items: Gathered[];
  hrefOf: (of: Gathered) => string;
  onChoose: () => void;
  empty: string;
}) {
  const most = Math.max(...props.items.map((each) => each.waiting), 1);
  return (
    <Table
      caption="What waits by provider and pool"
      name="gathered"
      columns={columns(most, props.hrefOf, props.onChoose)}
      items={props.items}
      idOf={(each) => `${each.whom}/${each.pool}`}
      empty={<Empty title={props.empty} />}
    />
  );
}
