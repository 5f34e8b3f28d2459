"""The files that the package brings are sound, and tell of nothing that is not there."""
import importlib.util
import json
import os
import re
import shutil
import signal
import unittest

from harness.case import SystemTest, main
from harness.processes import BIN, ROOT, free_port, run, until

CONFIG = ROOT / "cluster-config"
PACKAGES = CONFIG / "packages"
UNIT = CONFIG / "systemd" / "warmfront.service"
THREE = CONFIG / "examples" / "three-nodes"


def having(program):
    return unittest.skipUnless(shutil.which(program), f"{program} is not installed")


class Unit(SystemTest):
    def unit(self):
        """The unit, with the program that was built in place of the installed one."""
        file = self.folder / "warmfront.service"
        text = UNIT.read_text(encoding="utf-8")
        file.write_text(text.replace("/usr/bin/warmfrontd", str(BIN / "warmfrontd")),
                        encoding="utf-8")
        return file

    @having("systemd-analyze")
    def test_systemd_accepts_it(self):
        result = run(["systemd-analyze", "verify", "--man=no", self.unit()])
        complaints = [line for line in result.stderr.splitlines() if str(self.folder) in line]
        self.assertEqual(complaints, [], result.stderr)

    @having("systemd-analyze")
    def test_it_is_locked_in(self):
        result = run(["systemd-analyze", "security", "--offline=true", "--threshold=20",
                      self.unit()])
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def allowed_calls(self, group="@system-service"):
        """Names of a group of system calls, with those of the groups in it."""
        listed = run(["systemd-analyze", "syscall-filter", group]).stdout.splitlines()[1:]
        names = {line.strip() for line in listed if line.strip() and "#" not in line}
        groups = {each for each in names if each.startswith("@")}
        return names.union(*(self.allowed_calls(each) for each in groups))

    def traced(self, node):
        """The node is started with its system calls counted, into the file that is returned."""
        counts, program = self.folder / "calls", self.folder / "traced"
        program.write_text(f'#!/bin/sh\nexec strace -D -f -c -o {counts} {node.program} "$@"\n',
                           encoding="ascii")
        program.chmod(0o755)
        node.program = program
        return counts

    @having("systemd-analyze")
    @having("strace")
    def test_a_node_asks_the_kernel_for_nothing_that_it_forbids(self):
        if run(["strace", "-o", "/dev/null", "true"]).returncode != 0:
            self.skipTest("processes may not be traced here")
        self.assertIn("SystemCallFilter=@system-service\n", UNIT.read_text(encoding="utf-8"))
        sink = self.start_sink()
        (self.folder / "backups").mkdir(mode=0o700)
        node = self.new_node([{"domain": "*", "to": sink.address}],
                             smtp={"inbound": [f"127.0.0.1:{free_port()}"]},
                             backup={"directory": str(self.folder / "backups")})
        counts = self.traced(node)
        node.start()
        node.shared_ip()
        node.rest.post("/v1/messages", {"from": "ada@example.net", "to": ["bob@example.org"],
                                        "subject": "Hello", "text": "Hello."})
        until(lambda: sink.stat()["mails"] == 1, "the mail to arrive")
        node.rest.post("/v1/backups")
        node.process.send_signal(signal.SIGHUP)
        self.assertEqual(node.terminate()[0], 0)
        until(lambda: counts.exists() and "total" in counts.read_text(), "the counts")
        called = {line.split()[-1] for line in counts.read_text().splitlines()
                  if re.match(r" *\d", line)} - {"total"}
        self.assertGreater(len(called), 40)
        self.assertEqual(called - self.allowed_calls(), set())

    def test_the_watchdog_leaves_time_and_the_stop_does_as_well(self):
        settings = dict(line.split("=", 1) for line in UNIT.read_text().splitlines()
                        if re.match(r"[A-Za-z]+=", line))
        self.assertEqual(settings["Type"], "notify")
        self.assertGreaterEqual(int(settings["WatchdogSec"]), 30)
        self.assertGreater(int(settings["TimeoutStopSec"]), 10)


class Configuration(SystemTest):
    def test_what_is_installed_is_accepted_and_listens_on_loopback_alone(self):
        file = PACKAGES / "debian" / "node.toml"
        result = run([BIN / "warmfrontd", "--config", file, "--check"])
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        values = [line.split("#")[0] for line in file.read_text(encoding="utf-8").splitlines()]
        listeners = re.findall(r'"([^"]+):\d+"', "\n".join(values))
        self.assertEqual(set(listeners), {"127.0.0.1"})

    def test_the_maintainer_scripts_are_sound(self):
        for name in ("postinst", "prerm", "postrm"):
            script = PACKAGES / "debian" / name
            self.assertTrue(os.access(script, os.X_OK), name)
            result = run(["sh", "-n", script])
            self.assertEqual(result.returncode, 0, result.stderr)
            if shutil.which("shellcheck"):
                result = run(["shellcheck", script])
                self.assertEqual(result.returncode, 0, result.stdout)


class Postinst(SystemTest):
    """The script, with programs in place of the system's that tell what they were asked for."""

    def configure(self, before="", mask="enabled", invoke="true"):
        tools, log = self.folder / "tools", self.folder / "log"
        tools.mkdir(exist_ok=True)
        log.write_text("", encoding="ascii")
        for name in ("adduser", "chown", "chmod", "install", "getent", "deb-systemd-helper",
                     "systemctl", "deb-systemd-invoke"):
            then = {"deb-systemd-invoke": invoke, "systemctl": f"echo {mask}"}.get(name, "true")
            (tools / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {log}\n{then}\n',
                                      encoding="ascii")
            (tools / name).chmod(0o755)
        script = self.folder / "postinst"
        text = (PACKAGES / "debian" / "postinst").read_text(encoding="utf-8")
        script.write_text(text.replace("/run/systemd/system", str(self.folder))
                          .replace("timeout 60 ", "timeout 0.5 "), encoding="utf-8")
        result = run(["sh", script, "configure", before], seconds=20,
                     env=dict(os.environ, PATH=f"{tools}:{os.environ['PATH']}"))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout, re.findall("deb-systemd-invoke (.+)", log.read_text())

    def test_a_node_is_started_once_and_restarted_by_an_upgrade(self):
        self.assertEqual(self.configure(), ("", ["start warmfront.service"]))
        self.assertEqual(self.configure("0.1.0"), ("", ["try-restart warmfront.service"]))

    def test_what_was_removed_and_comes_again_is_started(self):
        self.assertEqual(self.configure("0.1.0", mask="masked"), ("", ["start warmfront.service"]))

    def test_a_node_that_waits_for_its_cluster_does_not_keep_apt_waiting(self):
        told, _ = self.configure(invoke="exec sleep 60")
        self.assertIn("still starting", told)
        self.assertEqual(self.configure(invoke="exit 1")[0], "")


class Manuals(SystemTest):
    @classmethod
    def setUpClass(cls):
        cls.pages = BIN.parent / "package_files_test"
        result = run(["/usr/bin/python3", "-B", PACKAGES / "make_files.py", "--bin", BIN,
                      "--version", "0.0.0", "--into", cls.pages])
        assert result.returncode == 0, result.stderr

    def text(self, name):
        return (self.pages / name).read_text(encoding="utf-8")

    def plain(self, name):
        """Without the marks of roff."""
        return re.sub(r"\\f[BIR]", "", self.text(name)).replace("\\-", "-").replace("\\(ti", "~")

    def names(self):
        return [file.name[:-3] for file in (PACKAGES / "man").glob("*.in")]

    @having("mandoc")
    def test_mandoc_finds_nothing(self):
        for name in self.names():
            result = run(["mandoc", "-Tlint", "-Wwarning", self.pages / name])
            self.assertEqual((result.returncode, result.stdout), (0, ""), name)

    @having("man")
    def test_groff_finds_nothing(self):
        for name in self.names():
            result = run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z",
                          self.pages / name], env=dict(os.environ, LC_ALL="C.UTF-8"))
            self.assertEqual(result.stderr, "", name)

    def test_every_key_of_node_toml_is_told_of(self):
        reference = json.loads(run([BIN / "warmfrontd", "--reference"]).stdout)
        page = self.plain("warmfront-node.toml.5")
        self.assertGreater(len(reference["keys"]), 40)
        for table in reference["tables"]:
            self.assertIn(f".SS [{table['name']}]", page)
        for key in reference["keys"]:
            self.assertIn(f"\n{key['name']} (", page)

    def test_every_option_of_the_node_is_told_of(self):
        page = self.plain("warmfrontd.8")
        for option in re.findall(r"^  (?:-\w,)?(--\w+)", run([BIN / "warmfrontd", "--help"]).stdout,
                                 re.M):
            self.assertIn(option, page)

    def test_every_noun_of_the_command_line_is_told_of(self):
        page = self.plain("warmfront.1")
        help_text = run([BIN / "warmfront", "--help"]).stdout
        nouns = re.findall(r"^  (\w[\w-]*) ", help_text.partition("Subcommands:")[2], re.M)
        self.assertGreater(len(nouns), 15)
        for noun in nouns:
            self.assertRegex(page, rf"\b{noun}\b")

    def test_text_is_shown_as_it_is(self):
        spec = importlib.util.spec_from_file_location("make_files", PACKAGES / "make_files.py")
        made = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(made)
        self.assertEqual(made.escaped(".a 'b' \\n -c ≥"),
                         "\\&.a \\(aqb\\(aq \\en \\-c \\[u2265]")
        self.assertEqual(made.prose("One. Two"), "One.\nTwo")


class Monitoring(SystemTest):
    """Every metric that is asked for is one that a node has, and the other way round."""

    # What need not be looked at: its counterpart is.
    UNWATCHED = {"warmfront_contents_removed_total", "warmfront_inbound_connections_refused_total",
                 "warmfront_inbound_connections_total", "warmfront_smtp_connections_total",
                 "warmfront_smtp_messages_accepted_total"}

    def used(self, file):
        return set(re.findall(r"\bwarmfront_[a-z_]+", file.read_text(encoding="utf-8")))

    def test_rules_and_dashboard_name_metrics_that_a_node_has(self):
        node = self.start_node(self.start_sink(), smtp={"inbound": [f"127.0.0.1:{free_port()}"]})
        _, metrics, _ = node.rest.ask("GET", "/metrics")
        text = metrics if isinstance(metrics, str) else metrics.decode()
        known = dict(re.findall(r"^# HELP (\w+) (.+)$", text, re.M))
        used = self.used(CONFIG / "grafana" / "warmfront.json")
        used |= self.used(CONFIG / "prometheus" / "warmfront.rules.yml")
        self.assertEqual(used - set(known), set())
        self.assertEqual(set(known) - used - self.UNWATCHED, set())
        for name in known:
            self.assertIn(f"# TYPE {name} ", text)

    def test_the_dashboard_is_one(self):
        board = json.loads((CONFIG / "grafana" / "warmfront.json").read_text(encoding="utf-8"))
        variables = {each["name"] for each in board["templating"]["list"]}
        panels = [each for each in board["panels"] if each["type"] != "row"]
        self.assertGreater(len(panels), 25)
        self.assertEqual(len({each["id"] for each in board["panels"]}), len(board["panels"]))
        places = set()
        for panel in panels:
            self.assertTrue(panel["description"].endswith((".", "why.")), panel["title"])
            place = panel["gridPos"]
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])}
            self.assertLessEqual(place["x"] + place["w"], 24)
            self.assertFalse(cells & places, panel["title"])
            places |= cells
            for target in panel["targets"]:
                asked = set(re.findall(r"\$(\w+)", target["expr"])) - {"__rate_interval"}
                self.assertLessEqual(asked, variables, target["expr"])

    @having("promtool")
    def test_the_dashboard_asks_in_promql(self):
        board = json.loads((CONFIG / "grafana" / "warmfront.json").read_text(encoding="utf-8"))
        rules = [{"record": f"panel:{panel['id']}_{number}",
                  "expr": target["expr"].replace("$__rate_interval", "5m")}
                 for panel in board["panels"]
                 for number, target in enumerate(panel.get("targets", []))]
        file = self.folder / "panels.yml"
        # JSON is YAML.
        file.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
        result = run(["promtool", "check", "rules", file])
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


class Containers(SystemTest):
    def compose(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("python3-yaml is not installed")
        file = CONFIG / "container" / "compose.yaml"
        return yaml.safe_load(file.read_text(encoding="utf-8"))

    def test_the_three_nodes_have_the_files_and_addresses_of_the_example(self):
        services = self.compose()["services"]
        for name in ("n1", "n2", "n3"):
            address = services[name]["networks"]["mail"]["ipv4_address"]
            self.assertIn(f'"{address}:587"', (THREE / f"{name}.toml").read_text())
            self.assertIn(address, (THREE / f"etcd-{name}.env").read_text())
            for service in (services[name], services[f"etcd{name[1]}"]):
                files = [service["env_file"]] if "env_file" in service else []
                files += [each.split(":")[0] for each in service["volumes"] if each[0] == "."]
                for file in files:
                    self.assertTrue((CONFIG / "container" / file).exists(), file)
            self.assertEqual(services[f"etcd{name[1]}"]["network_mode"], f"service:{name}")

    def test_its_certificates_are_those_that_the_nodes_read(self):
        script = self.compose()["services"]["pki"]["command"][0].replace("$$", "$")
        pki = self.folder / "pki"
        pki.mkdir()
        script = script.replace("/pki", str(pki)).replace("chown root:warmfront", "ls")
        environment = dict(os.environ, PATH=f"{BIN}:{os.environ['PATH']}")
        result = run(["sh", "-euc", script], env=environment)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        for name in ("n1", "n2", "n3"):
            shutil.copy(THREE / f"{name}.toml", pki / "node.toml")
            result = run([BIN / "warmfrontd", "--config", pki / "node.toml", "--check"])
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_the_health_check_tells_a_node_that_is_ready_from_one_that_is_away(self):
        text = (CONFIG / "container" / "Containerfile").read_text(encoding="utf-8")
        words = json.loads(re.search(r"^HEALTHCHECK .*\\\n +CMD (\[.*\])$", text, re.M)[1])
        node = self.start_node(self.start_sink())
        port = node.admin.rpartition(":")[2]
        words[2] = words[2].replace("/8080", f"/{port}")
        self.assertEqual(run(words).returncode, 0)
        node.terminate()
        self.assertNotEqual(run(words).returncode, 0)


if __name__ == "__main__":
    main()
