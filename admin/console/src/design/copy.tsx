import { useState } from "react";

/** Puts a text on the clipboard, and says so. */
export function CopyButton({ text, what = "this" }: { text: string; what?: string }) {
  const [told, setTold] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setTold("Copied");
    } catch {
      // Without TLS browsers give the clipboard to loopback alone.
      setTold("Select and copy it");
    }
    setTimeout(() => setTold(""), 2_000);
  };
  return (
    <button type="button" class="button quiet" aria-label={`Copy ${what}`} onClick={copy}>
      <span aria-live="polite">{told || "Copy"}</span>
    </button>
  );
}

/** A text to be copied as it is: a command, a record, a secret. */
export function Command({ text, what }: { text: string; what: string }) {
  return (
    <div class="command">
      <pre tabIndex={0} aria-label={what}>
        {text}
      </pre>
      <CopyButton text={text} what={what} />
    </div>
  );
}
