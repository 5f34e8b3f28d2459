import { useState } from "react";
import { Link } from "wouter";
import { call } from "../../api/client";
import { useChange, useResource } from "../../api/query";
import type { components } from "../../api/schema";
import { CommandForms } from "../../design/action";
import { Dialog } from "../../design/dialog";
import { SelectField, TextField } from "../../design/field";
import { Failed, Loading, Notice, Show } from "../../design/states";
import { Time } from "../../design/time";
import { useSearchState } from "../../design/url";
import { count as whole, counted } from "../../rules/numbers";
import { EVERYONE } from "../../rules/queue";
import { Opens, part } from "../parts";

type Schemas = components["schemas"];
type Filter = Schemas["queue_filter"];
type Counted = Schemas["queue_action"];
type Doing = "retry" | "expire" | "cancel";

const PATH = "/v1/queues/actions";
const DOINGS: Record<Doing, { title: string; verb: string; about: string }> = {
  retry: {
    title: "Retry what waits",
    verb: "Retry",
    about: "What waits for another attempt is tried now. The limits of the ledgers hold as before.",
  },
  expire: {
    title: "Expire what waits",
    verb: "Expire",
    about: "It is given up for good, and its senders are told that it was not delivered.",
  },
  cancel: {
    title: "Cancel what waits",
    verb: "Cancel",
    about: "It is given up for good, and nobody is told.",
  },
};

const REASONS = [
  { value: "", label: "anything" },
  { value: "backoff", label: "another attempt" },
  { value: "schedule", label: "its time" },
  { value: "task", label: "its task" },
  { value: "ledger", label: "a limit of a ledger" },
  { value: "pool", label: "an IP of its pool" },
  { value: "queue", label: "its turn" },
  { value: "restore", label: "a decision, since it was restored" },
];
const FIELDS = [
  { name: "pool", label: "Pool" },
  { name: "provider", label: "Provider", hint: "Of those that were tried, or wait for its limit." },
  { name: "sender_domain", label: "Sender domain" },
  { name: "task", label: "Task" },
  { name: "older_than", label: "Accepted so long ago", hint: "As in 6h or 2d." },
] as const;

/** Who is chosen where the page shows one cause alone. */
const REASON_OF: Record<string, Filter["reason"]> = {
  limit: "ledger",
  paused: "ledger",
  no_ip: "pool",
  permits: "queue",
  sending: "queue",
  task: "task",
  retry: "backoff",
};

type Said = Partial<Record<keyof Filter, string>>;

const filterOf = (said: Said): Filter =>
  Object.fromEntries(Object.entries(said).filter(([, value]) => value)) as Filter;

const wordsOf = (filter: Filter): string[] =>
  Object.entries(filter).flatMap(([name, value]) => [`--${name.replaceAll("_", "-")}`, value]);

/** What the action would touch, as it was counted. */
function Count({ of }: { of: Counted }) {
  return (
    <div class="stack tight" role="status">
      <strong>
        {counted(of.recipients, "recipient")} of {counted(of.matches ?? 0, "message")}
        {of.complete === false && ", and more: not all could be counted in time"}
      </strong>
      {of.oldest && (
        <span>
          The oldest was accepted <Time at={of.oldest} as="full" />.
        </span>
      )}
      {(of.sample ?? []).length > 0 && (
        <ul>
          {of.sample!.map((each) => (
            <li key={each.id}>
              <Link href={`/messages/${part(each.id)}`}>
                {each.from || "a notice"} to {each.to}
              </Link>
              {each.last_reply && <div class="small soft">{each.last_reply}</div>}
            </li>
          ))}
        </ul>
      )}
      {of.unanswered && of.unanswered.length > 0 && (
        <Notice tone="warn" title="Not all nodes answered.">
          {of.unanswered.join(", ")} would do nothing.
        </Notice>
      )}
    </div>
  );
}

/** How far an action is that has begun. */
function Progress({ id }: { id: string }) {
  const [isOver, setOver] = useState(false);
  const action = useResource<Counted>(`${PATH}/${part(id)}`, { every: isOver ? false : 1_000 });
  if (action.data?.state === "done" && !isOver) setOver(true);
  return (
    <Show asked={action} what="The action" lines={2}>
      {(data) => (
        <Notice title={data.state === "done" ? "It is done." : "It is being done."}>
          <span role="status">
            {counted(data.recipients, "recipient")} so far
            {data.busy ? `, ${whole(data.busy)} left alone, being on their way` : ""}.
          </span>
        </Notice>
      )}
    </Show>
  );
}

function Chosen(props: { said: Said; say: (said: Said) => void; problem: Failure }) {
  const { said, say } = props;
  return (
    <div class="columns">
      <SelectField
        label="Who waits for"
        name="reason"
        value={said.reason ?? ""}
        onChange={(reason) => say({ ...said, reason })}
        options={REASONS}
      />
      {FIELDS.map((each) => (
        <TextField
          key={each.name}
          label={each.label}
          name={`filter.${each.name}`}
          value={said[each.name] ?? ""}
          onChange={(value) => say({ ...said, [each.name]: value })}
          hint={"hint" in each ? each.hint : undefined}
          problem={props.problem}
        />
      ))}
    </div>
  );
}

type Failure = Parameters<typeof Failed>[0]["problem"] | null;

/** First what it would touch is counted; only that, seen, can be confirmed. */
function BulkDialog({ action, onClose }: { action: Doing; onClose: () => void }) {
  const [search] = useSearchState();
  const [said, setSaid] = useState<Said>({
    pool: search.get("pool") ?? "",
    provider: (search.get("provider") ?? "").replace(EVERYONE, ""),
    sender_domain: search.get("sender_domain") ?? "",
    reason: REASON_OF[search.get("cause") ?? ""] ?? (action === "retry" ? "backoff" : ""),
  });
  const doing = DOINGS[action];
  const request = { action, filter: filterOf(said) };
  const count = useChange(() => call<Counted>("POST", PATH, { body: request }), []);
  const act = useChange(
    (confirm: string) => call<Counted>("POST", PATH, { body: { ...request, confirm } }),
    ["/v1/queues", "/v1/messages", "/v1/overview"],
  );
  const say = (next: Said) => {
    setSaid(next);
    count.reset();
    act.reset();
  };
  const begun = act.data?.id;
  const seen = count.data;
  const problem = act.error ?? count.error;
  const isPending = count.isPending || act.isPending;
  const submit = () => {
    act.reset();
    // What was counted may be too old to be confirmed: then it is counted anew.
    if (seen?.confirm) act.mutate(seen.confirm, { onError: () => count.reset() });
    else count.mutate();
  };
  return (
    <Dialog
      title={doing.title}
      wide
      onClose={onClose}
      onSubmit={begun ? onClose : submit}
      footer={
        begun ? (
          <button class="button main-action">Close</button>
        ) : (
          <>
            <button type="button" class="button" onClick={onClose}>
              Leave it
            </button>
            <button
              class={`button main-action ${seen && action !== "retry" ? "danger" : ""}`}
              disabled={isPending || seen?.recipients === 0}
            >
              {seen ? `${doing.verb} ${counted(seen.recipients, "recipient")}` : "Count first"}
            </button>
          </>
        )
      }
    >
      <p>{doing.about}</p>
      {!begun && <Chosen said={said} say={say} problem={problem} />}
      {isPending && <Loading what="Counting" lines={2} />}
      {seen && !begun && <Count of={seen} />}
      {begun && <Progress id={begun} />}
      {problem && <Failed problem={problem} />}
      <CommandForms
        action={{
          method: "POST",
          path: PATH,
          body: seen?.confirm ? { ...request, confirm: seen.confirm } : request,
          cli: ["queue", action, ...wordsOf(request.filter)],
        }}
      />
    </Dialog>
  );
}

/** The three things that may be done with much that waits. */
export function Bulk() {
  return (
    <>
      {(["retry", "expire", "cancel"] as const).map((action) => (
        <Opens key={action} label={`${DOINGS[action].verb} many`} needs="manage">
          {(close) => <BulkDialog action={action} onClose={close} />}
        </Opens>
      ))}
    </>
  );
}
