import { Link } from "wouter";
import { useGet, useResource } from "../../api/query";
import type { components } from "../../api/schema";
import { useMay, useSession } from "../../api/session";
import { Badge } from "../../design/badge";
import { SelectField, TextField } from "../../design/field";
import { Failed, Loading, Notice, Show } from "../../design/states";
import { Time } from "../../design/time";
import { counted } from "../../rules/numbers";
import { RULES, domainOf, lacking, timingOf, type Plan } from "../../rules/task_plan";
import { instantOf, localOf, ownZone } from "../../rules/time";
import { part, useAnswer } from "../parts";

type Schemas = components["schemas"];

export interface StepProps {
  plan: Plan;
  say: (changes: Partial<Record<keyof Plan, string>>) => void;
}

/** Times that are shown of a rule. */
const TIMES = 10;

/** A task takes what is of the account of who makes it. */
function useOwn() {
  return { query: { limit: 200, account: useSession().data?.account }, every: false as const };
}

/** The identity that a mailbox is of: its domain, or one above it. */
export function useIdentityOf(mailbox: string) {
  const identities = useGet("/v1/identities", useOwn());
  const domain = domainOf(mailbox);
  // Of several the longest is its own.
  const [found] = (identities.data?.items ?? [])
    .filter((each) => domain === each.domain || domain.endsWith(`.${each.domain}`))
    .sort((a, b) => b.domain.length - a.domain.length);
  return { identities, domain, found };
}

export function SenderStep({ plan, say }: StepProps) {
  const { identities, domain, found } = useIdentityOf(plan.from);
  const seesPools = useMay()("read");
  const pools = useGet("/v1/pools", { query: { limit: 200 }, every: false, enabled: seesPools });
  return (
    <>
      <TextField
        label="From"
        name="from"
        value={plan.from}
        onChange={(from) => say({ from })}
        hint="A mailbox, as in: Example News <news@example.net>"
        required
      />
      {plan.from.includes("@") && identities.data && (
        <div class="row">
          {found ? (
            <Badge tone={found.verified ? "good" : "warn"}>
              {found.domain} is {found.verified ? "verified" : "not verified"}
            </Badge>
          ) : (
            <Badge tone="warn">{domain || "It"} is none of the identities</Badge>
          )}
          <Link href="/identities">Identities</Link>
        </div>
      )}
      {seesPools ? (
        <SelectField
          label="By the pool"
          name="pool"
          value={plan.pool}
          onChange={(pool) => say({ pool })}
          options={[
            { value: "", label: "the shared one" },
            ...(pools.data?.items ?? []).map((each) => ({ value: each.name, label: each.name })),
          ]}
        />
      ) : (
        <TextField
          label="By the pool"
          name="pool"
          value={plan.pool}
          onChange={(pool) => say({ pool })}
          hint="Its name; empty: the shared one."
        />
      )}
    </>
  );
}

export function GroupStep({ plan, say }: StepProps) {
  const groups = useGet("/v1/groups", useOwn());
  return (
    <Show asked={groups} what="Groups">
      {(page) => (
        <>
          <SelectField
            label="Group"
            name="group"
            value={plan.group}
            onChange={(group) => say({ group })}
            options={[
              { value: "", label: "choose one" },
              ...page.items.map((each) => ({
                value: each.name,
                label: `${each.name} (${counted(each.recipients, "recipient")})`,
              })),
            ]}
          />
          <Link href="/groups">Groups: make one, import a list</Link>
        </>
      )}
    </Show>
  );
}

/** Whether each recipient has what the template asks for. */
export function VariableCheck({ plan }: { plan: Plan }) {
  const template = useResource<{ required: string[] }>(`/v1/templates/${part(plan.template)}`, {
    every: false,
  });
  const group = useResource<Schemas["group"]>(`/v1/groups/${part(plan.group)}`, { every: false });
  if (template.error) return <Failed problem={template.error} />;
  if (group.error) return <Failed problem={group.error} />;
  if (!template.data || !group.data) return <Loading what="The variables" lines={1} />;
  const missing = lacking(template.data.required, group.data);
  if (missing.length === 0)
    return <Notice title="Every recipient has a value for every name of the template." />;
  return (
    <Notice tone="warn" title="Not every recipient has what the template asks for.">
      <ul>
        {missing.map((each) => (
          <li key={each.name}>
            <code>{each.name}</code>:{" "}
            {each.without === group.data.recipients
              ? "the group does not have it, so that the task cannot begin"
              : `${counted(each.without, "recipient has", "recipients have")} none, and get no mail`}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

const TRACKING = [
  { value: "", label: "as the nodes are set up" },
  { value: "yes", label: "yes" },
  { value: "no", label: "no" },
];

export function TemplateStep({ plan, say }: StepProps) {
  const templates = useGet("/v1/templates", useOwn());
  return (
    <Show asked={templates} what="Templates">
      {(page) => (
        <>
          <SelectField
            label="Template"
            name="template"
            value={plan.template}
            onChange={(template) => say({ template })}
            options={[
              { value: "", label: "choose one" },
              ...page.items.map((each) => ({ value: each.name, label: each.name })),
            ]}
          />
          {plan.template && <VariableCheck plan={plan} />}
          <Link href="/templates">Templates</Link>
          <TextField
            label="Subject"
            name="subject"
            value={plan.subject}
            onChange={(subject) => say({ subject })}
            hint="Instead of the template's; empty: as there."
          />
          <div class="columns">
            <SelectField
              label="Find out who opens it"
              name="opens"
              value={plan.opens}
              onChange={(opens) => say({ opens })}
              options={TRACKING}
            />
            <SelectField
              label="Find out who follows its links"
              name="clicks"
              value={plan.clicks}
              onChange={(clicks) => say({ clicks })}
              options={TRACKING}
            />
          </div>
        </>
      )}
    </Show>
  );
}

const WHENS = [
  { value: "now", label: "now" },
  { value: "later", label: "once, later" },
  { value: "repeat", label: "again and again" },
];

/** The next times, as the node will keep them. */
export function Times({ plan }: { plan: Plan }) {
  const isAsked = plan.when === "repeat" || !!timingOf(plan).start_at;
  const times = useAnswer<Schemas["planned_times"]>(
    "/v1/tasks/preview",
    { ...timingOf(plan), count: TIMES },
    isAsked && plan.when !== "now",
  );
  if (plan.when === "now") return <p>It begins as soon as it is made.</p>;
  if (!isAsked) return null;
  return (
    <Show asked={times} what="The next times" lines={3}>
      {(data) => (
        <>
          <strong>
            {data.times.length > 1 ? `The next ${data.times.length} times` : "It fires"}
          </strong>
          <ol class="times">
            {data.times.map((each) => (
              <li key={each}>
                <Time at={each} as="full" />
              </li>
            ))}
          </ol>
        </>
      )}
    </Show>
  );
}

export function TimingStep({ plan, say }: StepProps) {
  const isOwnRule = !RULES.some((each) => each.value === plan.rule);
  return (
    <>
      <SelectField
        label="When"
        name="when"
        value={plan.when}
        onChange={(when) => say({ when, zone: plan.zone })}
        options={WHENS}
      />
      {plan.when !== "now" && (
        <TextField
          label={`Begins at (${ownZone()})`}
          name="start_at"
          type="datetime-local"
          value={localOf(plan.start)}
          onChange={(start) => say({ start: instantOf(start) })}
          required={plan.when === "later"}
        />
      )}
      {plan.when === "repeat" && (
        <>
          <SelectField
            label={`How often (${plan.zone})`}
            name="often"
            value={isOwnRule ? "own" : plan.rule}
            onChange={(rule) => say({ rule: rule === "own" ? "FREQ=WEEKLY;BYDAY=MO,TH" : rule })}
            options={[...RULES, { value: "own", label: "by a rule of one's own" }]}
          />
          {isOwnRule && (
            <TextField
              label="Rule (RFC 5545)"
              name="rrule"
              value={plan.rule}
              onChange={(rule) => say({ rule })}
              mono
            />
          )}
        </>
      )}
      <Times plan={plan} />
    </>
  );
}
