import { Link, useLocation } from "wouter";
import { call } from "../api/client";
import { useChange, useResource, type Page } from "../api/query";
import type { components } from "../api/schema";
import { May } from "../api/session";
import { CommandForms, ConfirmAction } from "../design/action";
import { Badge } from "../design/badge";
import { Card, Fact, Facts, PageHead } from "../design/card";
import { Command } from "../design/copy";
import { Empty, Failed, Show } from "../design/states";
import { Table, type Column } from "../design/table";
import { Time } from "../design/time";
import { usePathPart, useSearchState } from "../design/url";
import { count } from "../rules/numbers";
import { FormDialog, Opens, part, useAccount } from "./parts";
import { NewSecret, WebhookForm, hears, type Webhook } from "./webhook/form";
import { WebhookHealth } from "./webhooks";
import "./long.css";

type Letter = components["schemas"]["dead_letter"];

const TOUCHES = ["/v1/webhooks"];

/** An event for a test, now; the answer of the program is shown. */
function Test({ id }: { id: string }) {
  const { at, words } = useAccount();
  const path = at(`/v1/webhooks/${part(id)}/actions`);
  const body = { action: "test" };
  const test = useChange(() => call<Webhook>("POST", path, { body }), TOUCHES);
  const said = test.data?.test;
  return (
    <Card
      title="Test"
      aside={
        <May needs="own">
          <button
            type="button"
            class="button"
            disabled={test.isPending}
            onClick={() => test.mutate()}
          >
            {test.isPending ? "Calling…" : "Send a test event"}
          </button>
        </May>
      }
    >
      <div class="stack">
        {test.error && <Failed problem={test.error} />}
        <div role="status">
          {said ? (
            said.error ? (
              <Badge tone="bad">{said.error}</Badge>
            ) : (
              <Badge tone="good">it answered {said.status}</Badge>
            )
          ) : (
            <span class="soft">Does the program take what it is told?</span>
          )}
        </div>
        <CommandForms
          action={{ method: "POST", path, body, cli: ["webhook", "test", id, ...words] }}
        />
      </div>
    </Card>
  );
}

function DeadLetters({ id, many }: { id: string; many: number }) {
  const { account, at, words } = useAccount();
  const [search] = useSearchState();
  const letters = useResource<Page<Letter>>(`/v1/webhooks/${part(id)}/dead_letters`, {
    query: { account, after: search.get("after") ?? undefined, limit: 50 },
  });
  const replay = (letter?: string) => (
    <ConfirmAction
      label={letter ? "Replay" : "Replay all"}
      needs="own"
      title={letter ? "Try this event again?" : `Try all ${count(many)} dead letters again?`}
      done="It is tried again."
      touches={TOUCHES}
      disabled={many === 0}
      action={{
        method: "POST",
        path: at(`/v1/webhooks/${part(id)}/replay`, { letter }),
        cli: ["webhook", "replay", id, ...(letter ? ["--letter", letter] : []), ...words],
      }}
    >
      <p>The program gets it as before, with the same event id: it can tell what it has already.</p>
    </ConfirmAction>
  );
  const columns: Column<Letter>[] = [
    { name: "event", title: "Event", show: (each) => <code>{each.event}</code> },
    { name: "at", title: "Of", show: (each) => <Time at={each.at} /> },
    { name: "error", title: "Last error", show: (each) => each.error },
    {
      name: "body",
      title: "What it says",
      show: (each) => (
        <details class="long">
          <summary>Show</summary>
          <Command text={each.body} what={`event ${each.event}`} />
        </details>
      ),
    },
    { name: "actions", title: "Actions", needs: "own", end: true, show: (each) => replay(each.id) },
  ];
  return (
    <Card title="Dead letters" flush aside={replay()}>
      <Show asked={letters} what="Dead letters">
        {(page) => (
          <Table
            caption="Dead letters"
            columns={columns}
            items={page.items}
            idOf={(each) => each.id}
            next={page.next}
            empty={
              <Empty title="No event was given up.">
                One that it does not take is tried for a day, and is here afterwards.
              </Empty>
            }
          />
        )}
      </Show>
    </Card>
  );
}

function Actions({ of }: { of: Webhook }) {
  const { at, words } = useAccount();
  const [, navigate] = useLocation();
  const path = `/v1/webhooks/${part(of.id)}`;
  const turn = of.active ? "disable" : "enable";
  return (
    <>
      <Opens label="Change" needs="own">
        {(close) => <WebhookForm of={of} onClose={close} />}
      </Opens>
      <Opens label="New secret" needs="own">
        {(close) => (
          <FormDialog<Webhook>
            title="Give it a new secret?"
            label="Make a new secret"
            action={{
              method: "POST",
              path: at(`${path}/actions`),
              body: { action: "rotate_secret" },
              cli: ["webhook", "rotate-secret", of.id, ...words],
            }}
            touches={TOUCHES}
            done="It has a new secret."
            onClose={close}
            shows={(made) => <NewSecret of={made} onClose={close} />}
          >
            {() => <p>For a day calls are signed with both, so that nothing is missed.</p>}
          </FormDialog>
        )}
      </Opens>
      <ConfirmAction
        key={turn}
        label={of.active ? "Disable" : "Enable"}
        needs="own"
        title={of.active ? "Call it no more?" : "Call it again?"}
        done={of.active ? "It is not called any more." : "It is called again."}
        touches={TOUCHES}
        action={{
          method: "POST",
          path: at(`${path}/actions`),
          body: { action: turn },
          cli: ["webhook", turn, of.id, ...words],
        }}
      >
        <p>
          {of.active ? "What happens meanwhile is not for it." : "It hears of what is to come."}
        </p>
      </ConfirmAction>
      <Opens label="Delete" needs="own">
        {(close) => (
          <FormDialog
            title="Delete this webhook?"
            label="Delete the webhook"
            action={{
              method: "DELETE",
              path: at(path),
              cli: ["webhook", "delete", of.id, ...words],
            }}
            touches={[]}
            done="The webhook is deleted."
            onClose={close}
            onDone={() => navigate("/webhooks")}
          >
            {() => <p>What it has not got yet, dead letters included, is gone for good.</p>}
          </FormDialog>
        )}
      </Opens>
    </>
  );
}

export default function WebhookPage() {
  const id = usePathPart();
  const { account } = useAccount();
  const webhook = useResource<Webhook>(`/v1/webhooks/${part(id)}`, { query: { account } });
  return (
    <>
      <PageHead title={`Webhook ${id}`} about={<Link href="/webhooks">All webhooks</Link>}>
        {webhook.data && <Actions of={webhook.data} />}
      </PageHead>
      <Show asked={webhook} what="The webhook">
        {(data) => (
          <div class="stack">
            <Facts>
              <Fact name="State">
                <WebhookHealth of={data} />
              </Fact>
              <Fact name="Last success">
                <Time at={data.last_success_at} as="relative" none="never" />
              </Fact>
              <Fact name="Waiting">{count(data.waiting)}</Fact>
              <Fact name="Dead letters">{count(data.dead_letters)}</Fact>
            </Facts>
            <Card title="What is called">
              <div class="stack tight">
                <Command text={data.url} what="the address" />
                <span>Events: {hears(data)}</span>
                {data.description && <span class="soft">{data.description}</span>}
              </div>
            </Card>
            <Test id={id} />
            <DeadLetters id={id} many={data.dead_letters} />
          </div>
        )}
      </Show>
    </>
  );
}
