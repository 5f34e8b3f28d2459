import { useEffect } from "react";
import { Link } from "wouter";
import { useGet, useResource, type Page } from "../../api/query";
import { Card } from "../../design/card";
import { SelectField, TextField } from "../../design/field";
import { MailFrame } from "../../design/mail_frame";
import { useSearchState } from "../../design/url";
import { fillIn, namesIn } from "../../rules/template_preview";
import { part, useAccount } from "../parts";

export interface Texts {
  subject: string;
  html: string;
  text: string;
}

export type Values = Record<string, string>;

interface Recipient {
  email: string;
  variables: Values;
}

const VIEWS = [
  { name: "desktop", title: "Desktop" },
  { name: "mobile", title: "Mobile" },
  { name: "text", title: "Text" },
];

/** What a receiver sees: the texts as they are now, in a frame that can do nothing. */
export function Preview({ texts, values }: { texts: Texts; values: Values }) {
  const [search, hrefWith] = useSearchState();
  const shown = search.get("view") ?? (texts.html ? "desktop" : "text");
  return (
    <Card title="Preview">
      <div class="stack">
        <nav class="tabs" aria-label="Preview as">
          {VIEWS.map((each) => (
            <Link
              key={each.name}
              href={hrefWith({ view: each.name })}
              replace
              aria-current={each.name === shown ? "page" : undefined}
            >
              {each.title}
            </Link>
          ))}
        </nav>
        <strong>{fillIn(texts.subject, values, false) || "(no subject)"}</strong>
        {shown === "text" ? (
          <pre class="mail-text" tabIndex={0} aria-label="The mail as text">
            {fillIn(texts.text, values, false) || "(no text)"}
          </pre>
        ) : (
          <MailFrame
            html={fillIn(texts.html, values, true) || "<p>(no HTML)</p>"}
            title={`The mail on a ${shown} screen`}
            width={shown === "mobile" ? 360 : undefined}
          />
        )}
      </div>
    </Card>
  );
}

/** The values of the preview: typed in, or those of the first recipient of a group. */
export function Sample(props: {
  texts: Texts;
  values: Values;
  onChange: (values: Values) => void;
}) {
  const { account } = useAccount();
  const [search, , go] = useSearchState();
  const group = search.get("sample") ?? "";
  const groups = useGet("/v1/groups", { query: { account, limit: 100 }, every: false });
  const first = useResource<Page<Recipient>>(`/v1/groups/${part(group)}/recipients`, {
    query: { account, limit: 1 },
    every: false,
    enabled: group !== "",
  });
  const recipient = group === "" ? undefined : first.data?.items[0];
  useEffect(() => {
    if (recipient) props.onChange({ ...props.values, ...recipient.variables });
  }, [recipient?.email]);
  const names = namesIn(props.texts.subject, props.texts.html, props.texts.text);
  return (
    <Card title="Sample data">
      <div class="stack">
        <SelectField
          label="Of the first recipient of"
          name="sample"
          value={group}
          onChange={(sample) => go({ sample })}
          options={[
            { value: "", label: "no group: as typed in here" },
            ...(groups.data?.items ?? []).map((each) => ({ value: each.name, label: each.name })),
          ]}
          hint={recipient ? `These are the values of ${recipient.email}.` : undefined}
        />
        {names.map((name) => (
          <TextField
            key={name}
            label={name}
            name={`variables.${name}`}
            value={props.values[name] ?? ""}
            onChange={(value) => props.onChange({ ...props.values, [name]: value })}
          />
        ))}
        {names.length === 0 && <span class="soft">No name is in the texts.</span>}
      </div>
    </Card>
  );
}
