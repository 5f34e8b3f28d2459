"""A Debian installation in a folder, to install packages into: by debootstrap, kept for the next run."""
import os
import pathlib
import re
import shutil
import subprocess

from .processes import run

MIRROR = "http://deb.debian.org/debian"
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class DebianRoot:
    """`make` a fresh one, `enter` namespaces of its own once, then `run` in it."""

    def __init__(self, folder, suite="bookworm"):
        self.suite = suite
        self.base = folder / f"base-{suite}"
        self.path = folder / "root"
        self.archives = folder / "archives"

    # ---- with the machine's network

    def make(self):
        """A fresh root, from one that is made once."""
        if not (self.base / ".complete").exists():
            shutil.rmtree(self.base, ignore_errors=True)
            self.base.parent.mkdir(parents=True, exist_ok=True)
            self._call(["debootstrap", "--variant=minbase", self.suite, self.base, mirror()])
            (self.base / ".complete").touch()
        self.archives.mkdir(parents=True, exist_ok=True)
        self._call(["rm", "-rf", "--one-file-system", self.path])
        self._call(["cp", "-a", "--reflink=auto", self.base, self.path])
        # Nothing that is installed starts: it is started here, by hand.
        policy = self.path / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
        policy.chmod(0o755)
        self._use_sources_of_the_machine()
        shutil.copy("/etc/resolv.conf", self.path / "etc/resolv.conf")
        shutil.copy("/etc/hosts", self.path / "etc/hosts")

    def _use_sources_of_the_machine(self):
        """Debian's own, so that what was built here finds what it was built with."""
        folder = pathlib.Path("/etc/apt/sources.list.d")
        lists = [*folder.glob("*.list"), *folder.glob("*.sources"),
                 pathlib.Path("/etc/apt/sources.list")]
        for each in lists:
            if not each.exists():
                continue
            text = each.read_text(encoding="utf-8")
            hosts = set(re.findall(r"https?://([^/\s]+)", re.sub("#.*", "", text)))
            if hosts and all(host.endswith("debian.org") for host in hosts):
                to = self.path / str(each).lstrip("/")
                shutil.copy(each, to)
                if each.name == "debian.sources":
                    (self.path / "etc/apt/sources.list").unlink(missing_ok=True)

    def download(self, package):
        """What a package needs, so that it can be installed without a network."""
        self._bind(self.archives, "var/cache/apt/archives")
        shutil.copy(package, self.path / "root")
        self.run(["apt-get", "update", "-q"], seconds=300)
        self.run(["apt-get", "install", "-q", "-y", "--no-install-recommends", "--download-only",
                  f"/root/{package.name}"], seconds=600)

    # ---- mounts: in a mount namespace of the caller's

    def mount(self):
        self._call(["mount", "-t", "proc", "proc", self.path / "proc"])
        self._call(["mount", "-t", "tmpfs", "-o", "mode=755", "dev", self.path / "dev"])
        for name in ("null", "zero", "full", "random", "urandom", "tty"):
            (self.path / "dev" / name).touch()
            self._bind(f"/dev/{name}", f"dev/{name}")
        os.symlink("/proc/self/fd", self.path / "dev/fd")

    def _bind(self, what, where):
        self._call(["mount", "--bind", what, self.path / where])

    # ---- inside

    def command(self, words, user=None):
        """Words to run in it, as root or as a user without any privilege."""
        inside = ["chroot", self.path]
        if user:
            inside += ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups",
                       "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]
        return [*inside, *words]

    def run(self, words, seconds=120, user=None, check=True, **environment):
        known = {"PATH": PATH, "HOME": "/root", "LC_ALL": "C.UTF-8",
                 "DEBIAN_FRONTEND": "noninteractive", **environment}
        done = run(self.command(words, user), seconds=seconds, env=known)
        if check and done.returncode != 0:
            raise AssertionError(f"{words} ended with {done.returncode}:\n"
                                 f"{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done

    @staticmethod
    def _call(words):
        subprocess.run([str(word) for word in words], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL)


def mirror():
    """The machine's own mirror of Debian, or the one that finds the next."""
    for file in ("/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"):
        if os.path.exists(file):
            text = re.sub("#.*", "", pathlib.Path(file).read_text(encoding="utf-8"))
            found = re.search(r"https?://\S+/debian/?(?=\s)", text)
            if found:
                return found[0]
    return MIRROR
