import type { ReactNode } from "react";
import { Problem } from "../api/problem";

/** Not known yet: never looks like nothing. */
export function Loading({ what = "Loading", lines = 3 }: { what?: string; lines?: number }) {
  return (
    <div class="loading" role="status">
      <span class="hidden">{what}…</span>
      {Array.from({ length: lines }, (_, line) => (
        <span aria-hidden="true" key={line} />
      ))}
    </div>
  );
}

/** Known to be nothing, and what one may do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children}
    </div>
  );
}

/** What went wrong, why, and what to try. */
export function Failed({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  return (
    <div class="notice" data-tone="bad" role="alert">
      <strong>{problem.detail}</strong>
      {problem.remedy && <span>Try: {problem.remedy}.</span>}
      <span class="soft small">
        {problem.status ? `HTTP ${problem.status}, ${problem.code}` : problem.code}
      </span>
      {onRetry && (
        <div>
          <button type="button" class="button" onClick={onRetry}>
            Try again
          </button>
        </div>
      )}
    </div>
  );
}

export function Notice(props: { tone?: "warn" | "bad"; title: string; children?: ReactNode }) {
  return (
    <div class="notice" data-tone={props.tone}>
      <strong>{props.title}</strong>
      {props.children}
    </div>
  );
}

interface Asked<T> {
  data: T | undefined;
  error: Problem | null;
  isPending: boolean;
  refetch: () => unknown;
}

/**
 * What a question gave: loading, failed, or the answer. With an answer that is no longer fresh the
 * failure stands above it, and the answer stays.
 */
export function Show<T>(props: {
  asked: Asked<T>;
  what?: string;
  lines?: number;
  children: (data: T) => ReactNode;
}) {
  const { asked } = props;
  const retry = () => void asked.refetch();
  if (asked.data === undefined)
    return asked.error ? (
      <Failed problem={asked.error} onRetry={retry} />
    ) : (
      <Loading what={props.what} lines={props.lines} />
    );
  return (
    <>
      {asked.error && <Failed problem={asked.error} onRetry={retry} />}
      {props.children(asked.data)}
    </>
  );
}
