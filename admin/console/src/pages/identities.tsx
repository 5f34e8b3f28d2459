import { useState } from "react";
import { Link, useLocation } from "wouter";
import type { ItemOf } from "../api/query";
import { Badge } from "../design/badge";
import { TextField } from "../design/field";
import type { Column } from "../design/table";
import { Time } from "../design/time";
import { ACCOUNT, ListPage, numbers } from "./list";
import { FormDialog, Opens, part, useHref } from "./parts";

type Identity = ItemOf<"/v1/identities">;

function NewIdentity({ onClose }: { onClose: () => void }) {
  const [domain, setDomain] = useState("");
  const [, navigate] = useLocation();
  return (
    <FormDialog<Identity>
      title="New sender domain"
      label="Add the domain"
      action={{
        method: "POST",
        path: "/v1/identities",
        body: { domain },
        cli: ["identity", "add", domain || "example.net"],
      }}
      touches={["/v1/identities", "/v1/overview"]}
      done={`${domain} is added. Its records have to be published now.`}
      fields={["domain"]}
      onClose={onClose}
      onDone={() => navigate(`/identities/${part(domain)}`)}
    >
      {(problem) => (
        <TextField
          label="Domain"
          name="domain"
          value={domain}
          onChange={setDomain}
          problem={problem}
          hint="Mail from it and from the domains below it is signed in its name."
          required
        />
      )}
    </FormDialog>
  );
}

/** Whether mail may leave in the name of a domain; what is wrong since when. */
export function Verified({ of }: { of: Pick<Identity, "verified" | "checked_at"> }) {
  if (of.verified) return <Badge tone="good">verified</Badge>;
  return of.checked_at ? (
    <Badge tone="bad">not verified</Badge>
  ) : (
    <Badge tone="info">not looked at yet</Badge>
  );
}

function columns(href: (path: string, account: string) => string): Column<Identity>[] {
  return [
    {
      name: "domain",
      title: "Domain",
      value: (each) => each.domain,
      show: (each) => (
        <Link href={href(`/identities/${part(each.domain)}`, each.account)}>{each.domain}</Link>
      ),
    },
    ACCOUNT,
    {
      name: "verified",
      title: "In the DNS",
      value: (each) => each.verified,
      show: (each) => <Verified of={each} />,
    },
    {
      name: "checked",
      title: "Last look",
      value: (each) => each.checked_at,
      show: (each) => <Time at={each.checked_at} as="relative" none="never" />,
    },
    {
      name: "wrong",
      title: "Wrong since",
      value: (each) => each.wrong_since,
      show: (each) => <Time at={each.wrong_since} />,
    },
    numbers("senders", "Addresses", (each) => each.senders),
  ];
}

export default function Identities() {
  return (
    <ListPage
      title="Identities"
      about="In whose name may mail leave, and does the DNS say so?"
      path="/v1/identities"
      card="Sender domains"
      columns={columns(useHref())}
      idOf={(each) => `${each.account}/${each.domain}`}
      empty="There is no sender domain yet."
    >
      <Opens label="New sender domain" needs="own" main>
        {(close) => <NewIdentity onClose={close} />}
      </Opens>
    </ListPage>
  );
}
