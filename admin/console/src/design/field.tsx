import { useId } from "react";
import type { JSX } from "preact";
import type { Problem } from "../api/problem";

interface Common {
  label: string;
  /** As the API names it: a problem with this field is shown beside it. */
  name: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string;
  problem?: Problem | null;
  required?: boolean;
  disabled?: boolean;
}

function described(props: Common, id: string) {
  const fault = props.problem?.field === props.name ? props.problem : null;
  const ids = [props.hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ");
  return {
    fault,
    control: {
      id,
      name: props.name,
      value: props.value,
      required: props.required,
      disabled: props.disabled,
      "aria-invalid": fault ? ("true" as const) : undefined,
      "aria-describedby": ids || undefined,
    },
  };
}

function Around(props: { of: Common; id: string; fault: Problem | null; children: JSX.Element }) {
  const { of, id, fault } = props;
  return (
    <div class="field">
      <label htmlFor={id}>{of.label}</label>
      {props.children}
      {of.hint && (
        <span class="hint" id={`${id}-hint`}>
          {of.hint}
        </span>
      )}
      {fault && (
        <span class="fault" id={`${id}-fault`}>
          {fault.detail} {fault.remedy && `Try: ${fault.remedy}.`}
        </span>
      )}
    </div>
  );
}

export function TextField(
  props: Common & {
    type?: "text" | "password" | "email" | "number" | "search" | "datetime-local" | "date";
    placeholder?: string;
    autoComplete?: string;
    lines?: number;
    mono?: boolean;
  },
) {
  const id = useId();
  const { fault, control } = described(props, id);
  const onInput = (event: { currentTarget: { value: string } }) =>
    props.onChange(event.currentTarget.value);
  const shared = { ...control, placeholder: props.placeholder, class: props.mono ? "mono" : "" };
  return (
    <Around of={props} id={id} fault={fault}>
      {props.lines ? (
        <textarea {...shared} rows={props.lines} onInput={onInput} />
      ) : (
        <input
          {...shared}
          {...({ type: props.type ?? "text" } as { type: "text" })}
          autoComplete={props.autoComplete ?? "off"}
          spellcheck={false}
          onInput={onInput}
        />
      )}
    </Around>
  );
}

export interface Option {
  value: string;
  label: string;
}

export function SelectField(props: Common & { options: readonly Option[] }) {
  const id = useId();
  const { fault, control } = described(props, id);
  return (
    <Around of={props} id={id} fault={fault}>
      <select {...control} onChange={(event) => props.onChange(event.currentTarget.value)}>
        {props.options.map((each) => (
          <option value={each.value} key={each.value}>
            {each.label}
          </option>
        ))}
      </select>
    </Around>
  );
}

/** What no field stands for: shown above the buttons. */
export function FormProblem(props: { problem: Problem | null; fields: readonly string[] }) {
  const { problem } = props;
  if (!problem || props.fields.includes(problem.field)) return null;
  return (
    <div class="notice" data-tone="bad" role="alert">
      <strong>{problem.detail}</strong>
      {problem.remedy && <span>Try: {problem.remedy}.</span>}
    </div>
  );
}
