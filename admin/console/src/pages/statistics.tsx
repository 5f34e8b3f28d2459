import { useMemo, useState } from "react";
import { Link } from "wouter";
import { ask, withQuery } from "../api/client";
import { problemOf } from "../api/problem";
import { useChange, useGet } from "../api/query";
import { CommandForms } from "../design/action";
import { Badge } from "../design/badge";
import { Card, Fact, Facts, Meter, PageHead } from "../design/card";
import { Curve } from "../design/curve";
import { save } from "../design/save";
import { Empty, Failed, Notice, Show } from "../design/states";
import { Table, type Column } from "../design/table";
import { useSearchState } from "../design/url";
import { count, percent } from "../rules/numbers";
import { FUNNEL, LOSSES, daysOf, nameOf, sumOf, type StatisticsRow } from "../rules/statistics";
import { Narrow } from "./parts";

const SPLITS = ["day", "domain", "receiver", "provider", "ip", "task", "template"] as const;
type Split = (typeof SPLITS)[number];

const FILTERS = [
  { name: "from", label: "From (UTC day)", hint: "2026-01-31" },
  { name: "to", label: "To (UTC day)", hint: "today" },
  { name: "domain", label: "Sender domain" },
  { name: "provider", label: "Provider", hint: "gmail" },
  { name: "ip", label: "IP" },
  { name: "task", label: "Task" },
  { name: "template", label: "Template" },
] as const;

/** What is asked, as the address says it. */
function useQuestion() {
  const [search] = useSearchState();
  const by: Split = SPLITS.find((each) => each === search.get("by")) ?? "day";
  const query: Record<string, string> = {};
  for (const name of ["account", ...FILTERS.map((each) => each.name)]) {
    const value = search.get(name);
    if (value) query[name] = value;
  }
  return { by, query };
}

function Funnel({ rows }: { rows: readonly StatisticsRow[] }) {
  const accepted = sumOf(rows, "accepted");
  return (
    <Card title="From acceptance to click">
      <div class="stack tight">
        {FUNNEL.map(([name, title]) => {
          const value = sumOf(rows, name);
          return (
            <Meter key={name} label={title} value={value} max={accepted}>
              <span class="number">
                {title}: {count(value)} ({percent(value, accepted)})
              </span>
            </Meter>
          );
        })}
        <span class="soft small">
          Shares are of what was accepted; opened and clicked count each mail once, and no machine.
        </span>
      </div>
    </Card>
  );
}

function Losses({ rows }: { rows: readonly StatisticsRow[] }) {
  return (
    <Facts>
      {LOSSES.map(([name, title]) => (
        <Fact key={name} name={title}>
          {count(sumOf(rows, name))}
        </Fact>
      ))}
    </Facts>
  );
}

const DRAWN = [
  ["delivered", "Delivered"],
  ["bounced", "Bounced"],
  ["opened_unique", "Opened"],
  ["clicked_unique", "Clicked"],
] as const;

function DayCurve({ rows }: { rows: readonly StatisticsRow[] }) {
  const { times, series } = useMemo(() => {
    const days = daysOf(
      rows,
      DRAWN.map(([name]) => name),
    );
    const series = DRAWN.map(([, name], index) => ({ name, values: days.values[index] ?? [] }));
    return { times: days.times, series };
  }, [rows]);
  return (
    <Card title="By day">
      <Curve title="Recipients by UTC day" times={times} series={series} />
    </Card>
  );
}

const number = (name: keyof StatisticsRow & string, title: string): Column<StatisticsRow> => ({
  name,
  title,
  end: true,
  value: (each) => each[name],
  show: (each) => <span class="number">{count(each[name] as number)}</span>,
});

function columns(by: Split): Column<StatisticsRow>[] {
  return [
    {
      name: "of",
      title: by,
      value: (each) => nameOf(each, by),
      show: (each) => nameOf(each, by),
    },
    number("accepted", "Accepted"),
    number("delivered", "Delivered"),
    number("deferred", "Deferred"),
    number("bounced", "Bounced"),
    number("opened_unique", "Opened"),
    number("clicked_unique", "Clicked"),
    number("complained", "Complaints"),
    number("unsubscribed", "Unsubscribed"),
    {
      name: "share",
      title: "Delivered",
      end: true,
      value: (each) => each.delivered_percent,
      show: (each) => (each.delivered_percent === null ? "–" : `${each.delivered_percent} %`),
    },
  ];
}

/** The table as a file: all rows, made by the node. */
function Download({ query }: { query: Record<string, string> }) {
  const fetched = useChange(async () => {
    const answer = await ask("GET", "/v1/statistics", { query, headers: { Accept: "text/csv" } });
    if (!answer.ok) throw problemOf(answer.status, await answer.json());
    save(await answer.blob(), `statistics-${query.by}.csv`);
  }, []);
  return (
    <div class="row">
      <button
        type="button"
        class="button"
        disabled={fetched.isPending}
        onClick={() => fetched.mutate()}
      >
        {fetched.isPending ? "Fetching…" : "Save as CSV"}
      </button>
      {fetched.error && <Failed problem={fetched.error} />}
    </div>
  );
}

function Splits({ by }: { by: Split }) {
  const [, hrefWith] = useSearchState();
  return (
    <nav class="tabs row" aria-label="Split by">
      {SPLITS.map((each) => (
        <Link
          key={each}
          href={hrefWith({
            by: each === "day" ? undefined : each,
            after: undefined,
            sort: undefined,
          })}
          aria-current={each === by ? "page" : undefined}
        >
          {each}
        </Link>
      ))}
    </nav>
  );
}

/** The same question on the command line. */
function Asked({ query }: { query: Record<string, string> }) {
  const words = Object.entries(query).flatMap(([name, value]) => [`--${name}`, value]);
  return (
    <CommandForms
      action={{
        method: "GET",
        path: withQuery("/v1/statistics", query),
        cli: ["stats", ...words],
      }}
    />
  );
}

function SplitTable({ by, query }: { by: Split; query: Record<string, string> }) {
  const [search] = useSearchState();
  const asked = { by, ...query };
  const rows = useGet("/v1/statistics", {
    query: { ...asked, after: search.get("after") ?? undefined, limit: 100 },
    every: 30_000,
  });
  return (
    <Card title="Split" flush aside={<Download query={asked} />}>
      <Splits by={by} />
      <Show asked={rows} what="The split">
        {(page) => (
          <Table
            caption={`Statistics by ${by}`}
            columns={columns(by)}
            items={page.items}
            idOf={(each) => nameOf(each, by)}
            next={page.next}
            empty={<Empty title="Nothing was sent in these days." />}
          />
        )}
      </Show>
      <div class="body">
        <Asked query={asked} />
      </div>
    </Card>
  );
}

export default function Statistics() {
  const { by, query } = useQuestion();
  const [clearings, setClearings] = useState(0);
  const days = useGet("/v1/statistics", {
    query: { ...query, by: "day", limit: 500 },
    every: 30_000,
  });
  return (
    <>
      <PageHead
        title="Statistics"
        about="What became of the mail? The last 30 UTC days by default."
      >
        {Object.keys(query).length > 0 && (
          <>
            <Badge tone="info">narrowed</Badge>
            <Link href="/statistics" onClick={() => setClearings(clearings + 1)}>
              Show all
            </Link>
          </>
        )}
      </PageHead>
      <div class="stack">
        <Narrow key={clearings} label="Statistics" fields={[...FILTERS]} />
        <Show asked={days} what="Statistics">
          {(page) => (
            <>
              {page.unanswered && page.unanswered.length > 0 && (
                <Notice tone="warn" title="Not all nodes answered.">
                  Without what is known by {page.unanswered.join(", ")}.
                </Notice>
              )}
              {page.next && (
                <Notice tone="warn" title="These are more days than are added up here." />
              )}
              {page.items.length === 0 ? (
                <Empty title="Nothing was sent in these days." />
              ) : (
                <>
                  <Funnel rows={page.items} />
                  <Losses rows={page.items} />
                  <DayCurve rows={page.items} />
                </>
              )}
            </>
          )}
        </Show>
        <SplitTable by={by} query={query} />
      </div>
    </>
  );
}
