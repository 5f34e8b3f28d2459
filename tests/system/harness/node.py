"""A real node in a folder of its own."""
import copy
import json
import os
import signal
import subprocess
import time

from .processes import BIN, free_port, run, spawn, until
from .rest import Rest


def toml_text(settings):
    """Settings as {"table": {"key": value}} in TOML."""
    lines = []
    for table, keys in settings.items():
        lines.append(f"[{table}]")
        lines += [f"{key} = {toml_value(value)}" for key, value in keys.items()]
    return "\n".join(lines) + "\n"


def toml_value(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml_value(each) for each in value) + "]"
    return json.dumps(value)  # strings, numbers and booleans are written alike


class Node:
    """A warmfrontd. Its ports stay the same when it is started again.

    `host`, if given, is where it runs and is called from (namespaces.py).
    """

    def __init__(self, folder, settings=None, routes=None, name="n1",
                 host=None):
        self.folder = folder
        self.name = name
        self.host = host
        self.program = BIN / "warmfrontd"
        self.data = folder / f"{name}.data"
        self.config = folder / f"{name}.toml"
        self.log = folder / f"{name}.log"
        self.process = None
        self.wanted = copy.deepcopy(settings or {})
        self.routes = routes or []
        self.pick_ports()

    def pick_ports(self):
        self.smtp = f"127.0.0.1:{free_port()}"
        self.admin = f"127.0.0.1:{free_port()}"
        self.public = f"127.0.0.1:{free_port()}"
        self.rest = Rest(self.admin)
        self.write_config()

    def write_config(self):
        settings = {
            "node": {"name": self.name, "hostname": "mta.warmfront.test",
                     "data_dir": str(self.data)},
            "smtp": {"submission": [self.smtp]},
            "http": {"admin": self.admin, "public": self.public},
            "delivery": {"routes": self.routes},
            "identity": {"require_verified": False},
            "storage": {"reserve": "64MiB"},
        }
        for table, keys in self.wanted.items():
            settings.setdefault(table, {}).update(keys)
        self.config.write_text(toml_text(settings), encoding="utf-8")

    def start(self, seconds=30, enter=None, probe="/readyz"):
        """Starts the process and waits until it is ready; returns the seconds this took.

        The child calls `enter`, if given, before it becomes the node. A node that takes no mail,
        since its disk is full, never answers 200 on /readyz: then the probe is /healthz.
        """
        for attempt in range(5):
            try:
                return self._start_once(seconds, enter, probe)
            except ChildProcessError:
                # Somebody took one of the ports between our probe and the node's bind.
                in_use = "in use" in self.log_text()
                if attempt == 4 or not in_use or self.data.exists():
                    raise
                self.pick_ports()
        raise AssertionError("unreachable")

    def _start_once(self, seconds, enter, probe):
        begun = time.monotonic()
        self.launch(enter)
        self.wait_ready(seconds, probe)
        return time.monotonic() - begun

    def launch(self, enter=None):
        """Starts the process and waits for nothing."""

        def prepare():
            for each in (self.host and self.host.enter, enter):
                if each:
                    each()

        with open(self.log, "ab") as log:
            self.process = spawn([self.program, "--config", self.config], enter=prepare,
                                 stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def wait_ready(self, seconds=30, probe="/readyz"):
        def ready():
            if self.process.poll() is not None:
                raise ChildProcessError(
                    f"warmfrontd ended with {self.process.returncode}:\n{self.log_text()[-3000:]}")
            return self.rest.status(probe) == 200

        until(ready, f"the node {self.name} to be ready", seconds, every=0.01)
        self.read_key()

    def read_key(self):
        """Calls are made with the admin key from now on."""
        self.rest.key = (self.data / "admin.key").read_text(encoding="utf-8").strip()

    def log_text(self):
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """SIGKILL: nothing is written, nothing is closed."""
        self.process.kill()
        self.process.wait()

    def pause(self):
        """SIGSTOP: it is there and does nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def terminate(self, seconds=15):
        """SIGTERM; returns (exit code, seconds until the process was gone)."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=seconds)
        return code, time.monotonic() - begun

    def stop(self):
        if self.running():
            self.kill()

    def cli(self, *arguments, key=None):
        """Runs `warmfront …` against this node."""
        environment = dict(os.environ, WARMFRONT_SERVER=f"http://{self.admin}",
                           WARMFRONT_KEY=key or self.rest.key, HOME=str(self.folder))
        return run([BIN / "warmfront", *arguments], env=environment,
                   enter=self.host and self.host.enter)

    def memory(self):
        """Resident octets now and at most (VmRSS, VmHWM)."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            fields = dict(line.split(":", 1) for line in status)
        return tuple(int(fields[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))

    # What nearly every test sets up.

    def new_key(self, role="sender"):
        """A key for SMTP AUTH and HTTP; returns (id, secret)."""
        key = self.rest.post("/v1/keys", {"account": "default", "role": role})
        return key["id"], key["secret"]

    def shared_ip(self, address="127.0.0.1", plan="warm"):
        self.rest.put(f"/v1/pools/shared/ips/{address}", {"plan": plan})

    def dedicated_pool(self, name, address, plan="standard"):
        self.rest.post("/v1/pools", {"name": name, "kind": "dedicated",
                                     "account": "default"})
        self.rest.put(f"/v1/pools/{name}/ips/{address}", {"plan": plan})

    def custom_plan(self, name, days):
        self.rest.post("/v1/plans", {"name": name, "days": days})

    def act_on_ledger(self, subject, action, **details):
        """pause, resume, set_day (day=N) or set_plan (plan=NAME)."""
        self.rest.post(f"/v1/ledgers/{subject}/actions", {"action": action, **details})

    def ledger(self, subject):
        """The ledger of a subject over all providers."""
        for item in self.rest.get(f"/v1/ledgers?subject={subject}")["items"]:
            if item["provider"] == "*":
                return item
        raise AssertionError(f"no ledger of {subject}")
