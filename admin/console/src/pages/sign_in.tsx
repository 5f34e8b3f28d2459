import { useEffect, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { SESSION_KEY, signIn } from "../api/session";
import { asProblem, type Problem } from "../api/problem";
import { FormProblem, TextField } from "../design/field";
import { Brand, ThemeSwitch } from "../design/layout";

/** Exchanges a key for a session. */
export default function SignIn() {
  const client = useQueryClient();
  const [key, setKey] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isWorking, setWorking] = useState(false);
  useEffect(() => {
    document.title = "Sign in · Warmfront";
    // However the last session ended: who comes next sees nothing of it.
    client.removeQueries({ predicate: (each) => each.queryKey[0] !== SESSION_KEY[0] });
  }, []);
  const submit = async () => {
    setWorking(true);
    setProblem(null);
    try {
      client.setQueryData(SESSION_KEY, await signIn(key.trim()));
    } catch (failure) {
      setProblem(asProblem(failure));
      setWorking(false);
    }
  };
  return (
    <main class="sign-in">
      <form
        class="card stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <h1 class="row">
          <span class="brand">
            <Brand />
          </span>
          Sign in to Warmfront
        </h1>
        <TextField
          label="Key"
          name="key"
          type="password"
          autoComplete="current-password"
          value={key}
          onChange={setKey}
          required
          mono
          problem={problem}
          hint="The first key of a cluster is in the file admin.key of the node's data directory."
        />
        <FormProblem problem={problem} fields={["key"]} />
        <div class="row apart">
          <ThemeSwitch />
          <button class="button main-action" disabled={isWorking || key.trim() === ""}>
            {isWorking ? "Signing in…" : "Sign in"}
          </button>
        </div>
        <details class="forms">
          <summary>Where is my key?</summary>
          <p class="small soft">
            On the node: <code>cat /var/lib/warmfront/admin.key</code> (its <code>data_dir</code>).
            More keys, for people and programs: <code>warmfront key create</code>, or the page Keys.
          </p>
        </details>
      </form>
    </main>
  );
}
