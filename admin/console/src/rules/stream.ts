/** The lines of a stream of UTF-8 text, without their ends; empty ones are left out. */
export async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += decoder.decode(value, { stream: !done });
      const lines = rest.split("\n");
      rest = done ? "" : (lines.pop() ?? "");
      for (const line of lines) if (line.trim()) yield line;
      if (done) return;
    }
  } finally {
    // What ended with a failure says it once more here.
    reader.cancel().catch(() => undefined);
  }
}

/** Milliseconds before attempt `attempt` (from 0): doubles up to a minute, with jitter. */
export function retryAfter(attempt: number, random: () => number = Math.random): number {
  const most = Math.min(60_000, 1_000 * 2 ** Math.min(attempt, 10));
  return most / 2 + (random() * most) / 2;
}
