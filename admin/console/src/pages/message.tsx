import { Link } from "wouter";
import { useResource } from "../api/query";
import type { components } from "../api/schema";
import { ConfirmAction } from "../design/action";
import { StateBadge } from "../design/badge";
import { Card, Fact, Facts, PageHead } from "../design/card";
import { Empty, Notice, Show } from "../design/states";
import { Table, type Column } from "../design/table";
import { Time, Told } from "../design/time";
import { usePathPart, useSearchState } from "../design/url";
import { count, counted, octets } from "../rules/numbers";
import { Timeline } from "./message/timeline";
import { part } from "./parts";

type Schemas = components["schemas"];
type Message = Schemas["message"];
type Recipient = Schemas["recipient"];

const ENDS = ["delivered", "bounced", "expired", "suppressed", "cancelled"];

function RecipientState({ of }: { of: Recipient }) {
  return (
    <>
      <StateBadge state={of.state} />
      {of.bounce_class && <div class="small soft">{of.bounce_class.replaceAll("_", " ")}</div>}
      {of.feedback.map((each) => (
        <div key={each.kind} class="small soft">
          {each.kind} <Time at={each.at} />
        </div>
      ))}
    </>
  );
}

const recipientColumns = (hrefWith: (to: string) => string): Column<Recipient>[] => [
  {
    name: "address",
    title: "Recipient",
    value: (each) => each.address,
    show: (each) => <Link href={hrefWith(each.address)}>{each.address}</Link>,
  },
  {
    name: "state",
    title: "State",
    value: (each) => each.state,
    show: (each) => <RecipientState of={each} />,
  },
  { name: "changed", title: "Since", show: (each) => <Time at={each.changed_at} /> },
  {
    name: "attempts",
    title: "Attempts",
    end: true,
    value: (each) => each.attempts,
    show: (each) => <span class="number">{count(each.attempts)}</span>,
  },
  {
    name: "reply",
    title: "Last reply",
    show: (each) => (
      <>
        {each.last_reply || "–"}
        {each.remote_host && <div class="small soft">{each.remote_host}</div>}
      </>
    ),
  },
  { name: "next", title: "Next attempt", show: (each) => <Time at={each.next_attempt_at} /> },
];

/** One link of the chain: a sentence, and what it rests upon. */
function Reason({ of }: { of: Schemas["wait_reason"] }) {
  const first = of.position !== null && of.position > 0;
  return (
    <li>
      <StateBadge state={of.kind} />
      <div class="stack tight">
        <span>
          <Told text={of.text} />
        </span>
        <span class="small soft">
          {of.recipient && <>For {of.recipient}. </>}
          {of.ledger && (
            <>
              <Link
                href={`/warmup/${part(of.ledger)}${of.provider ? `?provider=${part(of.provider)}` : ""}`}
              >
                Ledger {of.ledger}
              </Link>
              {of.day !== null && `, day ${of.day}`}
              {of.used !== null && `: ${count(of.used)} of ${count(of.limit)}`}.{" "}
            </>
          )}
          {first && `${counted(of.position!, "recipient goes", "recipients go")} first. `}
          {of.expected_at && (
            <>
              Expected <Time at={of.expected_at} as="full" />
            </>
          )}
        </span>
      </div>
    </li>
  );
}

function Why({ path }: { path: string }) {
  const why = useResource<Schemas["why"]>(`${path}/why`, { every: 5_000 });
  return (
    <Card title="Why it waits" flush>
      <Show asked={why} what="Why it waits" lines={2}>
        {(data) =>
          data.reasons.length > 0 ? (
            <ol class="todo">
              {data.reasons.map((each, index) => (
                <Reason key={index} of={each} />
              ))}
            </ol>
          ) : (
            <Empty title="It does not wait for anything." />
          )
        }
      </Show>
    </Card>
  );
}

function Actions({ of }: { of: Message }) {
  const path = `/v1/messages/${part(of.id)}`;
  const open = of.recipients.filter((each) => !ENDS.includes(each.state));
  const later = open.filter((each) => each.state === "deferred");
  if (open.length === 0) return null;
  return (
    <>
      {later.length > 0 && (
        <ConfirmAction
          label="Retry"
          needs="manage"
          title="Try it again now?"
          confirm="Retry the message"
          done="It is tried again."
          touches={["/v1/messages", "/v1/queues"]}
          action={{ method: "POST", path: `${path}/retry`, cli: ["message", "retry", of.id] }}
        >
          <p>
            {counted(later.length, "recipient waits", "recipients wait")} for another attempt. The
            limits of the ledgers hold as before.
          </p>
        </ConfirmAction>
      )}
      <ConfirmAction
        label="Cancel message"
        needs="manage"
        title="Cancel what has not been sent?"
        confirm="Cancel the message"
        danger
        done="What had not been sent is cancelled."
        touches={["/v1/messages", "/v1/queues"]}
        action={{ method: "POST", path: `${path}/cancel`, cli: ["message", "cancel", of.id] }}
      >
        <p>
          {counted(open.length, "recipient")} will not get it. This cannot be taken back, and the
          sender is not told.
        </p>
      </ConfirmAction>
    </>
  );
}

function About({ of }: { of: Message }) {
  return (
    <Facts>
      <Fact name="From" note={`account ${of.account}`}>
        {of.from || "nobody (a notice)"}
      </Fact>
      <Fact name="Accepted">
        <Time at={of.accepted_at} as="full" />
      </Fact>
      <Fact name="Pool" note={of.class}>
        {of.pool}
      </Fact>
      <Fact name="Size">{octets(of.octets)}</Fact>
    </Facts>
  );
}

export default function MessagePage() {
  const id = usePathPart();
  const path = `/v1/messages/${part(id)}`;
  const [search, hrefWith] = useSearchState();
  const to = search.get("to") || undefined;
  const message = useResource<Message>(path, { every: 5_000 });
  const timeline = useResource<Schemas["timeline"]>(`${path}/timeline`, {
    query: { to },
    every: 5_000,
  });
  const waits = message.data?.recipients.some((each) => !ENDS.includes(each.state));
  return (
    <>
      <PageHead
        title="Message"
        about={
          <>
            <code>{id}</code> · <Link href="/messages">All messages</Link>
          </>
        }
      >
        {message.data && <Actions of={message.data} />}
      </PageHead>
      <Show asked={message} what="The message">
        {(data) => (
          <div class="stack">
            <About of={data} />
            <Card title="Recipients" flush>
              <Table
                caption="Recipients"
                columns={recipientColumns((address) => hrefWith({ to: address }))}
                items={data.recipients}
                idOf={(each) => each.address}
                empty={<Empty title="It has no recipient yet: its task is being taken apart." />}
              />
            </Card>
            {waits && <Why path={path} />}
            <Card
              title={to ? `What happened for ${to}` : "What happened"}
              flush
              aside={to && <Link href={hrefWith({ to: undefined })}>Show all recipients</Link>}
            >
              <Show asked={timeline} what="What happened" lines={6}>
                {(story) => (
                  <>
                    {!story.complete && (
                      <Notice tone="warn" title="There is more than is told here.">
                        Choose a recipient above to see all that happened for it.
                      </Notice>
                    )}
                    <Timeline items={story.items} />
                  </>
                )}
              </Show>
            </Card>
          </div>
        )}
      </Show>
    </>
  );
}
