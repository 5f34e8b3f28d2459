import { useState } from "react";
import type { ReactNode } from "react";
import { call } from "../api/client";
import { useChange } from "../api/query";
import { May, type Access } from "../api/session";
import { cliLine, curlLines } from "../rules/commands";
import { Command } from "./copy";
import { Dialog } from "./dialog";
import { Failed } from "./states";
import { tell } from "./toast";

/** What is done or asked, in all three ways of doing it: here, on a command line, by HTTP. */
export interface Action {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  body?: unknown;
  /** Instead of a body: the name of a list (CSV). */
  file?: string;
  /** After `warmfront`: `["node", "drain", "n2"]`. */
  cli: readonly string[];
}

export function CommandForms({ action, open = false }: { action: Action; open?: boolean }) {
  return (
    <details class="forms" open={open}>
      <summary>The same on the command line</summary>
      <Command text={cliLine(action.cli)} what="the command" />
      <Command
        text={curlLines(action.method, action.path, action.body, action.file)}
        what="the request"
      />
    </details>
  );
}

/** A button that asks before it acts, and shows the command of what it is about to do. */
export function ConfirmAction(props: {
  label: string;
  /** Who may: the others do not see the button. */
  needs: Access;
  title: string;
  /** What it does, to whom, and whether it can be undone. */
  children: ReactNode;
  action: Action;
  /** Paths that are asked anew afterwards. */
  touches: string[];
  done: string;
  confirm?: string;
  danger?: boolean;
  disabled?: boolean;
}) {
  const [isOpen, setOpen] = useState(false);
  const { action } = props;
  const change = useChange(
    () => call(action.method, action.path, { body: action.body }),
    props.touches,
    () => {
      setOpen(false);
      tell(props.done);
    },
  );
  const tone = props.danger ? "danger" : "";
  return (
    <May needs={props.needs}>
      <button
        type="button"
        class={`button ${tone}`}
        disabled={props.disabled}
        onClick={() => {
          change.reset();
          setOpen(true);
        }}
      >
        {props.label}
      </button>
      {isOpen && (
        <Dialog
          title={props.title}
          onClose={() => setOpen(false)}
          onSubmit={() => change.mutate()}
          footer={
            <>
              <button type="button" class="button" onClick={() => setOpen(false)}>
                Cancel
              </button>
              <button class={`button main-action ${tone}`} disabled={change.isPending}>
                {change.isPending ? "Working…" : (props.confirm ?? props.label)}
              </button>
            </>
          }
        >
          <div class="stack tight">{props.children}</div>
          {change.error && <Failed problem={change.error} />}
          <CommandForms action={action} />
        </Dialog>
      )}
    </May>
  );
}
