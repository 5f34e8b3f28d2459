"""A member of an etcd cluster with mutual TLS towards clients and peers."""
import json
import os
import shutil
import signal
import subprocess

from .processes import run, spawn

SERVER = shutil.which("etcd") or "/usr/bin/etcd"
CONTROL = shutil.which("etcdctl") or "/usr/bin/etcdctl"


class Etcd:
    """`pki` gives the certificate of the host's name, which serves for clients and peers."""

    def __init__(self, folder, host, pki):
        self.name = host.name
        self.host = host
        self.pki = pki
        self.data = folder / f"{host.name}.etcd"
        self.log = folder / f"{host.name}.etcd.log"
        self.client = f"https://{host.address}:{host.port(2379)}"
        self.peer = f"https://{host.address}:{host.port(2380)}"
        self.process = None

    def launch(self, members, state="new"):
        """Starts the process; the cluster answers once a majority of the members runs."""
        certificate, key = self.pki.node(self.name)
        cluster = ",".join(f"{member.name}={member.peer}" for member in members)
        command = [
            SERVER, "--name", self.name, "--data-dir", self.data, "--logger", "zap",
            "--log-outputs", "stderr", "--listen-client-urls", self.client,
            "--advertise-client-urls", self.client, "--listen-peer-urls", self.peer,
            "--initial-advertise-peer-urls", self.peer, "--initial-cluster", cluster,
            "--initial-cluster-state", state, "--initial-cluster-token", "warmfront",
            "--client-cert-auth", "--trusted-ca-file", self.pki.ca, "--cert-file", certificate,
            "--key-file", key, "--peer-client-cert-auth", "--peer-trusted-ca-file", self.pki.ca,
            "--peer-cert-file", certificate, "--peer-key-file", key]
        with open(self.log, "ab") as log:
            self.process = spawn(command, enter=self.host.enter, stdin=subprocess.DEVNULL,
                                 stdout=log, stderr=log)

    def healthy(self):
        """Whether it commits a write, which takes a majority."""
        if self.process.poll() is not None:
            raise ChildProcessError(f"etcd ended with {self.process.returncode}:\n{self.tail()}")
        return self.control("endpoint", "health", seconds=2).returncode == 0

    def control(self, *arguments, seconds=5):
        """Runs `etcdctl …` on the member's host, against this member."""
        certificate, key = self.pki.node(self.name)
        return run([CONTROL, "--endpoints", self.client, "--cacert", self.pki.ca, "--cert",
                    certificate, "--key", key, f"--command-timeout={seconds}s",
                    f"--dial-timeout={seconds}s", *arguments], enter=self.host.enter,
                   env=dict(os.environ, ETCDCTL_API="3"))

    def get(self, key):
        """The value of a key, None when there is none; raises when nobody answers for it."""
        result = self.control("get", "--print-value-only", key)
        if result.returncode != 0:
            raise OSError(result.stderr)
        return result.stdout.rstrip("\n") if result.stdout else None

    def revision(self):
        """How many transactions changed something so far."""
        result = self.control("endpoint", "status", "--write-out", "json")
        if result.returncode != 0:
            raise OSError(result.stderr)
        return json.loads(result.stdout)[0]["Status"]["header"]["revision"]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def tail(self):
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]
