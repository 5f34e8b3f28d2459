import { useMemo } from "react";
import { Link } from "wouter";
import { useResource } from "../api/query";
import { Badge, type Tone } from "../design/badge";
import { Card, Fact, Facts, Meter, PageHead } from "../design/card";
import { Command } from "../design/copy";
import { Curve } from "../design/curve";
import { Empty, Notice, Show } from "../design/states";
import { Time, Told } from "../design/time";
import { compact, count, counted, percent } from "../rules/numbers";
import { byUrgency, headline, isFirstRun, leaderOf, reasons } from "../rules/overview";
import type { ChecklistItem, Overview, OverviewAction } from "../rules/overview";
import { ROUTES } from "../routes";
import { isEmptySeries, timesOf, type SeriesAnswer } from "../rules/series";

const TONES: Record<OverviewAction["severity"], Tone> = {
  problem: "bad",
  warning: "warn",
  hint: "info",
};

/** A link, where the console has the page; else the words alone. */
function Linked({ to, children }: { to: string; children: string }) {
  const first = to.split(/[/?]/, 2)[1] ?? "";
  const isPage = ROUTES.some((each) => each.path.split("/", 2)[1] === first);
  return isPage && to ? <Link href={to}>{children}</Link> : <>{children}</>;
}

function Actions({ actions }: { actions: readonly OverviewAction[] }) {
  if (actions.length === 0)
    return <Empty title="Nothing needs you.">What would need you is listed here.</Empty>;
  return (
    <ul class="todo">
      {byUrgency(actions).map((each) => (
        <li key={each.id}>
          <Badge tone={TONES[each.severity]}>{each.severity}</Badge>
          <div>
            <h3>
              <Linked to={each.link}>{each.title}</Linked>
            </h3>
            <p class="soft">
              <Told text={each.why} />
            </p>
            {each.command && (
              <details class="forms">
                <summary>On the command line</summary>
                <Command text={each.command} what="the command" />
              </details>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Checklist({ items }: { items: readonly ChecklistItem[] }) {
  const done = items.filter((each) => each.done).length;
  return (
    <Card title="To the first campaign" aside={<span>{`${done} of ${items.length} done`}</span>}>
      <ol class="checklist">
        {items.map((each) => (
          <li key={each.id} data-done={each.done}>
            <span aria-hidden="true" class="tick">
              {each.done ? "✓" : ""}
            </span>
            <Linked to={each.done ? "" : each.link}>{each.title}</Linked>
            <span class="hidden">{each.done ? "(done)" : "(to do)"}</span>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Today({ overview }: { overview: Overview }) {
  const { limit, used, remaining, day_ends_at } = overview.today;
  return (
    <Card title="Today's permits" aside={<span class="soft small">of all IPs that warm up</span>}>
      <div class="stack tight">
        <Meter
          label="Used of today's permits"
          value={used}
          max={limit}
          tone={limit !== null && used >= limit ? "warn" : undefined}
        >
          <span class="row apart number">
            <span>
              <b>{count(used)}</b> used{" "}
              {limit !== null && (
                <span class="soft">
                  of {count(limit)} ({percent(used, limit)})
                </span>
              )}
            </span>
            <span>{remaining === null ? "no limit" : `${count(remaining)} left`}</span>
          </span>
        </Meter>
        {day_ends_at && (
          <p class="soft small">
            The day ends <Time at={day_ends_at} as="relative" /> (<Time at={day_ends_at} />
            ).
          </p>
        )}
      </div>
    </Card>
  );
}

function Backlog({ overview }: { overview: Overview }) {
  const { backlog } = overview;
  return (
    <Card title="What waits" aside={<span class="soft small">recipients, by why they wait</span>}>
      {backlog.recipients === 0 ? (
        <Empty title="Nothing waits." />
      ) : (
        <div class="stack tight">
          {reasons(overview).map(([reason, many]) => (
            <Meter key={reason} label={reason} value={many} max={backlog.recipients}>
              <span class="row apart number">
                <span>{reason.replaceAll("_", " ")}</span>
                <span>{count(many)}</span>
              </span>
            </Meter>
          ))}
        </div>
      )}
    </Card>
  );
}

function Numbers({ overview }: { overview: Overview }) {
  const { nodes, backlog, rates } = overview;
  const [leader, how] = leaderOf(overview);
  return (
    <Facts>
      <Fact name="Delivered" note={`${compact(rates.accepted_per_minute)} accepted`}>
        {compact(rates.delivered_per_minute)} <small>/min</small>
      </Fact>
      <Fact name="Deferred" note={`${compact(rates.bounced_per_minute)} bounced /min`}>
        {compact(rates.deferred_per_minute)} <small>/min</small>
      </Fact>
      <Fact
        name="Waiting"
        note={
          backlog.drained_at ? (
            <>
              gone <Time at={backlog.drained_at} as="relative" />
            </>
          ) : backlog.recipients > 0 ? (
            (backlog.why ?? "it cannot be said when it is gone")
          ) : (
            "nothing"
          )
        }
      >
        {count(backlog.recipients)}
      </Fact>
      <Fact name="Nodes" note={<Link href="/cluster">{mayFail(overview)}</Link>}>
        {nodes.up} of {nodes.total}
      </Fact>
      <Fact name="Leader" note={how}>
        {leader}
      </Fact>
    </Facts>
  );
}

function mayFail({ nodes }: Overview): string {
  return nodes.may_fail === 0 ? "none may fail" : `${counted(nodes.may_fail, "node")} may fail`;
}

const DAY_SERIES = "accepted,delivered,deferred,bounced";

function LastDay() {
  const asked = useResource<SeriesAnswer>("/v1/series", {
    query: { names: DAY_SERIES, step: "10m" },
    every: 60_000,
  });
  return (
    <Card title="The last 24 hours">
      <Show asked={asked} what="The curves" lines={8}>
        {(answer) =>
          isEmptySeries(answer) ? (
            <Empty title="No minute has been counted yet.">
              The first point is there within ten minutes.
            </Empty>
          ) : (
            <DayCurve answer={answer} />
          )
        }
      </Show>
    </Card>
  );
}

function DayCurve({ answer }: { answer: SeriesAnswer }) {
  const times = useMemo(() => timesOf(answer), [answer]);
  return <Curve title="Recipients in ten minutes" times={times} series={answer.series} />;
}

/** What the numbers below do not hold. */
function Gaps({ overview }: { overview: Overview }) {
  const { unanswered, unknown } = overview;
  if (unanswered.length + unknown.length === 0) return null;
  return (
    <Notice tone="warn" title="Not everything could be asked.">
      {unanswered.length > 0 && <p>Nodes that did not answer: {unanswered.join(", ")}.</p>}
      {unknown.length > 0 && <p>Not known: {unknown.join(", ")}.</p>}
    </Notice>
  );
}

const STATE_TONES: Record<Overview["state"], Tone> = {
  ok: "good",
  attention: "warn",
  trouble: "bad",
};

function Whole({ overview }: { overview: Overview }) {
  return (
    <>
      <PageHead
        title={headline(overview)}
        about={
          <>
            Release {overview.version}, up since <Time at={overview.started_at} />
          </>
        }
      >
        <Badge tone={STATE_TONES[overview.state]}>{overview.state}</Badge>
      </PageHead>
      <div class="stack">
        {isFirstRun(overview) && <Checklist items={overview.checklist} />}
        <Gaps overview={overview} />
        <Numbers overview={overview} />
        <Card title="What needs you" flush>
          <Actions actions={overview.actions} />
        </Card>
        <LastDay />
        <div class="columns">
          <Today overview={overview} />
          <Backlog overview={overview} />
        </div>
      </div>
    </>
  );
}

export default function OverviewPage() {
  const overview = useResource<Overview>("/v1/overview", { every: 10_000 });
  return (
    <Show asked={overview} what="The overview" lines={8}>
      {(data) => <Whole overview={data} />}
    </Show>
  );
}
