import { useEffect, useRef, useState } from "react";

/**
 * The HTML of a mail, as a receiver would draw it, in a frame that can do nothing: no origin, no
 * scripts, no images from elsewhere, no links (preview.html, and the policy it is served with).
 */
export function MailFrame(props: { html: string; title: string; width?: number }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [isReady, setReady] = useState(false);
  const [height, setHeight] = useState(240);
  useEffect(() => {
    const listen = (event: MessageEvent<{ ready?: boolean; height?: number }>) => {
      if (event.source !== frame.current?.contentWindow) return;
      if (event.data.ready) setReady(true);
      if (typeof event.data.height === "number")
        setHeight(Math.min(Math.max(event.data.height, 120), 4_000));
    };
    addEventListener("message", listen);
    return () => removeEventListener("message", listen);
  }, []);
  useEffect(() => {
    // The frame has no origin that could be named.
    if (isReady) frame.current?.contentWindow?.postMessage({ html: props.html }, "*");
  }, [isReady, props.html]);
  return (
    <iframe
      ref={frame}
      class="mail-frame"
      src="/preview.html"
      title={props.title}
      sandbox="allow-scripts"
      width={props.width ?? "100%"}
      height={height}
    />
  );
}
