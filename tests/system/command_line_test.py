"""The command line as people and scripts use it: declared state, doctor, top, watching, shells."""
import json
import os
import shutil
import unittest

from harness.case import SystemTest, main
from harness.processes import BIN, run
from harness.terminal import Terminal

STATE = """
warmfront: 1
plans:
  - name: gentle
    days: [100, 200, 400]
    providers: {gmail: [10, 20, 40]}
pools:
  - name: news
    kind: dedicated
    account: default
    overflow: pool:shared
    ips:
      - {address: 127.0.0.7, plan: gentle}
identities:
  - domain: sender.test
    tags: {team: news}
    tracking_host: links.sender.test
    senders:
      - {address: news@sender.test, display_name: News}
templates:
  - name: welcome
    subject: Hello {{name}}
    html: |
      <p>
        Hello {{name}}
      </p>
webhooks:
  - url: https://hooks.example.com/mail
    kinds: [bounced]
"""


class CommandLineTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.sink = self.start_sink(keep=True)
        self.node = self.start_node(self.sink)
        self.variables = {"WARMFRONT_SERVER": f"http://{self.node.admin}",
                          "WARMFRONT_KEY": self.node.rest.key, "HOME": str(self.folder),
                          "PATH": f"{BIN}:{os.environ['PATH']}"}

    def terminal(self, *command, **variables):
        opened = Terminal(command, dict(self.variables, **variables))
        self.addCleanup(opened.close)
        return opened

    def write(self, name, text):
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        return file

    def succeed(self, *words, code=0):
        result = self.node.cli(*words)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout


class DeclaredState(CommandLineTest):
    def test_a_state_is_shown_applied_and_then_so(self):
        file = self.write("cluster.yaml", STATE)
        shown = self.succeed("apply", "-f", file, "--dry-run", code=4)
        for line in ("+ plan gentle", "+ pool news", "+ ip news/127.0.0.7",
                     "+ identity sender.test", "+ sender news@sender.test",
                     "+ template default/welcome",
                     "+ webhook default/https://hooks.example.com/mail",
                     "7 to create, 0 to change, 0 to delete."):
            self.assertIn(line, shown)
        self.assertEqual(self.node.rest.get("/v1/templates")["items"], [])
        applied = self.succeed("apply", "-f", file)
        self.assertIn("7 done.", applied)
        self.assertIn("its secret: ", applied)
        self.assertIn("Nothing to change.", self.succeed("apply", "-f", file, "--dry-run"))
        self.assertEqual(self.node.rest.get("/v1/pools/news")["ips"][0]["plan"], "gentle")

    def test_an_export_applied_changes_nothing_here_and_makes_the_same_elsewhere(self):
        self.succeed("apply", "-f", self.write("cluster.yaml", STATE))
        text = self.succeed("export")
        plan = json.loads(self.succeed("apply", "-f", self.write("exported.yaml", text),
                                       "--dry-run", "--prune", "-o", "json"))
        self.assertEqual(plan, {"changes": [], "kept": []})
        self.node = self.start_node(self.sink)
        moved = text.replace('node: "n1"', f'node: "{self.node.name}"')
        self.succeed("apply", "-f", self.write("moved.yaml", moved))
        self.assertEqual(self.succeed("export"), moved)

    def test_changes_are_told_field_by_field_and_pruned_on_demand(self):
        file = self.write("cluster.yaml", STATE)
        self.succeed("apply", "-f", file)
        file.write_text(STATE.replace("Hello {{name}}\n    html", "Good day {{name}}\n    html")
                        .replace("[100, 200, 400]", "[100, 300, 400]")
                        .split("webhooks:")[0] + "webhooks: []\n", encoding="utf-8")
        shown = self.succeed("apply", "-f", file, "--dry-run", code=4)
        self.assertIn("days: [100,200,400] -> [100,300,400]", shown)
        self.assertIn('subject: "Hello {{name}}" -> "Good day {{name}}"', shown)
        self.assertIn("stays, though the file does not have it: webhook", shown)
        self.assertIn("3 done.", self.succeed("apply", "-f", file, "--prune"))
        self.assertEqual(self.node.rest.get("/v1/webhooks")["items"], [])
        self.assertEqual(self.node.rest.get("/v1/templates/welcome")["version"], 2)

    def test_an_unreachable_node_is_3_and_a_broken_file_2(self):
        self.assertIn("line 1: aliases are not allowed",
                      self.node.cli("apply", "-f", self.write("x.yaml", "a: *b\n")).stderr)
        self.succeed("apply", "-f", self.write("x.yaml", "pools: 3\n"), code=2)
        self.node.kill()
        self.succeed("apply", "-f", self.write("x.yaml", "plans: []\n"), code=3)


    def test_a_state_in_another_order_is_the_same(self):
        state = STATE.replace("{team: news}", '{team: news, area: "7"}').replace(
            "{gmail: [10, 20, 40]}", "{outlook: [10, 20, 40], gmail: [10, 20, 40]}").replace(
            "kinds: [bounced]", "kinds: [delivered, bounced]") + """
  - url: https://hooks.example.com/mail
    kinds: [opened]
"""
        file = self.write("cluster.yaml", state.replace("    providers", """
    thresholds: {lower_spam: 5}
    providers"""))
        self.succeed("apply", "-f", file)
        self.assertIn("Nothing to change.", self.succeed("apply", "-f", file, "--dry-run"))
        self.assertIn("Nothing to change.", self.succeed(
            "apply", "-f", self.write("again.yaml", self.succeed("export")), "--dry-run"))

    def test_a_plan_that_decreases_and_many_ips_survive_export_and_apply(self):
        self.node.rest.post("/v1/plans", {"name": "down", "days": [100, 50],
                                          "allow_decrease": True})
        for number in range(300):
            self.node.rest.put(f"/v1/pools/shared/ips/127.0.{number // 250}.{number % 250 + 1}",
                               {"plan": "down"})
        text = self.succeed("export").replace('spread: "none"', 'spread: "even"')
        file = self.write("exported.yaml", text.replace('overflow: "hold"', 'overflow: "reject"'))
        applied = self.succeed("apply", "-f", file)
        self.assertIn("changed plan down", applied)
        self.assertIn("changed pool shared", applied)
        self.assertIn("Nothing to change.", self.succeed("apply", "-f", file, "--dry-run"))

    def test_a_cluster_is_judged(self):
        seen = json.loads(self.succeed("cluster", "verify", "-o", "json"))
        self.assertEqual(seen["problems"], 0)
        self.assertEqual(seen["checks"][0]["found"], "1 of 1 are up")


class Doctor(CommandLineTest):
    def findings(self, *words, code):
        output = self.succeed("doctor", "--config", self.node.config, "-o", "json", *words,
                              code=code)
        return {each["check"]: each for each in json.loads(output)["checks"]}

    def test_a_running_node_is_looked_at_with_its_own_key(self):
        self.node.rest.post("/v1/identities", {"domain": "sender.test"})
        found = self.findings(code=1)
        for check in ("configuration", "node", "port smtp.submission[0]", "port http.admin",
                      "disk", "node n1"):
            self.assertEqual(found[check]["state"], "ok", found[check])
        self.assertEqual(found["identity sender.test"]["state"], "problem")
        self.assertIn("identity dns sender.test", found["identity sender.test"]["remedy"])

    def test_a_stopped_node_whose_port_somebody_has(self):
        self.node.kill()
        self.assertEqual(self.findings(code=1)["node"]["state"], "warning")
        self.node.wanted["smtp"]["submission"] = [self.sink.address]
        self.node.write_config()
        # The harness names the port it has chosen itself; this one is the sink's.
        text = self.node.config.read_text(encoding="utf-8")
        self.assertIn(self.sink.address, text)
        found = self.findings(code=1)
        self.assertEqual(found["port smtp.submission[0]"]["state"], "problem")


class OnATerminal(CommandLineTest):
    def test_top_draws_again_and_again(self):
        self.node.dedicated_pool("cold", "127.0.0.2")
        screen = self.terminal("warmfront", "top", "--watch=0.2")
        screen.wait_for(r"RECIPIENTS +A MINUTE +TODAY")
        screen.wait_for(r"127\.0\.0\.2 .*0 / 500 +\[\.+\]")
        self.succeed("send", "--from", "a@sender.test", "--to", "b@next.test", "--subject", "s",
                     "--text", "t")
        screen.wait_for(r"accepted +\d+ +1\b")

    def test_a_list_is_watched_and_a_pipe_gets_one_after_the_other(self):
        screen = self.terminal("warmfront", "pool", "list", "--watch=0.2")
        screen.wait_for(r"\x1b\[H.*warmfront pool list(?s:.*)shared")
        self.node.dedicated_pool("cold", "127.0.0.2")
        screen.wait_for("cold")
        piped = run(["sh", "-c", "warmfront pool list -o json --watch=0.1 | head -c 3000"],
                    env=dict(os.environ, **self.variables))
        self.assertGreater(piped.stdout.count('"items"'), 1)

    def test_an_import_shows_how_far_it_is(self):
        self.succeed("group", "create", "readers")
        rows = "".join(f"reader{n}@next.test\n" for n in range(50_000))
        screen = self.terminal("warmfront", "group", "import", "readers",
                               self.write("list.csv", "email\n" + rows))
        screen.wait_for(r"\[#+\.*\] +\d+ % of 1\.\d MB")
        self.assertEqual(screen.end(), 0)
        self.assertIn("50000", screen.output)


class Sending(CommandLineTest):
    def test_a_mail_with_a_file_a_header_and_its_text_from_a_pipe(self):
        report = self.write("report.txt", "numbers\n")
        sent = run(["warmfront", "send", "--from", "a@sender.test", "--to", "b@next.test",
                    "--subject", "s", "--stdin", "--header", "X-Campaign=spring", "--no-opens",
                    "--attachment", f"{report};type=text/plain"],
                   input="Good morning\n", env=dict(os.environ, **self.variables))
        self.assertEqual(sent.returncode, 0, sent.stderr)
        self.sink.wait_for(1)
        mail, = self.sink.contents("b@next.test")
        for part in (b"X-Campaign: spring", b"Good morning", b'filename="report.txt"'):
            self.assertIn(part, mail.replace(b"filename=report.txt", b'filename="report.txt"'))


class Shells(CommandLineTest):
    """Real shells complete nouns, verbs, options, and names that the node tells."""

    def script(self, shell):
        return self.write(f"completion.{shell}", self.succeed("completion", shell))

    def test_bash(self):
        shell = self.terminal("bash", "--norc", "--noprofile", "-i", PS1="ready> ")
        shell.wait_for("ready> ")
        begun = shell.type(f"source {self.script('bash')}; echo lo''aded\n")
        shell.wait_for("loaded", begun)
        begun = shell.type("warmfront prov\t")
        shell.wait_for("provision ", begun)
        begun = shell.type("\x15warmfront pool show sha\t")
        shell.wait_for("show shared ", begun)
        self.node.rest.put("/v1/pools/shared/ips/::1", {"plan": "warm"})
        begun = shell.type("\x15warmfront ip show ::\t")
        shell.wait_for("show ::1 ", begun)
        begun = shell.type("\x15warmfront pool create x --over\t")
        shell.wait_for("--overflow ", begun)

    def test_bash_never_obeys_a_name(self):
        for name in ("zz$(touch PWNED)", "Spring news"):
            self.node.rest.post("/v1/templates", {"name": name, "subject": "found", "text": "x"})
        shell = self.terminal("bash", "--norc", "--noprofile", "-i", PS1="ready> ")
        shell.wait_for("ready> ")
        begun = shell.type(f"cd {self.folder}; source {self.script('bash')}; echo lo''aded\n")
        shell.wait_for("loaded", begun)
        for typed, shown in (("z", r"zz\\\$\\\(touch\\ PWNED\\\) "),
                             ("Spring\\ n", r"Spring\\ news ")):
            begun = shell.type(f"\x15warmfront template show {typed}\t")
            shell.wait_for(shown, begun)
            begun = shell.type("\n")
            shell.wait_for("found", begun)
        self.assertFalse((self.folder / "PWNED").exists())

    @unittest.skipUnless(shutil.which("zsh"), "no zsh here")
    def test_zsh(self):
        shell = self.terminal("zsh", "-f", "-i", PS1="ready> ", ZDOTDIR=str(self.folder))
        shell.wait_for("ready> ")
        begun = shell.type(f"autoload -U compinit; compinit -u -D; source {self.script('zsh')}; "
                           "echo lo''aded\n")
        shell.wait_for("loaded", begun)
        begun = shell.type("warmfront prov\t")
        shell.wait_for("(?s)prov.*ision", begun)
        begun = shell.type("\x15warmfront pool show sha\t")
        shell.wait_for("(?s)show sha.*red", begun)

    @unittest.skipUnless(shutil.which("fish"), "no fish here")
    def test_fish(self):
        def completed(line):
            result = run(["fish", "--no-config", "-c",
                          f"source {self.script('fish')}; complete -C '{line}'"],
                         env=dict(os.environ, **self.variables))
            return [each.split("\t")[0] for each in result.stdout.splitlines()]
        self.assertEqual(completed("warmfront prov"), ["provision"])
        self.assertIn("shared", completed("warmfront pool show "))
        self.assertIn("--overflow", completed("warmfront pool create x --"))

    def test_a_node_that_is_away_is_no_reason_to_wait(self):
        self.node.kill()
        silent = run(["warmfront", "complete", "pool", "show", ""], seconds=5,
                     env=dict(os.environ, **self.variables))
        self.assertEqual((silent.returncode, silent.stdout, silent.stderr), (0, "", ""))


if __name__ == "__main__":
    main()
