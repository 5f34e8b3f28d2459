import { useState } from "react";
import type { ReactNode } from "react";
import { useQuery } from "@tanstack/react-query";
import { call, withQuery } from "../api/client";
import type { Problem } from "../api/problem";
import { useChange } from "../api/query";
import { May, useSession, type Access } from "../api/session";
import { CommandForms, type Action } from "../design/action";
import { Command } from "../design/copy";
import { Dialog } from "../design/dialog";
import { FormProblem } from "../design/field";
import { tell } from "../design/toast";
import { useSearchState } from "../design/url";

/** A part of a path. */
export const part = (text: string | number): string => encodeURIComponent(String(text));

/** What the address says whose things the page is about; undefined: one's own. */
export function useAccount() {
  const [search] = useSearchState();
  const account = search.get("account") ?? undefined;
  return {
    account,
    /** The path of the API for the account. */
    at: (path: string, query: Record<string, string | number | undefined> = {}) =>
      withQuery(path, { ...query, account }),
    /** The same for the command line. */
    words: account ? ["--account", account] : [],
  };
}

/** An address of the console: it names the account where it is not one's own. */
export function useHref() {
  const own = useSession().data?.account;
  return (path: string, account: string) =>
    withQuery(path, { account: account === own ? undefined : account });
}

/** A dialog with fields that does one thing, and shows it as command and as request. */
export function FormDialog<T>(props: {
  title: string;
  /** The name of the button. */
  label: string;
  action: Action;
  /** A secret, sent instead of the body that is shown. */
  sends?: unknown;
  touches: string[];
  /** What is told afterwards. */
  done: string;
  /** The names of the fields at which a problem is shown. */
  fields?: readonly string[];
  wide?: boolean;
  disabled?: boolean;
  onClose: () => void;
  onDone?: (result: T) => void;
  /** What stands in its place once it is done, as a secret that is shown once. */
  shows?: (result: T) => ReactNode;
  children: (problem: Problem | null) => ReactNode;
}) {
  const { action, shows } = props;
  const change = useChange(
    () => call<T>(action.method, action.path, { body: props.sends ?? action.body }),
    props.touches,
    (result) => {
      tell(props.done);
      if (!shows) props.onClose();
      props.onDone?.(result);
    },
  );
  if (shows && change.data !== undefined) return <>{shows(change.data)}</>;
  return (
    <Dialog
      title={props.title}
      wide={props.wide}
      onClose={props.onClose}
      onSubmit={() => change.mutate()}
      footer={
        <>
          <button type="button" class="button" onClick={props.onClose}>
            Cancel
          </button>
          <button class="button main-action" disabled={change.isPending || props.disabled}>
            {change.isPending ? "Working…" : props.label}
          </button>
        </>
      }
    >
      {props.children(change.error)}
      <FormProblem problem={change.error} fields={props.fields ?? []} />
      <CommandForms action={action} />
    </Dialog>
  );
}

/** What the cluster tells once, when it was made. */
export function Secret(props: {
  title: string;
  text: string;
  children: ReactNode;
  onClose: () => void;
}) {
  return (
    <Dialog
      title={props.title}
      onClose={props.onClose}
      footer={
        <button type="button" class="button main-action" onClick={props.onClose}>
          I have kept it
        </button>
      }
    >
      {props.children}
      <Command text={props.text} what="the secret" />
    </Dialog>
  );
}

/** A button that opens a dialog, for those who may do what is in it. */
export function Opens(props: {
  label: string;
  needs: Access;
  main?: boolean;
  disabled?: boolean;
  children: (close: () => void) => ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <May needs={props.needs}>
      <button
        type="button"
        class={`button ${props.main ? "main-action" : ""}`}
        disabled={props.disabled}
        onClick={() => setOpen(true)}
      >
        {props.label}
      </button>
      {isOpen && props.children(() => setOpen(false))}
    </May>
  );
}

/** Fields that narrow a list: they are in the address as soon as they are sent. */
export function Narrow(props: {
  label: string;
  fields: { name: string; label: string; hint?: string }[];
}) {
  const [search, , go] = useSearchState();
  return (
    <form
      class="row"
      role="search"
      aria-label={props.label}
      onSubmit={(event) => {
        event.preventDefault();
        const given = new FormData(event.currentTarget);
        const changes = props.fields.map((each) => [each.name, String(given.get(each.name) ?? "")]);
        go({ ...(Object.fromEntries(changes) as Record<string, string>), after: undefined });
      }}
    >
      {props.fields.map((each) => (
        <label class="field" key={each.name}>
          <span class="small">{each.label}</span>
          <input
            type="search"
            name={each.name}
            defaultValue={search.get(each.name) ?? ""}
            placeholder={each.hint}
            autoComplete="off"
            spellcheck={false}
          />
        </label>
      ))}
      <button class="button">Search</button>
    </form>
  );
}

/** A question that needs a body; it changes nothing, and is asked again when the body is another. */
export function useAnswer<T>(path: string, body: unknown, enabled = true) {
  return useQuery<T, Problem>({
    queryKey: [path, body],
    queryFn: () => call<T>("POST", path, { body }),
    enabled,
    placeholderData: undefined,
  });
}
