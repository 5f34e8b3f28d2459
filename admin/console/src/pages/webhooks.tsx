import { Link } from "wouter";
import { Badge } from "../design/badge";
import type { Column } from "../design/table";
import { Time } from "../design/time";
import { ACCOUNT, ListPage, numbers } from "./list";
import { Opens, part, useHref } from "./parts";
import { WebhookForm, hears, type Webhook } from "./webhook/form";

/** Whether the program takes what it is told. */
export function WebhookHealth({ of }: { of: Webhook }) {
  if (!of.active) return <Badge tone="warn">disabled</Badge>;
  if (of.failing_since)
    return (
      <>
        <Badge tone="bad">fails</Badge> since <Time at={of.failing_since} />
        {of.last_error && <div class="small">{of.last_error}</div>}
      </>
    );
  return of.last_success_at ? <Badge tone="good">works</Badge> : <Badge>not called yet</Badge>;
}

function columns(href: (path: string, account: string) => string): Column<Webhook>[] {
  return [
    {
      name: "url",
      title: "Webhook",
      value: (each) => each.url,
      show: (each) => (
        <>
          <Link href={href(`/webhooks/${part(each.id)}`, each.account)}>{each.url}</Link>
          {each.description && <div class="soft small">{each.description}</div>}
        </>
      ),
    },
    ACCOUNT,
    { name: "health", title: "State", show: (each) => <WebhookHealth of={each} /> },
    { name: "kinds", title: "Events", show: hears },
    numbers("waiting", "Waiting", (each) => each.waiting),
    numbers("dead", "Dead letters", (each) => each.dead_letters),
    {
      name: "success",
      title: "Last success",
      value: (each) => each.last_success_at,
      show: (each) => <Time at={each.last_success_at} as="relative" none="never" />,
    },
  ];
}

export default function Webhooks() {
  return (
    <ListPage
      title="Webhooks"
      about="Which programs hear of events, and do they listen?"
      path="/v1/webhooks"
      card="All webhooks"
      columns={columns(useHref())}
      idOf={(each) => each.id}
      empty="No program hears of events yet."
    >
      <Opens label="New webhook" needs="own" main>
        {(close) => <WebhookForm onClose={close} />}
      </Opens>
    </ListPage>
  );
}
