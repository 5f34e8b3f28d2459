import { useState } from "react";
import { Link, useLocation } from "wouter";
import { call } from "../api/client";
import { useChange, useResource } from "../api/query";
import type { components } from "../api/schema";
import { May } from "../api/session";
import { CommandForms, ConfirmAction } from "../design/action";
import { Badge, StateBadge } from "../design/badge";
import { Card, Fact, Facts, PageHead } from "../design/card";
import { Command, CopyButton } from "../design/copy";
import { SelectField } from "../design/field";
import { Empty, Failed, Notice, Show } from "../design/states";
import { Table, type Column } from "../design/table";
import { Time } from "../design/time";
import { tell } from "../design/toast";
import { usePathPart } from "../design/url";
import { Verified } from "./identities";
import { FormDialog, Opens, part, useAccount } from "./parts";
import { Hosts } from "./identity/hosts";
import { Senders } from "./identity/senders";
import "./identity/identity.css";

type Schemas = components["schemas"];
type Identity = Schemas["identity"];
type DnsRecord = Schemas["dns_record"];
type Check = Schemas["sending_check"];

const TOUCHES = ["/v1/identities", "/v1/overview"];

const RECORDS: Column<DnsRecord>[] = [
  {
    name: "purpose",
    title: "For",
    show: (each) => (
      <>
        {each.purpose}
        <div>
          {each.right ? (
            <Badge tone="good">right</Badge>
          ) : (
            <Badge tone={each.required ? "bad" : "warn"}>
              {each.found ? "wrong" : "missing"}
              {!each.required && ", recommended"}
            </Badge>
          )}
        </div>
      </>
    ),
  },
  {
    name: "name",
    title: "Name and type",
    show: (each) => (
      <>
        <code>{each.name}</code> <CopyButton text={each.name} what={`the name ${each.name}`} />
        <div class="soft small">{each.type}</div>
      </>
    ),
  },
  {
    name: "expected",
    title: "Expected, and found",
    show: (each) => (
      <div class="stack tight records">
        <Command text={each.expected} what={`what ${each.name} has to say`} />
        {!each.right && (
          <div class="small">Found: {each.found ? <code>{each.found}</code> : "nothing"}</div>
        )}
        {each.why && <div class="small soft">{each.why}</div>}
      </div>
    ),
  },
];

function Records({ of, domain }: { of: Identity; domain: string }) {
  const { account, at, words } = useAccount();
  const dns = useResource<Schemas["identity_dns"]>(`/v1/identities/${part(domain)}/dns`, {
    query: { account },
    every: 60_000,
  });
  const path = at(`/v1/identities/${part(domain)}/verify`);
  const verify = useChange(
    () => call<Identity>("POST", path),
    TOUCHES,
    (now) => tell(now.verified ? `${domain} is verified.` : `${domain} is not verified yet.`),
  );
  return (
    <Card
      title="Records in the DNS"
      aside={
        <May needs="own">
          <button
            type="button"
            class="button main-action"
            disabled={verify.isPending}
            onClick={() => verify.mutate()}
          >
            {verify.isPending ? "Looking…" : "Look now"}
          </button>
        </May>
      }
    >
      <div class="stack">
        {verify.error && <Failed problem={verify.error} />}
        <Table
          caption="Records"
          columns={RECORDS}
          items={of.records}
          idOf={(each) => `${each.purpose} ${each.type} ${each.name}`}
          empty={<Empty title="Nothing has to be published." />}
        />
        {dns.data?.zone && (
          <details>
            <summary>All as lines of a zone file</summary>
            <Command text={dns.data.zone} what="the lines of the zone file" />
          </details>
        )}
        <CommandForms
          action={{ method: "POST", path, cli: ["identity", "verify", domain, ...words] }}
        />
      </div>
    </Card>
  );
}

const ALGORITHMS = [
  { value: "rsa-sha256", label: "rsa-sha256: every receiver knows it" },
  { value: "ed25519-sha256", label: "ed25519-sha256: short; beside an RSA key" },
];

function NewKey({ domain, onClose }: { domain: string; onClose: () => void }) {
  const { at, words } = useAccount();
  const [algorithm, setAlgorithm] = useState("rsa-sha256");
  return (
    <FormDialog
      title={`A new key for ${domain}`}
      label="Make the key"
      action={{
        method: "POST",
        path: at(`/v1/identities/${part(domain)}/keys`),
        body: { algorithm },
        cli: ["identity", "add-key", domain, "--algorithm", algorithm, ...words],
      }}
      touches={TOUCHES}
      done="The key is made. Publish its record; it signs as soon as it is seen."
      fields={["algorithm"]}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p>
            The key of before goes on signing until the new one is found in the DNS; then it is
            retired by itself.
          </p>
          <SelectField
            label="Algorithm"
            name="algorithm"
            value={algorithm}
            onChange={setAlgorithm}
            options={ALGORITHMS}
            problem={problem}
          />
        </>
      )}
    </FormDialog>
  );
}

function SigningKeys({ of, domain }: { of: Identity; domain: string }) {
  const { at, words } = useAccount();
  const columns: Column<Identity["keys"][number]>[] = [
    { name: "selector", title: "Selector", show: (key) => <code>{key.selector}</code> },
    { name: "algorithm", title: "Algorithm", show: (key) => key.algorithm },
    {
      name: "state",
      title: "State",
      show: (key) => (
        <>
          <StateBadge state={key.state} />
          {key.why && <div class="small soft">{key.why}</div>}
        </>
      ),
    },
    { name: "since", title: "Since", show: (key) => <Time at={key.changed_at} /> },
    {
      name: "actions",
      title: "Actions",
      needs: "own",
      end: true,
      show: (key) => (
        <ConfirmAction
          label="End its use"
          needs="own"
          title={`End the use of the key ${key.selector}?`}
          done={`The key ${key.selector} signs no more.`}
          touches={TOUCHES}
          danger
          action={{
            method: "DELETE",
            path: at(`/v1/identities/${part(domain)}/keys/${part(key.selector)}`),
            cli: ["identity", "remove-key", domain, key.selector, ...words],
          }}
        >
          <p>
            It signs no more mail. Leave its record in the DNS until mail under way has arrived.
          </p>
        </ConfirmAction>
      ),
    },
  ];
  return (
    <Card
      title="Keys"
      flush
      aside={
        <Opens label="New key" needs="own">
          {(close) => <NewKey domain={domain} onClose={close} />}
        </Opens>
      }
    >
      <Table
        caption="Keys of the domain"
        columns={columns}
        items={of.keys}
        idOf={(key) => key.selector}
        empty={<Empty title="There is no key." />}
      />
    </Card>
  );
}

/** The rules that large receivers have for bulk senders, one by one. */
export function SendingRules({ check }: { check: Check }) {
  return (
    <>
      {check.met ? (
        <Notice title="Large receivers would take a batch." />
      ) : (
        <Notice tone="warn" title="Large receivers would not take a batch." />
      )}
      <ul class="todo">
        {check.rules.map((each) => (
          <li key={each.name}>
            <Badge tone={each.met ? "good" : "bad"}>{each.met ? "met" : "not met"}</Badge>
            <div class="stack tight records">
              <div>
                <strong>{each.name.replaceAll("_", " ")}</strong> {each.why}
              </div>
              {each.publish && (
                <Command
                  text={`${each.publish.name} ${each.publish.type} ${each.publish.expected}`}
                  what={`the record for ${each.name}`}
                />
              )}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

function BulkCheck({ domain }: { domain: string }) {
  const { at, words } = useAccount();
  const path = at(`/v1/identities/${part(domain)}/check`);
  const check = useChange(() => call<Check>("POST", path, { body: {} }), []);
  return (
    <Card
      title="Rules for bulk senders"
      aside={
        <May needs="own">
          <button
            type="button"
            class="button"
            disabled={check.isPending}
            onClick={() => check.mutate()}
          >
            {check.isPending ? "Checking…" : "Check"}
          </button>
        </May>
      }
    >
      <div class="stack">
        {check.error && <Failed problem={check.error} />}
        {check.data ? (
          <SendingRules check={check.data} />
        ) : (
          <span class="soft">Would Gmail, Outlook and Yahoo take a batch from it?</span>
        )}
        <CommandForms
          action={{ method: "POST", path, body: {}, cli: ["identity", "check", domain, ...words] }}
        />
      </div>
    </Card>
  );
}

export default function IdentityPage() {
  const domain = usePathPart();
  const { account, at, words } = useAccount();
  const [, navigate] = useLocation();
  const identity = useResource<Identity>(`/v1/identities/${part(domain)}`, { query: { account } });
  return (
    <>
      <PageHead title={domain} about={<Link href="/identities">All sender domains</Link>}>
        <Opens label="Remove" needs="own">
          {(close) => (
            <FormDialog
              title={`Remove ${domain}?`}
              label="Remove the domain"
              action={{
                method: "DELETE",
                path: at(`/v1/identities/${part(domain)}`),
                cli: ["identity", "remove", domain, ...words],
              }}
              touches={["/v1/overview"]}
              done={`${domain} is removed.`}
              onClose={close}
              onDone={() => navigate("/identities")}
            >
              {() => <p>Its keys are gone for good. It must have no sender addresses any more.</p>}
            </FormDialog>
          )}
        </Opens>
      </PageHead>
      <Show asked={identity} what={domain}>
        {(data) => (
          <div class="stack">
            <Facts>
              <Fact name="In the DNS">
                <Verified of={data} />
              </Fact>
              <Fact name="Last look">
                <Time at={data.checked_at} as="relative" none="never" />
              </Fact>
              <Fact name="Wrong since">
                <Time at={data.wrong_since} />
              </Fact>
              <Fact name="Added">
                <Time at={data.created_at} />
              </Fact>
            </Facts>
            <Records of={data} domain={domain} />
            <Hosts of={data} />
            <SigningKeys of={data} domain={domain} />
            <BulkCheck domain={domain} />
            <Senders domain={domain} />
          </div>
        )}
      </Show>
    </>
  );
}
