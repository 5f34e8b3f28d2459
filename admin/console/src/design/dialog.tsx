import { useEffect, useId, useRef } from "react";
import type { ReactNode } from "react";
import "./dialog.css";

/** A native dialog: it keeps the focus inside and gives it back; Escape closes it. */
export function Dialog(props: {
  title: string;
  onClose: () => void;
  onSubmit?: () => void;
  children: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
}) {
  const frame = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = frame.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  const inside = (
    <>
      <h2 id={heading}>{props.title}</h2>
      {props.children}
      {props.footer && <footer>{props.footer}</footer>}
    </>
  );
  return (
    <dialog
      ref={frame}
      class={props.wide ? "wide" : undefined}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
    >
      {props.onSubmit ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            props.onSubmit?.();
          }}
        >
          {inside}
        </form>
      ) : (
        <div class="inside">{inside}</div>
      )}
    </dialog>
  );
}
