import { useState } from "react";
import type { ItemOf } from "../api/query";
import { ConfirmAction } from "../design/action";
import { Badge } from "../design/badge";
import { SelectField, TextField } from "../design/field";
import type { Column } from "../design/table";
import { Time } from "../design/time";
import { ACCOUNT, ListPage } from "./list";
import { FormDialog, Opens, Secret, part } from "./parts";

type Key = ItemOf<"/v1/keys">;

const ROLES = [
  { value: "viewer", label: "viewer: sees everything, changes nothing" },
  { value: "sender", label: "sender: sends, and manages its account's mail" },
  { value: "operator", label: "operator: runs the cluster, all but keys" },
  { value: "admin", label: "admin: everything" },
];
const KINDS = [
  { value: "bearer", label: "bearer: REST, console, command line, SMTP" },
  { value: "signature", label: "signature: the API compatible with Tencent Cloud SES" },
];

function NewKey({ onClose }: { onClose: () => void }) {
  const [account, setAccount] = useState("default");
  const [role, setRole] = useState("sender");
  const [kind, setKind] = useState("bearer");
  return (
    <FormDialog<{ id: string; secret: string }>
      title="New key"
      label="Create the key"
      action={{
        method: "POST",
        path: "/v1/keys",
        body: { account, role, kind },
        cli: ["key", "create", account, "--role", role, "--kind", kind],
      }}
      touches={["/v1/keys"]}
      done="The key is made."
      fields={["account"]}
      onClose={onClose}
      shows={(made) => (
        <Secret title="The key's secret" text={made.secret} onClose={onClose}>
          <p>
            It is shown this once; the cluster keeps no copy that could be read. The key&apos;s id
            is <code>{made.id}</code>.
          </p>
        </Secret>
      )}
    >
      {(problem) => (
        <>
          <TextField
            label="Account"
            name="account"
            value={account}
            onChange={setAccount}
            problem={problem}
            hint="On whose behalf it acts."
            required
          />
          <SelectField label="Role" name="role" value={role} onChange={setRole} options={ROLES} />
          <SelectField label="Kind" name="kind" value={kind} onChange={setKind} options={KINDS} />
        </>
      )}
    </FormDialog>
  );
}

function Revoke({ of }: { of: Key }) {
  return (
    <ConfirmAction
      label="Revoke"
      needs="keys"
      title={`Revoke the key ${of.id}?`}
      action={{
        method: "DELETE",
        path: `/v1/keys/${part(of.id)}`,
        cli: ["key", "revoke", of.id],
      }}
      touches={["/v1/keys"]}
      done={`The key ${of.id} is revoked.`}
      danger
    >
      <p>
        Whoever uses it is refused within five seconds, its sessions included. This cannot be taken
        back; mail already accepted is sent.
      </p>
    </ConfirmAction>
  );
}

const COLUMNS: Column<Key>[] = [
  { name: "id", title: "Key", show: (key) => <code>{key.id}</code>, value: (key) => key.id },
  ACCOUNT,
  {
    name: "role",
    title: "Role",
    show: (key) => <Badge tone={key.role === "admin" ? "info" : "plain"}>{key.role}</Badge>,
    value: (key) => key.role,
  },
  { name: "kind", title: "Kind", show: (key) => key.kind, value: (key) => key.kind },
  {
    name: "created",
    title: "Created",
    show: (key) => <Time at={key.created_at} />,
    value: (key) => key.created_at,
  },
  { name: "actions", title: "Actions", show: (key) => <Revoke of={key} />, end: true },
];

export default function Keys() {
  return (
    <ListPage
      title="Keys"
      about="Who may call this cluster, and do what?"
      path="/v1/keys"
      card="All keys"
      columns={COLUMNS}
      idOf={(key) => key.id}
      empty="There is no key."
    >
      <Opens label="New key" needs="keys" main>
        {(close) => <NewKey onClose={close} />}
      </Opens>
    </ListPage>
  );
}
