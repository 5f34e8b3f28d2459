import { withQuery } from "../api/client";
import { useGet, type ItemOf } from "../api/query";
import { CommandForms } from "../design/action";
import { Badge } from "../design/badge";
import { Card, PageHead } from "../design/card";
import { Command } from "../design/copy";
import { Empty, Notice, Show } from "../design/states";
import { Table, type Column } from "../design/table";
import { Time } from "../design/time";
import { useSearchState } from "../design/url";
import { Narrow } from "./parts";
import "./long.css";

type Entry = ItemOf<"/v1/audit">;

const COLUMNS: Column<Entry>[] = [
  { name: "at", title: "When", show: (each) => <Time at={each.at} as="full" /> },
  {
    name: "who",
    title: "Who",
    show: (each) => (
      <>
        <code>{each.key_id || "nobody known"}</code>
        <div class="soft small">
          {[each.account, each.role, each.by_session ? "in the console" : ""]
            .filter(Boolean)
            .join(" · ")}
        </div>
      </>
    ),
  },
  { name: "from", title: "From", show: (each) => <code>{each.client_address || "–"}</code> },
  {
    name: "what",
    title: "What",
    show: (each) => (
      <>
        <span>{each.action.replaceAll("_", " ")}</span>
        <div class="soft small long">
          {each.method} {each.resource}
        </div>
      </>
    ),
  },
  {
    name: "asked",
    title: "With",
    show: (each) =>
      each.asked ? (
        <details class="long">
          <summary>Show</summary>
          <Command text={each.asked} what="what was asked" />
        </details>
      ) : (
        "–"
      ),
  },
  {
    name: "result",
    title: "Outcome",
    show: (each) =>
      each.status < 300 ? (
        <Badge tone="good">done</Badge>
      ) : (
        <Badge tone="bad">{each.code.replaceAll("_", " ") || `HTTP ${each.status}`}</Badge>
      ),
  },
  { name: "node", title: "Node", show: (each) => each.node },
];

const FIELDS = [
  { name: "from", label: "From (UTC)", hint: "2026-01-31T08:00:00Z" },
  { name: "to", label: "Before (UTC)", hint: "2026-02-01T08:00:00Z" },
  { name: "actor", label: "Key or account", hint: "default" },
  { name: "resource", label: "Of what", hint: "pools/p1" },
  { name: "action", label: "Operation", hint: "create_pool" },
] as const;

export default function Audit() {
  const [search] = useSearchState();
  const narrowed = Object.fromEntries(
    FIELDS.map(({ name }) => [name, search.get(name) ?? undefined]),
  );
  const words = Object.entries(narrowed).flatMap(([name, value]) =>
    value ? [`--${name}`, value] : [],
  );
  const audit = useGet("/v1/audit", {
    query: { ...narrowed, after: search.get("after") ?? undefined, limit: 50 },
  });
  return (
    <>
      <PageHead title="Audit" about="Who changed what, when, from where?" />
      <div class="stack">
        <Narrow label="Narrow the audit" fields={[...FIELDS]} />
        <Card title="Changes, newest first" flush>
          <Show asked={audit} what="Changes">
            {(page) => (
              <>
                {!!page.unanswered?.length && (
                  <Notice tone="warn" title="Some nodes did not answer.">
                    <span>What they did is missing here: {page.unanswered.join(", ")}.</span>
                  </Notice>
                )}
                <Table
                  caption="Changes"
                  columns={COLUMNS}
                  items={page.items}
                  idOf={(each) => each.id}
                  next={page.next}
                  empty={<Empty title="Nothing was changed that fits." />}
                />
              </>
            )}
          </Show>
        </Card>
        <CommandForms
          action={{
            method: "GET",
            path: withQuery("/v1/audit", narrowed),
            cli: ["audit", "list", ...words],
          }}
        />
      </div>
    </>
  );
}
