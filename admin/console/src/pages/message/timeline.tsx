import { Link } from "wouter";
import type { components } from "../../api/schema";
import { StateBadge } from "../../design/badge";
import { Empty } from "../../design/states";
import { Table, type Column } from "../../design/table";
import { Time } from "../../design/time";
import { part } from "../parts";

type Item = components["schemas"]["timeline_item"];
type Told = Item & { number: number };

function Reply({ of }: { of: NonNullable<Item["reply"]> }) {
  const codes = [of.code, of.enhanced].filter(Boolean).join(" ");
  return (
    <>
      {codes && <code>{codes}</code>} {of.text}
    </>
  );
}

/** A value with what belongs to it below; nothing is a dash. */
function Pair({ main, below }: { main: string; below?: string }) {
  if (!main && !below) return <span class="soft">–</span>;
  return (
    <>
      {main}
      {below && <div class="small soft">{below}</div>}
    </>
  );
}

const COLUMNS: Column<Told>[] = [
  {
    name: "what",
    title: "What",
    show: (each) => (
      <>
        <StateBadge state={each.kind} />
        {each.attempt > 0 && <div class="small soft">attempt {each.attempt}</div>}
      </>
    ),
  },
  { name: "at", title: "When", show: (each) => <Time at={each.at} /> },
  { name: "recipient", title: "For", show: (each) => each.recipient || "all" },
  { name: "from", title: "From", show: (each) => <Pair main={each.ip} below={each.node} /> },
  { name: "to", title: "To", show: (each) => <Pair main={each.mx} below={each.provider} /> },
  {
    name: "tls",
    title: "TLS",
    show: (each) =>
      each.tls ? (
        <Pair
          main={each.tls.version}
          below={`${each.tls.cipher}, verified by ${each.tls.verified_by}`}
        />
      ) : (
        <span class="soft">{each.mx ? "in clear text" : "–"}</span>
      ),
  },
  {
    name: "reply",
    title: "What was said",
    show: (each) => (
      <>
        {each.reply && <Reply of={each.reply} />}
        {each.text && <div>{each.text}</div>}
        {!each.reply && !each.text && <span class="soft">–</span>}
        {each.next_attempt_at && (
          <div class="small soft">
            again <Time at={each.next_attempt_at} />
          </div>
        )}
      </>
    ),
  },
  {
    name: "permit",
    title: "Permit of",
    show: (each) =>
      each.ledger ? (
        <>
          <Link href={`/warmup/${part(each.ledger)}`}>{each.ledger}</Link>
          {each.day !== null && <div class="small soft">day {each.day}</div>}
        </>
      ) : (
        <span class="soft">–</span>
      ),
  },
];

/** All that happened to a message, oldest first. */
export function Timeline({ items }: { items: readonly Item[] }) {
  return (
    <Table
      caption="What happened"
      columns={COLUMNS}
      items={items.map((each, number) => ({ ...each, number }))}
      idOf={(each) => String(each.number)}
      empty={<Empty title="Nothing is told of it." />}
    />
  );
}
