import { Link } from "wouter";
import { useGet } from "../api/query";
import { StateBadge } from "../design/badge";
import { Card, PageHead } from "../design/card";
import { Empty, Notice, Show } from "../design/states";
import { Table, type Column } from "../design/table";
import { Time } from "../design/time";
import { useSearchState } from "../design/url";
import { Opens, part } from "./parts";
import { CreatePool } from "./pool/create";
import type { Run } from "./pool/run";
import { ShownPool } from "./pool/shown";
import { StartRun } from "./pool/start";

function Runs() {
  const runs = useGet("/v1/provisionings", { query: { limit: 50 } });
  const shown: Column<Run>[] = [
    {
      name: "id",
      title: "Run",
      show: (each) => <Link href={`/provisioning/${part(each.id)}`}>{each.id}</Link>,
    },
    { name: "pool", title: "Pool", show: (each) => each.pool },
    { name: "state", title: "State", show: (each) => <StateBadge state={each.state} /> },
    { name: "reason", title: "Why", show: (each) => each.reason || "–" },
    { name: "steps", title: "IPs", end: true, show: (each) => each.steps.length },
    { name: "begun", title: "Began", show: (each) => <Time at={each.created_at} /> },
  ];
  return (
    <Card title="Runs" flush>
      <Show asked={runs} what="Runs">
        {(page) => (
          <>
            {page.next && <Notice title="Only the last 50 are shown." />}
            <Table
              caption="Runs"
              columns={shown}
              items={page.items}
              idOf={(each) => each.id}
              empty={
                <Empty title="There was no run yet.">
                  A run brings new IPs into a pool, one after another.
                </Empty>
              }
            />
          </>
        )}
      </Show>
    </Card>
  );
}

export default function Pools() {
  const [search] = useSearchState();
  const pools = useGet("/v1/pools", {
    query: { after: search.get("after") ?? undefined, limit: 50 },
  });
  const known = pools.data?.items ?? [];
  return (
    <>
      <PageHead title="Pools" about="Which IPs send, which do not, and which are on their way?">
        <Opens label="New pool" needs="manage">
          {(close) => <CreatePool pools={known.map((each) => each.name)} onClose={close} />}
        </Opens>
        <Opens label="Bring IPs into service" needs="manage" main disabled={known.length === 0}>
          {(close) => <StartRun pools={known} onClose={close} />}
        </Opens>
      </PageHead>
      <div class="stack">
        <Show asked={pools} what="Pools">
          {(page) => (
            <>
              {page.items.length === 0 && <Empty title="There is no pool yet." />}
              {page.items.map((each) => (
                <ShownPool key={each.name} of={each} />
              ))}
              {page.next && <Link href={`/pools?after=${part(page.next)}`}>More pools</Link>}
            </>
          )}
        </Show>
        <Runs />
      </div>
    </>
  );
}
