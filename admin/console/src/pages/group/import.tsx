import { useState } from "react";
import { call } from "../../api/client";
import { useChange } from "../../api/query";
import type { components } from "../../api/schema";
import { CommandForms } from "../../design/action";
import { Dialog } from "../../design/dialog";
import { save } from "../../design/save";
import { Failed, Notice } from "../../design/states";
import * as csv from "../../rules/csv";
import { count, counted } from "../../rules/numbers";
import { part, useAccount } from "../parts";

type Report = components["schemas"]["import_result"];

const LOOKED_AT = 64 * 1024;
const SHOWN = 6;
const SHOWN_REFUSED = 100;

/** The list with the names that were chosen: its first line is replaced, nothing else is read. */
function renamed(file: File, beginning: csv.Beginning, names: readonly string[]): Blob {
  const { rows, firstLineOctets, markOctets } = beginning;
  const replaced = csv.hasHeading(rows) ? firstLineOctets : markOctets;
  return new Blob([csv.csvLine(names), file.slice(replaced)]);
}

function Mapping(props: {
  beginning: csv.Beginning;
  names: string[];
  onChange: (names: string[]) => void;
}) {
  const { names } = props;
  const rows = csv.hasHeading(props.beginning.rows)
    ? props.beginning.rows.slice(1)
    : props.beginning.rows;
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label="The first rows">
      <table>
        <caption>
          The first rows. One column is <code>email</code>; the others become variables.
        </caption>
        <thead>
          <tr>
            {names.map((name, index) => (
              <th scope="col" key={index}>
                <input
                  aria-label={`Name of column ${index + 1}`}
                  value={name}
                  spellcheck={false}
                  onInput={(event) => {
                    const value = event.currentTarget.value;
                    props.onChange(names.map((each, at) => (at === index ? value : each)));
                  }}
                />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, SHOWN - 1).map((row, line) => (
            <tr key={line}>
              {names.map((_, index) => (
                <td key={index}>{row[index] ?? ""}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The refused lines as a file: all that the node tells of them. */
function SaveRefused({ of }: { of: Report }) {
  const told = of.rejections.length;
  const keep = () => {
    const rows = of.rejections.map((each) => [String(each.line), each.reason, each.excerpt]);
    const lines = [["line", "reason", "excerpt"], ...rows].map(csv.csvLine);
    save(new Blob(lines, { type: "text/csv" }), `${of.group.name}-refused.csv`);
  };
  return (
    <div class="row">
      <button type="button" class="button" onClick={keep}>
        Save refused lines as CSV
      </button>
      {told < of.rejected && (
        <span class="soft small">
          The node tells the first {count(told)} of {count(of.rejected)}.
        </span>
      )}
    </div>
  );
}

/** How an import ended: what was refused, line by line. */
function Told({ of }: { of: Report }) {
  return (
    <>
      <Notice
        tone={of.rejected > 0 ? "warn" : undefined}
        title={`${count(of.accepted)} of ${counted(of.lines, "line")} in the group.`}
      >
        <span>
          Repeated an address: {count(of.repeated)}, refused: {count(of.rejected)}.
        </span>
      </Notice>
      {of.rejections.length > 0 && <SaveRefused of={of} />}
      {of.rejections.length > 0 && (
        <div class="table-frame" tabIndex={0} role="region" aria-label="Refused lines">
          <table>
            <caption>
              Refused lines
              {of.rejected > SHOWN_REFUSED &&
                `, the first ${count(SHOWN_REFUSED)} of ${count(of.rejected)}`}
            </caption>
            <thead>
              <tr>
                <th scope="col">Line</th>
                <th scope="col">Why</th>
                <th scope="col">How it begins</th>
              </tr>
            </thead>
            <tbody>
              {of.rejections.slice(0, SHOWN_REFUSED).map((each) => (
                <tr key={each.line}>
                  <th scope="row">{each.line}</th>
                  <td>{each.reason}</td>
                  <td>
                    <code>{each.excerpt}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

/** The list that was chosen: how it begins, and what its columns are called. */
function useList() {
  const [file, setFile] = useState<File | null>(null);
  const [beginning, setBeginning] = useState<csv.Beginning | null>(null);
  const [names, setNames] = useState<string[]>([]);
  const [isUnreadable, setUnreadable] = useState(false);
  const choose = async (chosen: File | undefined) => {
    setFile(chosen ?? null);
    setBeginning(null);
    setUnreadable(false);
    if (!chosen) return;
    try {
      const text = csv.textOf(await chosen.slice(0, LOOKED_AT).arrayBuffer());
      const found = text === null ? null : csv.beginningOf(text, SHOWN);
      setUnreadable(found === null);
      setBeginning(found);
      setNames(csv.guessNames(found?.rows ?? []));
    } catch {
      setUnreadable(true);
    }
  };
  return { file, beginning, names, setNames, isUnreadable, choose };
}

function Choice({ list }: { list: ReturnType<typeof useList> }) {
  const { beginning, names } = list;
  return (
    <>
      <div class="field">
        <label htmlFor="group-file">CSV file</label>
        <input
          id="group-file"
          type="file"
          accept=".csv,text/csv"
          onChange={(event) => void list.choose(event.currentTarget.files?.[0])}
        />
        <span class="hint">UTF-8, with commas between the columns.</span>
      </div>
      {list.isUnreadable && (
        <Notice tone="bad" title="The file cannot be read as text.">
          <span>Save the list as CSV in UTF-8.</span>
        </Notice>
      )}
      {beginning && <Mapping beginning={beginning} names={names} onChange={list.setNames} />}
      {beginning && !hasOneEmail(names) && (
        <Notice tone="warn" title="Exactly one column has to be named email." />
      )}
    </>
  );
}

const hasOneEmail = (names: readonly string[]) =>
  names.filter((each) => each === "email").length === 1;

/** Reads a list into a group: the file is looked at here, its columns get names, it is sent. */
export function Import({ group, onClose }: { group: string; onClose: () => void }) {
  const { at, words } = useAccount();
  const list = useList();
  const { file, beginning, names } = list;
  const [replaces, setReplaces] = useState(false);
  const path = at(`/v1/groups/${part(group)}/recipients`);
  const method = replaces ? "PUT" : "POST";
  const send = useChange(
    () =>
      call<Report>(method, path, {
        body: renamed(file!, beginning!, names),
        headers: { "Content-Type": "text/csv" },
      }),
    ["/v1/groups"],
  );
  const isRenamed = !!beginning && csv.csvLine(beginning.rows[0] ?? []) !== csv.csvLine(names);
  return (
    <Dialog
      title={`Import a list into ${group}`}
      wide
      onClose={onClose}
      onSubmit={() => send.mutate()}
      footer={
        <>
          <button type="button" class="button" onClick={onClose}>
            {send.data ? "Done" : "Cancel"}
          </button>
          {!send.data && (
            <button
              class={`button main-action ${replaces ? "danger" : ""}`}
              disabled={!beginning || !hasOneEmail(names) || send.isPending}
            >
              {send.isPending ? "Importing…" : "Import"}
            </button>
          )}
        </>
      }
    >
      {send.data ? (
        <Told of={send.data} />
      ) : (
        <>
          <Choice list={list} />
          <label class="row">
            <input
              type="checkbox"
              checked={replaces}
              onChange={(event) => setReplaces(event.currentTarget.checked)}
            />
            Instead of who is in the group now
          </label>
          {send.error && <Failed problem={send.error} />}
        </>
      )}
      {isRenamed && (
        <span class="soft small">
          The command and the request take the file as it is: its first line has to have these
          names.
        </span>
      )}
      <CommandForms
        action={{
          method,
          path,
          file: file?.name ?? "list.csv",
          cli: [
            "group",
            replaces ? "replace" : "import",
            group,
            file?.name ?? "list.csv",
            ...words,
          ],
        }}
      />
    </Dialog>
  );
}
