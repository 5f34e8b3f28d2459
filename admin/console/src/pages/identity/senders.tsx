import { useState } from "react";
import { useResource, type Page } from "../../api/query";
import type { components } from "../../api/schema";
import { ConfirmAction } from "../../design/action";
import { Card } from "../../design/card";
import { TextField } from "../../design/field";
import { Empty, Show } from "../../design/states";
import { Table, type Column } from "../../design/table";
import { FormDialog, Opens, part, useAccount } from "../parts";

type Sender = components["schemas"]["sender"];

const TOUCHES = ["/v1/identities"];

function NewSender({ domain, onClose }: { domain: string; onClose: () => void }) {
  const { at, words } = useAccount();
  const [address, setAddress] = useState("");
  const [name, setName] = useState("");
  const named = name ? ["--display-name", name] : [];
  return (
    <FormDialog
      title="New sender address"
      label="Add the address"
      action={{
        method: "POST",
        path: at(`/v1/identities/${part(domain)}/senders`),
        body: { address, ...(name ? { display_name: name } : {}) },
        cli: ["identity", "add-sender", domain, address || `news@${domain}`, ...named, ...words],
      }}
      touches={TOUCHES}
      done={`${address} may send.`}
      fields={["address", "display_name"]}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField
            label="Address"
            name="address"
            type="email"
            value={address}
            onChange={setAddress}
            problem={problem}
            required
          />
          <TextField
            label="Name shown with it"
            name="display_name"
            value={name}
            onChange={setName}
            problem={problem}
          />
        </>
      )}
    </FormDialog>
  );
}

/** With it an address may submit mail over SMTP. */
function Password({ domain, of, onClose }: { domain: string; of: Sender; onClose: () => void }) {
  const { at, words } = useAccount();
  const [password, setPassword] = useState("");
  return (
    <FormDialog
      title={`SMTP password of ${of.address}`}
      label="Set the password"
      action={{
        method: "PUT",
        path: at(`/v1/identities/${part(domain)}/senders/${part(of.address)}/password`),
        body: { password: "…" },
        cli: [
          ...["identity", "password", domain, of.address],
          ...["--password-file", "password.txt", ...words],
        ],
      }}
      sends={{ password }}
      touches={TOUCHES}
      done={`${of.address} submits with its new password.`}
      fields={["password"]}
      onClose={onClose}
    >
      {(problem) => (
        <TextField
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
          problem={problem}
          hint="10 to 64 octets. It is kept as a hash; the one of before ends."
          required
        />
      )}
    </FormDialog>
  );
}

/** The addresses of a domain that may be authors of mail. */
export function Senders({ domain }: { domain: string }) {
  const { account, at, words } = useAccount();
  const path = `/v1/identities/${part(domain)}/senders`;
  const senders = useResource<Page<Sender>>(path, {
    query: { account, limit: 100 },
  });
  const columns: Column<Sender>[] = [
    { name: "address", title: "Address", show: (each) => each.address },
    { name: "name", title: "Name", show: (each) => each.display_name || "–" },
    {
      name: "password",
      title: "SMTP password",
      show: (each) => (each.has_password ? "set" : "none"),
    },
    {
      name: "actions",
      title: "Actions",
      needs: "own",
      end: true,
      show: (each) => (
        <div class="row end">
          <Opens label="Set password" needs="own">
            {(close) => <Password domain={domain} of={each} onClose={close} />}
          </Opens>
          <ConfirmAction
            label="Remove"
            needs="own"
            title={`Remove ${each.address}?`}
            done={`${each.address} is removed.`}
            touches={TOUCHES}
            danger
            action={{
              method: "DELETE",
              path: at(`${path}/${part(each.address)}`),
              cli: ["identity", "remove-sender", domain, each.address, ...words],
            }}
          >
            <p>Nobody can submit mail as it any more. Mail already accepted is sent.</p>
          </ConfirmAction>
        </div>
      ),
    },
  ];
  return (
    <Card
      title="Sender addresses"
      flush
      aside={
        <Opens label="New address" needs="own">
          {(close) => <NewSender domain={domain} onClose={close} />}
        </Opens>
      }
    >
      <Show asked={senders} what="Sender addresses">
        {(page) => (
          <Table
            caption="Sender addresses"
            columns={columns}
            items={page.items}
            idOf={(each) => each.address}
            empty={<Empty title="There is no address yet." />}
          />
        )}
      </Show>
    </Card>
  );
}
