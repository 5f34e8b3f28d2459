"""Takes the steps of the Containerfile in a fresh Debian, and runs the node as its image would.

usage: package_container.py FILE.deb        (as root; `./dev package` calls it)
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys

from harness.debian_root import PATH, DebianRoot
from harness.namespaces import leave_network
from harness.processes import ROOT, spawn, until
from package_install import FOLDER, check, enter_namespaces, run_here

FILE = ROOT / "cluster-config" / "container" / "Containerfile"


def instructions():
    """Each as (name, rest), lines that go on put together."""
    text = re.sub(r"\\\n", "", FILE.read_text(encoding="utf-8"))
    return re.findall(r"^([A-Z]+) (.+)$", text, re.M)


class Image:
    def __init__(self, package):
        self.package = package
        self.root = DebianRoot(FOLDER)
        self.steps = dict(instructions())

    def build(self):
        check(self.steps["FROM"] == "debian:12-slim", "it is made of another system")
        self.root.make()
        run_here(["mount", "--make-rprivate", "/"])
        self.root.mount()
        pattern, to = self.steps["COPY"].split()
        check(self.package.match(pattern), f"{pattern} does not copy {self.package.name}")
        shutil.copy(self.package, self.root.path / to.lstrip("/"))
        self.root.run(["sh", "-c", self.steps["RUN"]], seconds=300)
        left = [*(self.root.path / "tmp").iterdir(),
                *(self.root.path / "var/lib/apt/lists").iterdir()]
        check(left == [], f"the image keeps {left}")

    def run(self):
        """Its output is a pipe of another user's, as with a container's engine."""
        user = self.steps["USER"]
        words = json.loads(self.steps["ENTRYPOINT"]) + json.loads(self.steps["CMD"])
        health = json.loads(self.steps["HEALTHCHECK"].partition("CMD ")[2])
        process = spawn(self.root.command(words, user), env={"PATH": PATH},
                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

        def healthy():
            check(process.poll() is None, "the node ended")
            return self.root.run(health, user=user, check=False).returncode == 0

        until(healthy, "the node to be healthy", 60)
        process.terminate()
        said = process.communicate(timeout=20)[1].decode()
        check(process.returncode == 0, said)
        check('"event":"stopped"' in said, "the log does not go to standard error")


def main():
    package = pathlib.Path(sys.argv[1]).resolve()
    enter_namespaces(__file__, package)
    image = Image(package)
    image.build()
    leave_network()
    image.run()
    print("   the steps of the Containerfile make a node that is healthy")


if __name__ == "__main__":
    main()
