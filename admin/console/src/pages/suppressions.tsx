import { useState } from "react";
import { call, withQuery } from "../api/client";
import { useChange, useGet, type ItemOf } from "../api/query";
import type { components } from "../api/schema";
import { useSession } from "../api/session";
import { CommandForms, ConfirmAction } from "../design/action";
import { Badge } from "../design/badge";
import { Card, PageHead } from "../design/card";
import { Dialog } from "../design/dialog";
import { SelectField, TextField } from "../design/field";
import { Empty, Failed, Notice, Show } from "../design/states";
import { Table, type Column } from "../design/table";
import { Time } from "../design/time";
import { useSearchState } from "../design/url";
import { count, counted } from "../rules/numbers";
import { FormDialog, Narrow, Opens, part } from "./parts";

type Suppression = ItemOf<"/v1/suppressions">;
type Imported = components["schemas"]["suppression_import_result"];

const TOUCHES = ["/v1/suppressions"];
const REASONS = ["manual", "hard_bounce", "complaint", "unsubscribe"].map((value) => ({
  value,
  label: value.replace("_", " "),
}));

function Add({ onClose }: { onClose: () => void }) {
  const [address, setAddress] = useState("");
  const [reason, setReason] = useState("manual");
  const [text, setText] = useState("");
  const noted = text ? ["--text", text] : [];
  return (
    <FormDialog
      title="Send no more to an address"
      label="Add"
      action={{
        method: "POST",
        path: "/v1/suppressions",
        body: { address, reason, ...(text ? { text } : {}) },
        cli: ["suppression", "add", address || "bob@example.org", "--reason", reason, ...noted],
      }}
      touches={TOUCHES}
      done={`${address} gets no more mail.`}
      fields={["address", "reason", "text"]}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField
            label="Address"
            name="address"
            value={address}
            onChange={setAddress}
            problem={problem}
            required
          />
          <SelectField
            label="Reason"
            name="reason"
            value={reason}
            onChange={setReason}
            options={REASONS}
            problem={problem}
          />
          <TextField label="Note" name="text" value={text} onChange={setText} problem={problem} />
        </>
      )}
    </FormDialog>
  );
}

function Report({ of }: { of: Imported }) {
  return (
    <Notice
      tone={of.rejected > 0 ? "warn" : undefined}
      title={`${counted(of.lines, "line was", "lines were")} read.`}
    >
      <span>
        New: {count(of.added)}, changed: {count(of.changed)}, refused: {count(of.rejected)}.
      </span>
      {of.first_rejected.length > 0 && (
        <ul>
          {of.first_rejected.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
    </Notice>
  );
}

function Import({ onClose }: { onClose: () => void }) {
  const [file, setFile] = useState<File | null>(null);
  const [reason, setReason] = useState("manual");
  const path = withQuery("/v1/suppressions/import", { reason });
  const send = useChange(
    () => call<Imported>("POST", path, { body: file, headers: { "Content-Type": "text/csv" } }),
    TOUCHES,
  );
  return (
    <Dialog
      title="Import addresses"
      onClose={onClose}
      onSubmit={() => send.mutate()}
      footer={
        <>
          <button type="button" class="button" onClick={onClose}>
            Close
          </button>
          <button class="button main-action" disabled={!file || send.isPending}>
            {send.isPending ? "Importing…" : "Import"}
          </button>
        </>
      }
    >
      <div class="field">
        <label htmlFor="suppressions-file">CSV file</label>
        <input
          id="suppressions-file"
          type="file"
          accept=".csv,text/csv"
          onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
        />
        <span class="hint">
          With a column address; columns reason, until and text may be there.
        </span>
      </div>
      <SelectField
        label="Reason of lines that give none"
        name="reason"
        value={reason}
        onChange={setReason}
        options={REASONS}
      />
      {send.error && <Failed problem={send.error} />}
      {send.data && <Report of={send.data} />}
      <CommandForms
        action={{
          method: "POST",
          path,
          file: file?.name ?? "list.csv",
          cli: ["suppression", "import", file?.name ?? "list.csv", "--reason", reason],
        }}
      />
    </Dialog>
  );
}

function columns(own: string | undefined): Column<Suppression>[] {
  return [
    { name: "address", title: "Address", show: (each) => each.address, value: (e) => e.address },
    { name: "account", title: "Account", show: (each) => each.account, value: (e) => e.account },
    {
      name: "reason",
      title: "Reason",
      show: (each) => <Badge>{each.reason.replaceAll("_", " ")}</Badge>,
      value: (each) => each.reason,
    },
    {
      name: "since",
      title: "Since",
      show: (each) => <Time at={each.since} />,
      value: (each) => each.since,
    },
    {
      name: "until",
      title: "Until",
      show: (each) => <Time at={each.until} none="for good" />,
      value: (each) => each.until,
    },
    { name: "text", title: "Note", show: (each) => each.text || "–" },
    {
      name: "actions",
      title: "Actions",
      needs: "own",
      end: true,
      show: (each) => {
        const account = each.account === own ? undefined : each.account;
        return (
          <ConfirmAction
            label="Remove"
            needs="own"
            title={`Send to ${each.address} again?`}
            done={`${each.address} may get mail again.`}
            touches={TOUCHES}
            danger
            action={{
              method: "DELETE",
              path: withQuery(`/v1/suppressions/${part(each.address)}`, { account }),
              cli: [
                "suppression",
                "remove",
                each.address,
                ...(account ? ["--account", account] : []),
              ],
            }}
          >
            <p>
              Who complained or does not exist harms the reputation of every address that sends.
              Remove it only when you know better.
            </p>
          </ConfirmAction>
        );
      },
    },
  ];
}

export default function Suppressions() {
  const [search] = useSearchState();
  const own = useSession().data?.account;
  const list = useGet("/v1/suppressions", {
    query: {
      address: search.get("address") ?? undefined,
      reason: search.get("reason") ?? undefined,
      after: search.get("after") ?? undefined,
      limit: 50,
    },
  });
  return (
    <>
      <PageHead title="Suppressions" about="Who gets no mail, and why?">
        <Opens label="Import" needs="own">
          {(close) => <Import onClose={close} />}
        </Opens>
        <Opens label="Add an address" needs="own" main>
          {(close) => <Add onClose={close} />}
        </Opens>
      </PageHead>
      <div class="stack">
        <Narrow
          label="Narrow the list"
          fields={[
            { name: "address", label: "Address", hint: "bob@example.org" },
            { name: "reason", label: "Reason", hint: "complaint" },
          ]}
        />
        <Card title="Addresses" flush>
          <Show asked={list} what="Suppressed addresses">
            {(page) => (
              <Table
                caption="Suppressed addresses"
                columns={columns(own)}
                items={page.items}
                idOf={(each) => `${each.account}/${each.address}`}
                next={page.next}
                empty={<Empty title="There is no such address." />}
              />
            )}
          </Show>
        </Card>
      </div>
    </>
  );
}
