import { useSyncExternalStore } from "react";

interface Toast {
  id: number;
  tone: "good" | "bad";
  text: string;
}

let toasts: readonly Toast[] = [];
let last = 0;
const watchers = new Set<() => void>();

function show(next: readonly Toast[]) {
  toasts = next;
  for (const each of watchers) each();
}

function drop(id: number) {
  show(toasts.filter((each) => each.id !== id));
}

/** Tells what was done, or that it was not. Failures stay until they are put away. */
export function tell(text: string, tone: Toast["tone"] = "good"): void {
  const id = ++last;
  show([...toasts.slice(-4), { id, tone, text }]);
  if (tone === "good") setTimeout(() => drop(id), 6_000);
}

function watch(watcher: () => void) {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

export function Toasts() {
  const all = useSyncExternalStore(watch, () => toasts);
  return (
    <div class="toasts" role="region" aria-label="Messages" aria-live="polite">
      {all.map((each) => (
        <div class="toast" data-tone={each.tone} key={each.id}>
          <span>{each.text}</span>
          <button
            type="button"
            class="button quiet"
            aria-label="Put this message away"
            onClick={() => drop(each.id)}
          >
            ✕
          </button>
        </div>
      ))}
    </div>
  );
}
