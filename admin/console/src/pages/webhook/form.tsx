import { useState } from "react";
import type { ItemOf } from "../../api/query";
import { TextField } from "../../design/field";
import { FormDialog, Secret, part, useAccount } from "../parts";

export type Webhook = ItemOf<"/v1/webhooks">;

const KINDS = [
  "accepted",
  "suppressed",
  "delivered",
  "deferred",
  "bounced",
  "expired",
  "cancelled",
  "opened",
  "clicked",
  "complained",
  "unsubscribed",
];
const USUAL = KINDS.filter((each) => each !== "accepted");

/** Which events a program hears of, in words. */
export const hears = ({ kinds }: Webhook): string => kinds.join(", ") || "all but accepted";

function Kinds({ of, onChange }: { of: string[]; onChange: (kinds: string[]) => void }) {
  return (
    <fieldset class="field">
      <legend>Events</legend>
      <div class="row">
        {KINDS.map((kind) => (
          <label class="row" key={kind}>
            <input
              type="checkbox"
              checked={of.includes(kind)}
              onChange={(event) =>
                onChange(
                  event.currentTarget.checked ? [...of, kind] : of.filter((each) => each !== kind),
                )
              }
            />
            {kind}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** The secret of a webhook, when it is new. */
export function NewSecret({ of, onClose }: { of: Webhook; onClose: () => void }) {
  return (
    <Secret title="The webhook's secret" text={of.secret ?? ""} onClose={onClose}>
      <p>The program proves with it that calls are of this cluster. It is shown this once.</p>
    </Secret>
  );
}

/** Makes a webhook, or changes one that there is. */
export function WebhookForm({ of, onClose }: { of?: Webhook; onClose: () => void }) {
  const { at, words } = useAccount();
  const [url, setUrl] = useState(of?.url ?? "");
  const [description, setDescription] = useState(of?.description ?? "");
  const [kinds, setKinds] = useState<string[]>(of?.kinds.length ? of.kinds : USUAL);
  const body = {
    ...{ url, kinds },
    ...(description && { description }),
    ...(of && !of.active && { active: false }),
  };
  const form = {
    fields: ["url", "description"],
    disabled: kinds.length === 0,
    touches: ["/v1/webhooks"],
    onClose,
  };
  const named = [
    ...[url || "https://hooks.example.com/mail"],
    ...kinds.flatMap((kind) => ["--kinds", kind]),
    ...(description ? ["--description", description] : []),
  ];
  const asked = of
    ? ({
        title: "Change this webhook",
        label: "Change it",
        done: "The webhook is changed.",
        action: {
          method: "PUT",
          path: at(`/v1/webhooks/${part(of.id)}`),
          body,
          cli: ["webhook", "change", of.id, ...named, ...words],
        },
      } as const)
    : ({
        title: "New webhook",
        label: "Create the webhook",
        done: "The webhook is made.",
        action: { method: "POST", path: "/v1/webhooks", body, cli: ["webhook", "add", ...named] },
        shows: (made: Webhook) => <NewSecret of={made} onClose={onClose} />,
      } as const);
  return (
    <FormDialog<Webhook> {...form} {...asked}>
      {(problem) => (
        <>
          <TextField
            label="Address"
            name="url"
            value={url}
            onChange={setUrl}
            problem={problem}
            hint="What is called, as in https://hooks.example.com/mail"
            required
          />
          <TextField
            label="Note"
            name="description"
            value={description}
            onChange={setDescription}
            problem={problem}
          />
          <Kinds of={kinds} onChange={setKinds} />
        </>
      )}
    </FormDialog>
  );
}
