import { Suspense, lazy, useState } from "react";
import { Link, useLocation } from "wouter";
import { useResource } from "../api/query";
import { ConfirmAction } from "../design/action";
import { Card, PageHead } from "../design/card";
import { TextField } from "../design/field";
import { Loading, Notice, Show } from "../design/states";
import { Time } from "../design/time";
import { usePathPart, useSearchState } from "../design/url";
import { FormDialog, Opens, part, useAccount } from "./parts";
import { Preview, Sample, type Texts, type Values } from "./template/preview";
import { Review } from "./templates";
import { useUnsaved } from "./template/unsaved";
import "./template/template.css";

const Editor = lazy(() => import("./template/editor"));

interface Version {
  version: number;
  created_at: string;
  octets: number;
}

interface Template extends Texts {
  name: string;
  state: string;
  reason: string;
  version: number;
  shown_version: number;
  required: string[];
  optional: string[];
  versions: Version[];
}

const TOUCHES = ["/v1/templates"];

function TestSend(props: { name: string; values: Values; onClose: () => void }) {
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const variables = Object.fromEntries(Object.entries(props.values).filter(([, value]) => value));
  const words = Object.entries(variables).flatMap(([name, value]) => [
    "--variable",
    `${name}=${value}`,
  ]);
  return (
    <FormDialog
      title="Send a test"
      label="Send"
      action={{
        method: "POST",
        path: "/v1/messages",
        body: { from, to: [to], template: props.name, variables },
        cli: ["send", "--from", from, "--to", to, "--template", props.name, ...words],
      }}
      touches={["/v1/messages"]}
      done={`The test to ${to} is under way.`}
      fields={["from", "to"]}
      onClose={props.onClose}
    >
      {(problem) => (
        <>
          <p>It is sent as any mail, with the sample data, from the version that is saved.</p>
          <TextField
            label="From"
            name="from"
            value={from}
            onChange={setFrom}
            problem={problem}
            required
          />
          <TextField label="To" name="to" value={to} onChange={setTo} problem={problem} required />
        </>
      )}
    </FormDialog>
  );
}

/** Another version can be looked at when nothing of this one would be lost by it. */
function Versions({ of, isChanged }: { of: Template; isChanged: boolean }) {
  const [, hrefWith] = useSearchState();
  return (
    <Card title="Versions">
      <ol reversed class="stack tight">
        {[...of.versions].reverse().map((each) => (
          <li key={each.version} value={each.version}>
            {isChanged ? (
              `Version ${each.version}`
            ) : (
              <Link
                href={hrefWith({
                  version: each.version === of.version ? undefined : String(each.version),
                })}
                aria-current={each.version === of.shown_version ? "true" : undefined}
              >
                Version {each.version}
              </Link>
            )}{" "}
            of <Time at={each.created_at} as="full" />
            {each.version === of.version && " (current)"}
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Fields(props: { texts: Texts; onChange: (texts: Texts) => void }) {
  const { texts, onChange } = props;
  const [search, hrefWith] = useSearchState();
  const isText = search.get("part") === "text";
  return (
    <Card title="Texts">
      <div class="stack">
        <TextField
          label="Subject"
          name="subject"
          value={texts.subject}
          onChange={(subject) => onChange({ ...texts, subject })}
        />
        <nav class="tabs" aria-label="Which text is edited">
          <Link
            href={hrefWith({ part: undefined })}
            replace
            aria-current={isText ? undefined : "page"}
          >
            HTML
          </Link>
          <Link
            href={hrefWith({ part: "text" })}
            replace
            aria-current={isText ? "page" : undefined}
          >
            Plain text
          </Link>
        </nav>
        <Suspense fallback={<Loading what="The editor" lines={8} />}>
          {isText ? (
            <Editor
              key="text"
              label="The body as plain text"
              isHtml={false}
              text={texts.text}
              onChange={(text) => onChange({ ...texts, text })}
            />
          ) : (
            <Editor
              key="html"
              label="The body as HTML"
              isHtml
              text={texts.html}
              onChange={(html) => onChange({ ...texts, html })}
            />
          )}
        </Suspense>
      </div>
    </Card>
  );
}

function Reviewing({ of }: { of: Template }) {
  const { at, words } = useAccount();
  if (of.state === "approved") return null;
  return (
    <ConfirmAction
      label="Approve"
      needs="manage"
      title={`Let ${of.name} be sent?`}
      done={`${of.name} may be sent.`}
      touches={TOUCHES}
      action={{
        method: "POST",
        path: at(`/v1/templates/${part(of.name)}/actions`),
        body: { action: "approve" },
        cli: ["template", "approve", of.name, ...words],
      }}
    >
      <p>Its current version may be sent from now on.</p>
    </ConfirmAction>
  );
}

function Delete({ of }: { of: Template }) {
  const { at, words } = useAccount();
  const [, navigate] = useLocation();
  const path = at(`/v1/templates/${part(of.name)}`);
  return (
    <Opens label="Delete" needs="own">
      {(close) => (
        <FormDialog
          title={`Delete ${of.name}?`}
          label="Delete the template"
          action={{ method: "DELETE", path, cli: ["template", "delete", of.name, ...words] }}
          touches={[]}
          done={`${of.name} is deleted.`}
          onClose={close}
          onDone={() => navigate("/templates")}
        >
          {() => <p>All its versions are gone for good. Mail under way keeps its texts.</p>}
        </FormDialog>
      )}
    </Opens>
  );
}

function Save(props: { of: Template; texts: Texts; isChanged: boolean; onDone: () => void }) {
  const { of, texts, isChanged, onDone } = props;
  const { at, words } = useAccount();
  const [, navigate] = useLocation();
  const isOld = of.shown_version !== of.version;
  const files = [
    ...(texts.html ? ["--html-file", "mail.html"] : []),
    ...(texts.text ? ["--text-file", "mail.txt"] : []),
  ];
  return (
    <Opens
      label={isOld ? "Make it current" : "Save"}
      needs="own"
      main
      disabled={!isChanged && !isOld}
    >
      {(close) => (
        <FormDialog
          title={`Save ${of.name} as a new version?`}
          label="Save"
          action={{
            method: "PUT",
            path: at(`/v1/templates/${part(of.name)}`),
            body: texts,
            cli: ["template", "change", of.name, "--subject", texts.subject, ...files, ...words],
          }}
          touches={TOUCHES}
          done={`${of.name} is saved.`}
          onClose={close}
          onDone={() => {
            onDone();
            navigate(at(`/templates/${part(of.name)}`), { replace: true });
          }}
        >
          {() => <p>What is sent from now on has these texts; what is under way keeps its own.</p>}
        </FormDialog>
      )}
    </Opens>
  );
}

/** `latest` is what is saved by now, by whomever; `onHold` says whether `of` is to stay. */
function Edit(props: { of: Template; latest: number; onHold: (holds: boolean) => void }) {
  const { of, latest, onHold } = props;
  const { account } = useAccount();
  const [texts, setTexts] = useState<Texts>({ subject: of.subject, html: of.html, text: of.text });
  const [values, setValues] = useState<Values>({});
  const differs = (from: Texts) =>
    from.subject !== of.subject || from.html !== of.html || from.text !== of.text;
  const isChanged = differs(texts);
  const change = (next: Texts) => {
    setTexts(next);
    onHold(differs(next));
  };
  useUnsaved(isChanged);
  const isOld = of.shown_version !== of.version;
  return (
    <>
      <PageHead title={of.name} about={<Link href="/templates">All templates</Link>}>
        {isChanged && <span role="status">Not saved</span>}
        <Reviewing of={of} />
        {!account && (
          <Opens label="Send a test" needs="own" disabled={isChanged}>
            {(close) => <TestSend name={of.name} values={values} onClose={close} />}
          </Opens>
        )}
        <Delete of={of} />
        <Save of={of} texts={texts} isChanged={isChanged} onDone={() => onHold(false)} />
      </PageHead>
      <div class="stack">
        {latest !== of.version && (
          <Notice tone="warn" title={`Version ${latest} was saved meanwhile.`}>
            <span>When you save, what you have here takes its place.</span>
          </Notice>
        )}
        {isOld && (
          <Notice tone="warn" title={`This is version ${of.shown_version}.`}>
            <span>Version {of.version} is what is sent.</span>
          </Notice>
        )}
        <div class="row">
          <Review of={of} />
        </div>
        <div class="columns">
          <div class="stack">
            <Fields texts={texts} onChange={change} />
            <Versions of={of} isChanged={isChanged} />
          </div>
          <div class="stack">
            <Preview texts={texts} values={values} />
            <Sample texts={texts} values={values} onChange={setValues} />
          </div>
        </div>
      </div>
    </>
  );
}

export default function TemplatePage() {
  const name = usePathPart();
  const [search] = useSearchState();
  const { account } = useAccount();
  const template = useResource<Template>(`/v1/templates/${part(name)}`, {
    query: { account, version: search.get("version") ?? undefined },
  });
  // What is being edited stays, whoever saves another version.
  const [held, setHeld] = useState<Template>();
  return (
    <Show asked={template} what={name}>
      {(data) => {
        const of = held?.name === name ? held : data;
        return (
          <Edit
            key={`${of.name} ${of.shown_version}`}
            of={of}
            latest={data.version}
            onHold={(holds) => setHeld(holds ? of : undefined)}
          />
        );
      }}
    </Show>
  );
}
