import type { ReactNode } from "react";

/** A part of a page, with its heading. `flush`: what is in it brings its own padding. */
export function Card(props: {
  title: string;
  aside?: ReactNode;
  flush?: boolean;
  children: ReactNode;
}) {
  return (
    <section class="card">
      <header>
        <h2>{props.title}</h2>
        {props.aside}
      </header>
      {props.flush ? props.children : <div class="body">{props.children}</div>}
    </section>
  );
}

/** The head of a page: its name, the question it answers, its actions. */
export function PageHead(props: { title: string; about?: ReactNode; children?: ReactNode }) {
  return (
    <header class="page-head">
      <div>
        <h1>{props.title}</h1>
        {props.about && <p>{props.about}</p>}
      </div>
      {props.children && <div class="row">{props.children}</div>}
    </header>
  );
}

/** A number that stands for itself. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl class="facts">{children}</dl>;
}

export function Fact(props: { name: string; note?: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
      {props.note && <dd class="note">{props.note}</dd>}
    </div>
  );
}

/** How much of a whole; without a limit only the number is told. */
export function Meter(props: {
  label: string;
  value: number;
  max: number | null;
  tone?: "good" | "warn" | "bad";
  children?: ReactNode;
}) {
  return (
    <div class="meter">
      {props.max !== null && (
        <progress
          aria-label={props.label}
          value={props.value}
          max={Math.max(props.max, 1)}
          data-tone={props.tone}
        />
      )}
      {props.children}
    </div>
  );
}
