import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import type { LiveState } from "../api/live";
import { useMay, type Session } from "../api/session";
import { ROUTES, SECTIONS, type PageRoute } from "../routes";
import { ownZone } from "../rules/time";
import { setTheme, useTheme, type Theme } from "./theme";
import { Toasts } from "./toast";

export function Brand() {
  return (
    <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true" fill="currentColor">
      <path d="M2 15h20v2H2zM3.500 14a3.750 3.750 0 0 1 7.500 0zM13 14a3.750 3.750 0 0 1 7.500 0z" />
    </svg>
  );
}

export function ThemeSwitch() {
  const { theme } = useTheme();
  return (
    <label class="row small">
      Colours
      <select value={theme} onChange={(event) => setTheme(event.currentTarget.value as Theme)}>
        <option value="system">as the system</option>
        <option value="light">light</option>
        <option value="dark">dark</option>
      </select>
    </label>
  );
}

const isAt = (path: string, route: PageRoute) =>
  path === route.path || (route.path !== "/" && path.startsWith(`${route.path}/`));

function Navigation() {
  const [path] = useLocation();
  const may = useMay();
  const mine = ROUTES.filter((each) => each.section && may(each.needs));
  return (
    <nav class="nav" aria-label="Pages">
      {SECTIONS.filter((each) => mine.some((route) => route.section === each)).map((section) => (
        <section key={section}>
          <h2>{section}</h2>
          <ul>
            {mine
              .filter((each) => each.section === section)
              .map((each) => (
                <li key={each.path}>
                  <Link href={each.path} aria-current={isAt(path, each) ? "page" : undefined}>
                    {each.title}
                  </Link>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

const LIVE_TEXT: Record<LiveState, string> = {
  live: "Live",
  connecting: "Connecting",
  polling: "Asks every few seconds",
};

/** The frame of every page. The focus moves to the page's content when another one opens. */
export function Layout(props: {
  session: Session;
  live: LiveState;
  onSignOut: () => void;
  children: ReactNode;
}) {
  const { session } = props;
  const [path] = useLocation();
  const main = useRef<HTMLElement>(null);
  const before = useRef(path);
  useEffect(() => {
    if (before.current !== path) main.current?.focus();
    before.current = path;
  }, [path]);
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <div class="frame">
        <header class="side">
          <Link class="brand" href="/">
            <Brand />
            Warmfront
          </Link>
          <Navigation />
          <div class="side-foot small">
            <span class="live" data-state={props.live} role="status">
              {LIVE_TEXT[props.live]}
            </span>
            <span class="soft">Times in {ownZone()}</span>
            <ThemeSwitch />
            <span>
              {session.account} · {session.role}
            </span>
            <button type="button" class="button" onClick={props.onSignOut}>
              Sign out
            </button>
          </div>
        </header>
        <main class="main" id="content" tabIndex={-1} ref={main}>
          {props.children}
        </main>
      </div>
      <Toasts />
    </>
  );
}
