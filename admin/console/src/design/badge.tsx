import type { ReactNode } from "react";

export type Tone = "good" | "warn" | "bad" | "info" | "plain";

const MARKS: Record<Tone, string> = { good: "✓", warn: "!", bad: "✕", info: "→", plain: "·" };

/** A state as mark and word: the colour only repeats what both say. */
export function Badge({ tone = "plain", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span class="badge" data-tone={tone}>
      <span aria-hidden="true">{MARKS[tone]}</span>
      {children}
    </span>
  );
}

/** The tones of the states that the API names. */
const STATE_TONES: Record<string, Tone> = {
  ok: "good",
  active: "good",
  alive: "good",
  ready: "good",
  open: "good",
  verified: "good",
  delivered: "good",
  done: "good",
  finished: "good",
  attention: "warn",
  warning: "warn",
  held: "warn",
  deferred: "warn",
  draining: "warn",
  paused: "warn",
  exhausted: "warn",
  paced: "info",
  waiting: "info",
  warming: "info",
  canary: "info",
  running: "info",
  scheduled: "info",
  queued: "info",
  hint: "info",
  trouble: "bad",
  problem: "bad",
  dead: "bad",
  blocked: "bad",
  failed: "bad",
  bounced: "bad",
  expired: "bad",
  quarantined: "bad",
};

/** A state in the API's words, with the tone it has everywhere in the console. */
export function StateBadge({ state }: { state: string }) {
  return <Badge tone={STATE_TONES[state] ?? "plain"}>{state.replaceAll("_", " ")}</Badge>;
}
