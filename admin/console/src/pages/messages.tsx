import { useState } from "react";
import { Link } from "wouter";
import { useGet, type ItemOf } from "../api/query";
import { StateBadge } from "../design/badge";
import { Card, PageHead } from "../design/card";
import { SelectField } from "../design/field";
import { Empty, Notice, Show } from "../design/states";
import { Table, type Column } from "../design/table";
import { Time } from "../design/time";
import { useSearchState } from "../design/url";
import { counted } from "../rules/numbers";
import { Narrow, part } from "./parts";

type Message = ItemOf<"/v1/messages">;

const STATES = [
  "queued",
  "held",
  "deferred",
  "delivered",
  "bounced",
  "expired",
  "suppressed",
  "cancelled",
] as const;

const FIELDS = [
  { name: "to", label: "Recipient", hint: "bob@example.org" },
  { name: "from", label: "Sender", hint: "news@example.net" },
  { name: "id", label: "Id begins with" },
  { name: "message_id", label: "Message-ID" },
  { name: "provider", label: "Provider", hint: "gmail" },
  { name: "pool", label: "Pool", hint: "shared" },
  { name: "task", label: "Task", hint: "12" },
  { name: "since", label: "Accepted since (UTC)", hint: "2026-01-31T08:00:00Z" },
  { name: "until", label: "Accepted before (UTC)", hint: "2026-02-01T08:00:00Z" },
];

/** How many recipients of a message are in each state. */
function statesOf(message: Message): [string, number][] {
  const counts = new Map<string, number>();
  for (const each of message.recipients) counts.set(each.state, (counts.get(each.state) ?? 0) + 1);
  return [...counts];
}

const COLUMNS: Column<Message>[] = [
  {
    name: "id",
    title: "Message",
    show: (each) => (
      <Link href={`/messages/${part(each.id)}`}>
        <code>
          {each.id.slice(0, 16)}
          <wbr />
          {each.id.slice(16)}
        </code>
      </Link>
    ),
  },
  { name: "accepted", title: "Accepted", show: (each) => <Time at={each.accepted_at} /> },
  { name: "from", title: "From", value: (each) => each.from, show: (each) => each.from || "–" },
  {
    name: "to",
    title: "To",
    show: (each) => (
      <>
        {each.recipients[0]?.address ?? "–"}
        {each.recipients.length > 1 && (
          <div class="small soft">and {counted(each.recipients.length - 1, "other")}</div>
        )}
      </>
    ),
  },
  {
    name: "state",
    title: "State",
    show: (each) => (
      <div class="row">
        {statesOf(each).map(([state, many]) => (
          <span key={state}>
            <StateBadge state={state} />
            {each.recipients.length > 1 && <span class="number small">&nbsp;×&nbsp;{many}</span>}
          </span>
        ))}
      </div>
    ),
  },
  {
    name: "reply",
    title: "Last reply",
    show: (each) => each.recipients.find((one) => one.last_reply)?.last_reply ?? "–",
  },
  { name: "pool", title: "Pool", value: (each) => each.pool, show: (each) => each.pool },
];

export default function Messages() {
  const [search, hrefWith, go] = useSearchState();
  // The fields are their own until they are sent: who shows all begins with new ones.
  const [cleared, setCleared] = useState(0);
  const given = (name: string) => search.get(name) || undefined;
  const names = ["state", ...FIELDS.map((each) => each.name)];
  const isNarrow = names.some(given);
  const messages = useGet("/v1/messages", {
    query: {
      ...Object.fromEntries(names.map((name) => [name, given(name)])),
      after: given("after"),
      limit: 50,
    },
  });
  return (
    <>
      <PageHead title="Messages" about="What became of a mail? Newest first." />
      <div class="stack">
        <Card title="Search">
          <div class="stack tight">
            <SelectField
              label="With a recipient who is"
              name="state"
              value={search.get("state") ?? ""}
              onChange={(state) => go({ state: state || undefined, after: undefined })}
              options={[
                { value: "", label: "in any state" },
                ...STATES.map((each) => ({ value: each, label: each })),
              ]}
            />
            <Narrow key={cleared} label="Find messages" fields={FIELDS} />
          </div>
        </Card>
        <Card
          title="Messages"
          flush
          aside={
            isNarrow && (
              <Link
                href={hrefWith(Object.fromEntries([...names, "after"].map((n) => [n, undefined])))}
                onClick={() => setCleared(cleared + 1)}
              >
                Show all
              </Link>
            )
          }
        >
          <Show asked={messages} what="Messages" lines={8}>
            {(page) => (
              <>
                {page.unanswered && page.unanswered.length > 0 && (
                  <Notice tone="warn" title="Not all nodes answered.">
                    Without the mail of {page.unanswered.join(", ")}.
                  </Notice>
                )}
                {page.complete === false && (
                  <Notice title="The search has not come to the end yet.">
                    It looked at much mail without filling this page; the next page goes on.
                  </Notice>
                )}
                <Table
                  caption="Messages found"
                  columns={COLUMNS}
                  items={page.items}
                  idOf={(each) => each.id}
                  next={page.next}
                  empty={
                    page.next ? (
                      <Empty title="None here so far.">
                        <Link class="button" href={hrefWith({ after: page.next })}>
                          Search on
                        </Link>
                      </Empty>
                    ) : (
                      <Empty title={isNarrow ? "There is no such message." : "No mail yet."} />
                    )
                  }
                />
              </>
            )}
          </Show>
        </Card>
      </div>
    </>
  );
}
