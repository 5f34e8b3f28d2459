import { useMemo } from "react";
import { Link } from "wouter";
import { useGet, useResource } from "../../api/query";
import { ConfirmAction } from "../../design/action";
import { Badge, StateBadge, type Tone } from "../../design/badge";
import { Card, Fact, Facts, PageHead } from "../../design/card";
import { Curve } from "../../design/curve";
import { Empty, Notice, Show } from "../../design/states";
import { Table, type Column } from "../../design/table";
import { Time, Told } from "../../design/time";
import { useSearchState } from "../../design/url";
import { curveOf, type LedgerHistory } from "../../rules/ledger";
import { count } from "../../rules/numbers";
import { BeginWarmup } from "./begin";
import { ChangeLedger } from "./change";
import { Opens, part } from "../parts";
import { Today, type Ledger } from "./today";

type Day = LedgerHistory["days"][number];

const TOUCHES = ["/v1/ledgers", "/v1/overview"];

const TONES: Record<string, Tone> = {
  advanced: "good",
  repeated: "warn",
  lowered: "warn",
  restarted: "warn",
  blocked: "bad",
};

function Actions({ of }: { of: Ledger }) {
  const path = `/v1/ledgers/${part(of.subject)}/actions`;
  const turn = of.state === "paused" ? "resume" : "pause";
  return (
    <>
      <ConfirmAction
        key={turn}
        label={turn === "pause" ? "Pause" : "Resume"}
        needs="manage"
        title={turn === "pause" ? `Stop mail of ${of.subject}?` : `Let ${of.subject} send again?`}
        done={turn === "pause" ? "It sends no more." : "It sends again."}
        touches={TOUCHES}
        danger={turn === "pause"}
        action={{
          method: "POST",
          path,
          body: { action: turn },
          cli: ["warmup", turn, of.subject],
        }}
      >
        <p>
          {turn === "pause"
            ? "No permit is given until it is resumed. Its mail waits, or leaves by other IPs."
            : "It goes on with the day of the plan that it is on."}
        </p>
      </ConfirmAction>
      <Opens label="Change plan or day" needs="manage">
        {(close) => (
          <ChangeLedger subject={of.subject} plan={of.plan} day={of.day} onClose={close} />
        )}
      </Opens>
    </>
  );
}

const DAYS: Column<Day>[] = [
  { name: "from", title: "From", show: (each) => <Time at={each.started_at} /> },
  { name: "level", title: "Day of the plan", end: true, show: (each) => count(each.level) },
  {
    name: "used",
    title: "Used",
    end: true,
    show: (each) => `${count(each.used)} of ${each.limit === null ? "any" : count(each.limit)}`,
  },
  { name: "delivered", title: "Delivered", end: true, show: (each) => count(each.delivered) },
  { name: "bounced", title: "Bounced", end: true, show: (each) => count(each.bounced) },
  { name: "complained", title: "Complaints", end: true, show: (each) => count(each.complained) },
  {
    name: "decision",
    title: "What was decided",
    show: (each) => <Badge tone={TONES[each.decision] ?? "plain"}>{each.decision}</Badge>,
  },
  { name: "why", title: "Why", show: (each) => <Told text={each.why} /> },
];

function PlanCurve({ history }: { history: LedgerHistory }) {
  const curve = useMemo(() => curveOf(history), [history]);
  const series = useMemo(
    () => [
      { name: "Limit of the plan", values: curve.limit },
      { name: "Sent", values: curve.used },
      { name: "Forecast", values: curve.forecast },
    ],
    [curve],
  );
  return <Curve title="Mail a day, logarithmic" times={curve.times} series={series} log />;
}

function History({ history }: { history: LedgerHistory }) {
  const latestFirst = useMemo(() => [...history.days].reverse(), [history]);
  return (
    <>
      {history.unanswered.length > 0 && (
        <Notice tone="warn" title="Not all nodes answered.">
          Without the days of {history.unanswered.join(", ")}.
        </Notice>
      )}
      <Card title="Plan and mail">
        {history.days.length + history.curve.length === 0 ? (
          <Empty title="There is no day yet." />
        ) : (
          <PlanCurve history={history} />
        )}
      </Card>
      <Card title="Days" flush>
        <Table
          caption="Days"
          columns={DAYS}
          items={latestFirst}
          idOf={(each) => String(each.day)}
          empty={<Empty title="There was no day with mail in the last 30." />}
        />
      </Card>
    </>
  );
}

/** The limits of a ledger: all mail, and each provider that has one of its own. */
function Limits({ items, provider }: { items: Ledger[]; provider: string }) {
  const [, hrefWith] = useSearchState();
  const columns: Column<Ledger>[] = [
    {
      name: "provider",
      title: "To",
      show: (each) => (
        <Link
          href={hrefWith({ provider: each.provider === "*" ? undefined : each.provider })}
          aria-current={each.provider === provider ? "true" : undefined}
        >
          {each.provider === "*" ? "everyone" : each.provider}
        </Link>
      ),
    },
    { name: "today", title: "Today", show: (each) => <Today of={each} /> },
    { name: "state", title: "State", show: (each) => <StateBadge state={each.state} /> },
  ];
  return (
    <Card title="Limits of today" flush>
      <Table
        caption="Limits of today"
        columns={columns}
        items={items}
        idOf={(each) => each.provider}
        empty={<Empty title="It has no ledger." />}
      />
    </Card>
  );
}

function NoLedger({ of }: { of: string }) {
  return (
    <>
      <PageHead title={`Warm-up of ${of}`} about={<Link href="/warmup">All ledgers</Link>}>
        <Opens label="Begin its warm-up" needs="manage" main>
          {(close) => <BeginWarmup of={of} onClose={close} />}
        </Opens>
      </PageHead>
      <Empty title={`${of} has no ledger: it has no limit of its own, and has sent nothing yet.`}>
        With a plan its warm-up begins.
      </Empty>
    </>
  );
}

export function LedgerPage({ subject }: { subject: string }) {
  const [search] = useSearchState();
  const provider = search.get("provider") ?? undefined;
  const ledgers = useGet("/v1/ledgers", { query: { subject, limit: 500 } });
  const history = useResource<LedgerHistory>(`/v1/ledgers/${part(subject)}/history`, {
    query: { provider, days: 30 },
    every: 30_000,
    enabled: !!ledgers.data,
  });
  if (ledgers.error?.status === 404) return <NoLedger of={subject} />;
  const whole = ledgers.data?.items.find((each) => each.provider === "*");
  return (
    <>
      <PageHead title={`Warm-up of ${subject}`} about={<Link href="/warmup">All ledgers</Link>}>
        {whole && <Actions of={whole} />}
      </PageHead>
      <div class="stack">
        {whole && (
          <Facts>
            <Fact name="Plan">{whole.plan || "–"}</Fact>
            <Fact name="Day of it">{count(whole.day)}</Fact>
            <Fact name="State">
              <StateBadge state={whole.state} />
            </Fact>
            <Fact name="Next day">
              <Time at={whole.day_ends_at} />
            </Fact>
            <Fact name="All that waits is sent">
              <Time at={history.data?.finish_at} none="not known" />
            </Fact>
          </Facts>
        )}
        <Show asked={ledgers} what="Limits">
          {(page) => <Limits items={page.items} provider={provider ?? "*"} />}
        </Show>
        <Show asked={history} what="Days">
          {(data) => <History history={data} />}
        </Show>
      </div>
    </>
  );
}
