import { Link } from "wouter";
import { useGet } from "../api/query";
import { StateBadge } from "../design/badge";
import { Card, PageHead } from "../design/card";
import { Empty, Notice, Show } from "../design/states";
import { Table, type Column } from "../design/table";
import { Time } from "../design/time";
import { usePathPart, useSearchState } from "../design/url";
import { count } from "../rules/numbers";
import { BeginWarmup } from "./ledger/begin";
import { LedgerPage } from "./ledger/page";
import { Plans } from "./ledger/plans";
import { Today, type Ledger } from "./ledger/today";
import { Narrow, Opens, part } from "./parts";

const href = (of: Ledger): string =>
  `/warmup/${part(of.subject)}` + (of.provider === "*" ? "" : `?provider=${part(of.provider)}`);

const COLUMNS: Column<Ledger>[] = [
  {
    name: "subject",
    title: "IP or domain",
    value: (each) => each.subject,
    show: (each) => <Link href={href(each)}>{each.subject}</Link>,
  },
  {
    name: "provider",
    title: "To",
    value: (each) => each.provider,
    show: (each) => (each.provider === "*" ? "everyone" : each.provider),
  },
  { name: "plan", title: "Plan", value: (each) => each.plan, show: (each) => each.plan || "–" },
  {
    name: "day",
    title: "Day",
    end: true,
    value: (each) => each.day,
    show: (each) => <span class="number">{count(each.day)}</span>,
  },
  {
    name: "used",
    title: "Today",
    value: (each) => each.used,
    show: (each) => <Today of={each} />,
  },
  {
    name: "state",
    title: "State",
    value: (each) => each.state,
    show: (each) => <StateBadge state={each.state} />,
  },
  {
    name: "ends",
    title: "Next day",
    value: (each) => each.day_ends_at,
    show: (each) => <Time at={each.day_ends_at} />,
  },
];

function Ledgers() {
  const [search] = useSearchState();
  const ledgers = useGet("/v1/ledgers", {
    query: {
      subject: search.get("subject") || undefined,
      after: search.get("after") ?? undefined,
      limit: 100,
    },
  });
  return (
    <>
      <PageHead title="Warm-up" about="What may each IP and domain send today, and how far is it?">
        <Narrow
          label="Ledgers"
          fields={[{ name: "subject", label: "IP or domain", hint: "192.0.2.7" }]}
        />
        <Opens label="Begin a warm-up" needs="manage" main>
          {(close) => <BeginWarmup onClose={close} />}
        </Opens>
      </PageHead>
      <div class="stack">
        <Card title="Ledgers" flush>
          <Show asked={ledgers} what="Ledgers">
            {(page) => (
              <>
                {page.unanswered && page.unanswered.length > 0 && (
                  <Notice tone="warn" title="Not all nodes answered.">
                    Without what was sent by {page.unanswered.join(", ")}.
                  </Notice>
                )}
                <Table
                  caption="Ledgers"
                  columns={COLUMNS}
                  items={page.items}
                  idOf={(each) => `${each.subject}/${each.provider}`}
                  next={page.next}
                  empty={
                    <Empty title="There is no ledger.">
                      An IP or a domain gets one when it is given a plan, or when its first mail is
                      sent.
                    </Empty>
                  }
                />
              </>
            )}
          </Show>
        </Card>
        <Plans />
      </div>
    </>
  );
}

/** All ledgers, or the one that the address names. */
export default function Warmup() {
  const subject = usePathPart();
  return subject ? <LedgerPage subject={subject} /> : <Ledgers />;
}
