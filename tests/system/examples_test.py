"""What cluster-config/examples/ tells people to do works."""
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from harness.case import SystemTest, main
from harness.certificates import Pki
from harness.etcd import CONTROL, SERVER
from harness.namespaces import Network, why_not
from harness.processes import BIN, ROOT, run, spawn, until

EXAMPLES = ROOT / "cluster-config" / "examples"
THREE = EXAMPLES / "three-nodes"
ADDRESSES = {"n1": "10.20.0.11", "n2": "10.20.0.12", "n3": "10.20.0.13"}


class Examples(SystemTest):
    def make_pki(self):
        """The certificates of the README, in the folder that stands for /etc/warmfront."""
        pki = Pki(self.folder / "etc")
        for name, address in ADDRESSES.items():
            pki.node(name, address)
        return pki

    def check(self, file):
        result = run([BIN / "warmfrontd", "--config", file, "--check"])
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_every_node_toml_is_accepted(self):
        self.check(EXAMPLES / "single-node.toml")
        pki = self.make_pki()
        for name in ADDRESSES:
            self.check(shutil.copy(THREE / f"{name}.toml", pki.folder / "node.toml"))

    def test_the_files_of_the_nodes_differ_only_where_they_say_so(self):
        def common(name):
            text = (THREE / f"{name}.toml").read_text(encoding="utf-8")
            return [line for line in text.splitlines()
                    if not re.search(r"# +own\b|^# Node n", line)]

        for name in ("n2", "n3"):
            self.assertEqual(common(name), common("n1"))

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
    def test_systemd_accepts_the_unit_of_etcd(self):
        units = self.folder / "units"
        (units / "etcd.service.d").mkdir(parents=True)
        (units / "etcd.service").write_text(f"[Service]\nExecStart={SERVER}\n", encoding="ascii")
        shutil.copy(THREE / "systemd" / "etcd.service.d.conf",
                    units / "etcd.service.d" / "warmfront.conf")
        result = run(["systemd-analyze", "verify", "--man=no", units / "etcd.service"])
        complaints = [line for line in result.stderr.splitlines() if str(units) in line]
        self.assertEqual(complaints, [], result.stderr)

    def test_the_three_etcd_files_make_one_cluster(self):
        reason = why_not()
        if reason:
            self.skipTest(reason)
        pki = self.make_pki()
        network = Network()
        self.addCleanup(network.close)
        for number, (name, address) in enumerate(ADDRESSES.items(), 1):
            host = network.add(name, number)
            host.tool(f"ip address add {address}/24 dev eth0")
            self.start_member(pki, host, name)
        until(lambda: self.healthy(pki, network.hosts["n2"]), "all three members to answer", 30,
              every=0.2)

    def start_member(self, pki, host, name):
        text = (THREE / f"etcd-{name}.env").read_text(encoding="ascii")
        text = text.replace("/etc/warmfront", str(pki.folder))
        text = text.replace("/var/lib/etcd", str(self.folder / name))
        settings = dict(line.split("=", 1) for line in text.splitlines()
                        if line and not line.startswith("#"))
        log = self.folder / f"{name}.etcd.log"
        with open(log, "wb") as file:
            member = spawn([SERVER, "--logger", "zap"], enter=host.enter, stdout=file,
                           stderr=file, stdin=subprocess.DEVNULL, env={**os.environ, **settings})
        self.addCleanup(member.wait)
        self.addCleanup(member.kill)

    def healthy(self, pki, host):
        certificate, key = pki.node(host.name)
        endpoints = ",".join(f"https://{address}:2379" for address in ADDRESSES.values())
        result = run([CONTROL, "--endpoints", endpoints, "--cacert", pki.ca, "--cert", certificate,
                      "--key", key, "endpoint", "health"], enter=host.enter,
                     env=dict(os.environ, ETCDCTL_API="3"))
        return (result.stdout + result.stderr).count("is healthy") == len(ADDRESSES)

    def test_the_readme_names_every_file(self):
        text = (THREE / "README.md").read_text(encoding="utf-8")
        for file in pathlib.Path(THREE / "systemd").iterdir():
            self.assertIn(file.name, text)


if __name__ == "__main__":
    main()
