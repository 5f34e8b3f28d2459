"""Installs the package into a fresh Debian, runs the node there, upgrades, removes and purges it.

usage: package_install.py FILE.deb          (as root; `./dev package` calls it)
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

from harness.debian_root import PATH, DebianRoot
from harness.namespaces import leave_network
from harness.notify_socket import NotifySocket
from harness.processes import ROOT, die_with_parent, run, spawn, until
from harness.rest import Rest
from harness.sink import Sink

FOLDER = ROOT / "build" / "package"
CONFIG = "/etc/warmfront/node.toml"
DATA = "var/lib/warmfront"
ADMIN = "127.0.0.1:8080"
INSIDE = "WARMFRONT_PACKAGE_TEST"
# What the test changes as an administrator would.
FOR_A_TRIAL = """
[delivery]
routes = [{{ domain = "*", to = "{sink}" }}]

[identity]
require_verified = false

[storage]
reserve = "64MiB"
"""


def step(text):
    print(f"   {text}", flush=True)


def check(met, what):
    if not met:
        raise AssertionError(what)


class Supervised:
    """The installed node, started as its unit does: as its user, with somebody who listens."""

    def __init__(self, root):
        self.root = root
        (root.path / "run/notify").unlink(missing_ok=True)
        self.watched = NotifySocket(root.path / "run/notify")
        self.log = open(FOLDER / "node.log", "ab")  # pylint: disable=consider-using-with
        unit = (root.path / "lib/systemd/system/warmfront.service").read_text(encoding="utf-8")
        words = re.search(r"^ExecStart=(.+)$", unit, re.M)[1].split()
        first = re.search(r"^ExecStartPre=(.+)$", unit, re.M)[1].split()
        root.run(first, user="warmfront")
        environment = {"PATH": PATH, "NOTIFY_SOCKET": "/run/notify",
                       "WATCHDOG_USEC": "1500000"}
        self.process = spawn(root.command(words, "warmfront"), env=environment,
                             stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def wait_ready(self):
        def ready():
            check(self.process.poll() is None, f"the node ended; see {FOLDER / 'node.log'}")
            return any("READY" in each for each in self.watched.read())

        until(ready, "the node to say that it is ready", 60)
        check(Rest(ADMIN).ask("GET", "/readyz")[0] == 200, "/readyz is not 200")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        check(self.process.wait(timeout=20) == 0, "the node did not stop as it should")
        self.watched.wait_for("STOPPING")
        self.watched.close()
        self.log.close()


class PackageTest:
    def __init__(self, package):
        self.package = package
        self.root = DebianRoot(FOLDER)
        self.user = None

    def prepare(self):
        """What needs the machine's network."""
        step("a fresh Debian 12")
        self.root.make()
        run_here(["mount", "--make-rprivate", "/"])
        self.root.mount()
        self.root.download(self.package)
        shutil.copy(self.upgraded(), self.root.path / "root" / "newer.deb")

    def upgraded(self):
        """The same package as its next revision."""
        folder = FOLDER / "newer"
        shutil.rmtree(folder, ignore_errors=True)
        run_here(["dpkg-deb", "-R", self.package, folder])
        control = folder / "DEBIAN" / "control"
        text = control.read_text(encoding="utf-8")
        control.write_text(re.sub(r"^(Version: .+)$", r"\1+newer", text, flags=re.M),
                           encoding="utf-8")
        target = FOLDER / "newer.deb.test"
        run_here(["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "-b", folder, target])
        shutil.rmtree(folder)
        return target

    def run(self):
        self.install(f"/root/{self.package.name}")
        self.look_at_files()
        self.run_as_installed()
        identifier = self.send_a_mail()
        self.upgrade(identifier)
        self.remove_and_purge()

    def install(self, package):
        # There is no network any more: what it needs was downloaded.
        self.root.run(["apt-get", "install", "-y", "-q", "--no-install-recommends", package],
                      seconds=300)

    def cli(self, *words, check_it=True):
        return self.root.run(["warmfront", *words], check=check_it,
                             WARMFRONT_KEY=(self.root.path / DATA / "admin.key").read_text().strip())

    # ---- steps

    def look_at_files(self):
        step("files, user, unit")
        root = self.root
        entry = root.run(["getent", "passwd", "warmfront"]).stdout.strip().split(":")
        check(entry[5:] == ["/var/lib/warmfront", "/usr/sbin/nologin"], f"the user is {entry}")
        self.user = int(entry[2])
        data = (root.path / DATA).stat()
        check((data.st_uid, data.st_mode & 0o777) == (self.user, 0o700), "the data directory")
        folder = (root.path / "etc/warmfront").stat()
        check(folder.st_mode & 0o777 == 0o750, "/etc/warmfront is open")
        wants = root.path / "etc/systemd/system/multi-user.target.wants/warmfront.service"
        check(wants.is_symlink(), "the unit is not enabled")
        conffiles = root.run(["dpkg-query", "-W", "-f=${Conffiles}", "warmfront"]).stdout
        check(CONFIG in conffiles, "node.toml is not a conffile")
        wrong = root.run(["dpkg", "--verify", "warmfront"]).stdout
        check(wrong == "", f"files differ from the package's: {wrong}")
        for page in ("man1/warmfront.1", "man5/warmfront-node.toml.5", "man8/warmfrontd.8"):
            file = root.path / f"usr/share/man/{page}.gz"
            check(file.exists(), f"{page} is missing")
            found = run(["man", "--warnings", "-l", "-Tutf8", "-Z", file],
                        env=dict(os.environ, LC_ALL="C.UTF-8"))
            check((found.returncode, found.stderr) == (0, ""), f"{page}: {found.stderr}")
        for name in ("README.md", "copyright", "changelog.Debian.gz", "changelog.gz",
                     "examples/single-node.toml", "prometheus/warmfront.rules.yml",
                     "grafana/warmfront.json", "container/Containerfile"):
            check((root.path / "usr/share/doc/warmfront" / name).exists(), f"{name} is missing")
        root.run(["warmfrontd", "--config", "/usr/share/doc/warmfront/examples/single-node.toml",
                  "--check"])
        self.look_at_completions()

    def look_at_completions(self):
        where = "/usr/share/bash-completion/completions/warmfront"
        done = self.root.run(["bash", "-c", f"source {where}; complete -p warmfront"])
        check("warmfront" in done.stdout, "bash has no completion")
        for file in ("zsh/vendor-completions/_warmfront", "fish/vendor_completions.d/warmfront.fish"):
            check((self.root.path / "usr/share" / file).exists(), f"{file} is missing")

    def run_as_installed(self):
        step("the node as it is installed")
        node = Supervised(self.root)
        node.wait_ready()
        key = self.root.path / DATA / "admin.key"
        check((key.stat().st_uid, key.stat().st_mode & 0o777) == (self.user, 0o600), "admin.key")
        check("shared" in self.cli("pool", "list").stdout, "the command line shows no pool")
        node.watched.wait_for("WATCHDOG", count=2)
        node.process.send_signal(signal.SIGHUP)
        node.watched.wait_for("READY", count=2)
        self.look_at_console()
        node.stop()

    def look_at_console(self):
        folder = self.root.path / "usr/share/warmfront/console"
        check((folder / "index.html").exists(), "no console was built: ./dev build console")
        status, page, headers = Rest(ADMIN).ask("GET", "/", headers={"Accept": "text/html"})
        check(status == 200 and "<html" in page.lower(), f"the console answers {status}")
        check("script-src 'self'" in headers.get("Content-Security-Policy", ""), "no CSP")
        for name in re.findall(r'(?:src|href)="(/[^"]+)"', page):
            check(Rest(ADMIN).ask("GET", name)[0] == 200, f"{name} of the console is missing")

    def send_a_mail(self):
        step("a mail by the installed command line, into a sink")
        self.sink = Sink(FOLDER)
        config = self.root.path / CONFIG.lstrip("/")
        with open(config, "a", encoding="utf-8") as file:
            file.write(FOR_A_TRIAL.format(sink=self.sink.address))
        self.node = Supervised(self.root)
        self.node.wait_ready()
        rest = Rest(ADMIN, key=(self.root.path / DATA / "admin.key").read_text().strip())
        rest.put("/v1/pools/shared/ips/127.0.0.1", {"plan": "warm"})
        done = self.cli("send", "--from", "ada@example.net", "--to", "bob@example.org",
                        "--subject", "Hello", "--text", "From a package.", "-o", "json")
        identifier = re.search(r'"id": ?"([^"]+)"', done.stdout)[1]
        until(lambda: self.sink.stat()["mails"] == 1, "the mail to arrive")
        until(lambda: self.state_of(identifier) == "delivered", "the mail to be delivered")
        return identifier

    def state_of(self, identifier):
        found = re.search(r'"state": ?"(\w+)"',
                          self.cli("message", "show", identifier, "-o", "json").stdout)
        return found and found[1]

    def upgrade(self, identifier):
        step("an upgrade: configuration and data stay")
        config = self.root.path / CONFIG.lstrip("/")
        before = config.read_text(encoding="utf-8")
        # As the postinst does where systemd runs: the old one ends, the new one begins.
        self.install("/root/newer.deb")
        self.node.stop()
        check(config.read_text(encoding="utf-8") == before, "the configuration was replaced")
        version = self.root.run(["dpkg-query", "-W", "-f=${Version}", "warmfront"]).stdout
        check(version.endswith("+newer"), f"the version is {version}")
        self.node = Supervised(self.root)
        self.node.wait_ready()
        check(self.state_of(identifier) == "delivered", "what was sent is forgotten")
        self.node.stop()
        self.sink.stop()

    def remove_and_purge(self):
        step("removed, the data stays; purged, nothing does")
        root = self.root
        root.run(["apt-get", "remove", "-y", "-q", "warmfront"])
        check(not (root.path / "usr/bin/warmfrontd").exists(), "the program is still there")
        check((root.path / DATA / "admin.key").exists(), "removing took the data")
        root.run(["apt-get", "purge", "-y", "-q", "warmfront"])
        for path in (DATA, "etc/warmfront", "usr/share/warmfront", "usr/share/doc/warmfront",
                     "etc/systemd/system/multi-user.target.wants/warmfront.service"):
            check(not os.path.lexists(root.path / path), f"/{path} is still there")


def run_here(words, check_it=True):
    done = run(words, seconds=300)
    if check_it and done.returncode != 0:
        raise AssertionError(f"{words}: {done.stdout}{done.stderr}")
    return done


def enter_namespaces(script, package):
    """Runs the script once more, where its mounts and processes are nobody else's, and end with it."""
    if os.geteuid() != 0:
        sys.exit(f"{script}: needs root, for a chroot and namespaces")
    if INSIDE not in os.environ:
        os.environ[INSIDE] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--pid", "--fork", "--kill-child",
                              sys.executable, "-B", script, str(package)])
    die_with_parent()


def main():
    package = pathlib.Path(sys.argv[1]).resolve()
    enter_namespaces(__file__, package)
    test = PackageTest(package)
    # First the downloads with the machine's network, then all else without any.
    test.prepare()
    leave_network()
    test.run()
    print(f"   {package.name} installs, runs, upgrades and goes")


if __name__ == "__main__":
    main()
