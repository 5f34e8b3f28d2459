import { useState } from "react";
import { Link, useLocation } from "wouter";
import type { ItemOf } from "../api/query";
import { Badge } from "../design/badge";
import { TextField } from "../design/field";
import type { Column } from "../design/table";
import { ACCOUNT, CHANGED, ListPage, numbers } from "./list";
import { FormDialog, Opens, part, useHref } from "./parts";

type Template = ItemOf<"/v1/templates">;

function NewTemplate({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [subject, setSubject] = useState("");
  const [, navigate] = useLocation();
  const text = "Hello,\n\n";
  return (
    <FormDialog<Template>
      title="New template"
      label="Create and edit"
      action={{
        method: "POST",
        path: "/v1/templates",
        body: { name, subject, text },
        cli: [
          "template",
          "create",
          name || "welcome",
          "--subject",
          subject,
          "--text-file",
          "mail.txt",
        ],
      }}
      touches={["/v1/templates"]}
      done={`The template ${name} is created.`}
      fields={["name", "subject"]}
      onClose={onClose}
      onDone={() => navigate(`/templates/${part(name)}`)}
    >
      {(problem) => (
        <>
          <TextField
            label="Name"
            name="name"
            value={name}
            onChange={setName}
            problem={problem}
            required
          />
          <TextField
            label="Subject"
            name="subject"
            value={subject}
            onChange={setSubject}
            problem={problem}
            hint="With names for what differs, as in: Hello {{name}}"
            required
          />
        </>
      )}
    </FormDialog>
  );
}

const TONES = { approved: "good", waiting: "warn", rejected: "bad" } as const;

/** Whether a template may be sent. */
export function Review({ of }: { of: { state: string; reason: string } }) {
  return (
    <>
      <Badge tone={TONES[of.state as keyof typeof TONES] ?? "plain"}>
        {of.state === "waiting" ? "waits for its review" : of.state}
      </Badge>
      {of.reason && <div class="small soft">{of.reason}</div>}
    </>
  );
}

function columns(href: (path: string, account: string) => string): Column<Template>[] {
  return [
    {
      name: "name",
      title: "Template",
      value: (each) => each.name,
      show: (each) => (
        <Link href={href(`/templates/${part(each.name)}`, each.account)}>{each.name}</Link>
      ),
    },
    ACCOUNT,
    {
      name: "state",
      title: "State",
      value: (each) => each.state,
      show: (each) => <Review of={each} />,
    },
    {
      name: "names",
      title: "Names that need a value",
      show: (each) => (each.required.length ? <code>{each.required.join(", ")}</code> : "–"),
    },
    numbers("version", "Version", (each) => each.version),
    CHANGED,
  ];
}

export default function Templates() {
  return (
    <ListPage
      title="Templates"
      about="What do mails say?"
      path="/v1/templates"
      card="All templates"
      columns={columns(useHref())}
      idOf={(each) => `${each.account}/${each.name}`}
      empty="There is no template yet."
    >
      <Opens label="New template" needs="own" main>
        {(close) => <NewTemplate onClose={close} />}
      </Opens>
    </ListPage>
  );
}
