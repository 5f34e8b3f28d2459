import { useState } from "react";
import { Link } from "wouter";
import { useGet } from "../api/query";
import { Badge } from "../design/badge";
import { Card, Fact, Facts, PageHead } from "../design/card";
import { Empty, Notice, Show } from "../design/states";
import { Table, type Column } from "../design/table";
import { Time, Told } from "../design/time";
import { useSearchState } from "../design/url";
import { count } from "../rules/numbers";
import { causeOf, gathered, goesOnAt, whomOf, type Queue } from "../rules/queue";
import { Bulk } from "./queue/bulk";
import { GatheredTable, Reply, nameOf } from "./queue/gathered";
import { Narrow } from "./parts";

const COLUMNS: Column<Queue>[] = [
  {
    name: "queue",
    title: "Provider, pool",
    value: (each) => `${nameOf(whomOf(each))} ${each.pool}`,
    show: (each) => (
      <>
        {nameOf(whomOf(each))}, {each.pool}
        <div class="small soft">
          {each.class}
          {each.sender_domain && ` from ${each.sender_domain}`} on {each.node}
        </div>
      </>
    ),
  },
  {
    name: "why",
    title: "Why",
    value: (each) => each.cause,
    show: (each) => (
      <>
        <Badge tone={each.state === "open" ? "good" : each.state === "waiting" ? "info" : "warn"}>
          {causeOf(each.cause)}
        </Badge>
        {each.reason && (
          <div class="small soft">
            <Told text={each.reason} />
          </div>
        )}
      </>
    ),
  },
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
    value: goesOnAt,
    show: (each) => (
      <>
        <Time at={goesOnAt(each)} />
        {each.empty_at && (
          <div class="small soft">
            empty about <Time at={each.empty_at} />
          </div>
        )}
      </>
    ),
  },
];

/** Whether the row is one of those that the fields of the address ask for. */
function matches(each: Queue, search: URLSearchParams): boolean {
  const is = (name: string, value: string) => !search.get(name) || search.get(name) === value;
  return (
    is("pool", each.pool) &&
    is("provider", whomOf(each)) &&
    is("cause", each.cause) &&
    is("sender_domain", each.sender_domain)
  );
}

const FIELDS = [
  { name: "provider", label: "Provider", hint: "gmail" },
  { name: "pool", label: "Pool", hint: "shared" },
  { name: "sender_domain", label: "Sender domain", hint: "example.net" },
];
const NAMES = [...FIELDS.map((each) => each.name), "cause", "after"];
const idOf = (each: Queue): string =>
  [each.node, each.pool, each.class, each.sender_domain, whomOf(each), each.state, each.cause].join(
    "/",
  );

function Sums({ of, hrefWith }: { of: Queue[]; hrefWith: (cause: string) => string }) {
  const sums = new Map<string, number>();
  for (const each of of) sums.set(each.cause, (sums.get(each.cause) ?? 0) + each.waiting);
  const all = of.reduce((sum, each) => sum + each.waiting, 0);
  return (
    <Facts>
      <Fact name="Waiting" note="recipients">
        {count(all)}
      </Fact>
      {[...sums].map(([cause, waiting]) => (
        <Fact
          key={cause}
          name={causeOf(cause)}
          note={<Link href={hrefWith(cause)}>Only these</Link>}
        >
          {count(waiting)}
        </Fact>
      ))}
    </Facts>
  );
}

export default function QueuePage() {
  const [search, hrefWith] = useSearchState();
  // The fields are their own until they are sent: a link that sets them begins with new ones.
  const [chosen, setChosen] = useState(0);
  const choose = () => setChosen(chosen + 1);
  const queues = useGet("/v1/queues", {
    query: { after: search.get("after") ?? undefined, limit: 500 },
    every: 5_000,
  });
  const cause = search.get("cause");
  const isNarrow = NAMES.some((name) => search.get(name));
  const nothing = isNarrow ? "Nothing of this kind waits." : "Nothing waits.";
  return (
    <>
      <PageHead title="Queue" about="What waits, and why?">
        <Bulk />
      </PageHead>
      <Show asked={queues} what="What waits" lines={8}>
        {(page) => {
          const items = page.items.filter((each) => matches(each, search));
          return (
            <div class="stack">
              {page.unanswered && page.unanswered.length > 0 && (
                <Notice tone="warn" title="Not all nodes answered.">
                  Without what waits on {page.unanswered.join(", ")}.
                </Notice>
              )}
              {page.next && (
                <Notice title="There is more than is added up here: see the next page." />
              )}
              <Sums of={items} hrefWith={(only) => hrefWith({ cause: only })} />
              <Card
                title={cause ? `What waits: ${causeOf(cause)}` : "What waits"}
                flush
                aside={
                  isNarrow && (
                    <Link
                      href={hrefWith(Object.fromEntries(NAMES.map((n) => [n, undefined])))}
                      onClick={choose}
                    >
                      Show all
                    </Link>
                  )
                }
              >
                <div class="body">
                  <Narrow key={chosen} label="What waits" fields={FIELDS} />
                </div>
                <GatheredTable
                  items={gathered(items)}
                  hrefOf={(of) => hrefWith({ pool: of.pool, provider: of.whom })}
                  onChoose={choose}
                  empty={nothing}
                />
              </Card>
              <Card title="In detail" flush>
                <Table
                  caption="What waits, in detail"
                  columns={COLUMNS}
                  items={items}
                  idOf={idOf}
                  next={page.next}
                  empty={<Empty title={nothing} />}
                />
              </Card>
            </div>
          );
        }}
      </Show>
    </>
  );
}
