import { Suspense, useEffect } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, Redirect, Route, Switch } from "wouter";
import { useLive } from "./api/live";
import { asProblem } from "./api/problem";
import { SESSION_KEY, signOut, useMay, useSession, type Session } from "./api/session";
import { PageHead } from "./design/card";
import { Layout } from "./design/layout";
import { Empty, Failed, Loading } from "./design/states";
import { tell } from "./design/toast";
import SignIn from "./pages/sign_in";
import { ROUTES, type PageRoute } from "./routes";

function Titled({ route }: { route: PageRoute }) {
  useEffect(() => {
    document.title = `${route.title} · Warmfront`;
  }, [route]);
  const Page = route.page;
  const may = useMay();
  // Who may not see the overview begins with what it may see.
  if (!may(route.needs))
    return route.path === "/" ? <Redirect to="/messages" replace /> : <NotForRole />;
  return (
    <Suspense fallback={<Loading what={route.title} lines={6} />}>
      <Page />
    </Suspense>
  );
}

function NotForRole() {
  return <Empty title="The role of your key does not allow this page." />;
}

function Missing() {
  return (
    <>
      <PageHead title="There is no such page" />
      <Empty title="Nothing is at this address.">
        <Link href="/">To the overview</Link>
      </Empty>
    </>
  );
}

function SignedIn({ session }: { session: Session }) {
  const live = useLive();
  const client = useQueryClient();
  const leave = async () => {
    try {
      await signOut();
      client.setQueryData(SESSION_KEY, null);
    } catch (failure) {
      tell(asProblem(failure).detail, "bad");
    }
  };
  return (
    <Layout session={session} live={live} onSignOut={leave}>
      <Switch>
        {ROUTES.map((route) => (
          <Route path={route.path} key={route.path}>
            <Titled route={route} />
          </Route>
        ))}
        <Route>
          <Missing />
        </Route>
      </Switch>
    </Layout>
  );
}

export function App() {
  const session = useSession();
  if (session.data) return <SignedIn session={session.data} />;
  if (session.data === null) return <SignIn />;
  if (session.error)
    return (
      <main class="sign-in">
        <Failed problem={asProblem(session.error)} onRetry={() => void session.refetch()} />
      </main>
    );
  return (
    <main class="sign-in">
      <Loading what="Looking who is signed in" />
    </main>
  );
}
