"""The cluster benchmark: what the second copy costs, and how fast a cluster gets over things.

Three nodes with an etcd member each on loopback addresses of this machine. Processor time is that
of the three nodes together, etcd aside, while they accept mail that they hold.
"""
import base64
import http.client
import json
import shutil
import ssl
import statistics
import sys
import threading
import time

from contestants import ProcessGroup
from harness.cluster import Cluster
from harness.namespaces import Loopback
from harness.processes import let_pass, until
from harness.sink import read_numbers

TAKEOVER_SECONDS = 5
MILLION = 1_000_000
WRITERS = 16  # connections that write revisions; etcd merges what comes together


def measure(options):
    rounds = {"none": [], "required": []}
    print(f"  {'round':<6}{'copies':<8}{'mails':>8}{'accepted/s':>12}{'cpu ms/mail':>13}"
          f"{'p99 ms':>8}{'transactions/1000':>19}")
    for index in range(options.rounds):
        for replication in sorted(rounds, reverse=index % 2 == 1):
            with Rig(options, replication) as rig:
                result = rig.accept(options)
            rounds[replication].append(result)
            print(f"  {index + 1:<6}{'two' if replication == 'required' else 'one':<8}"
                  f"{result['mails']:>8}{result['rate']:>12.0f}{result['cpu_ms']:>13.3f}"
                  f"{result['p99_ms']:>8.1f}{result['transactions']:>19.2f}", flush=True)
    results = summary(rounds, options)
    with Rig(options, "required") as rig:
        results.update(rig.deliver())
        results.update(rig.take_over())
    with Rig(options, "required") as rig:
        results.update(rig.catch_up(options.revisions))
    return results


def summary(rounds, options):
    def median(replication, key):
        return statistics.median(each[key] for each in rounds[replication])

    results = {"two_copy_cpu_ratio": median("required", "cpu_ms") / median("none", "cpu_ms")}
    for replication, name in (("none", "one_copy"), ("required", "two_copy")):
        results[f"cpu_ms_per_mail_{name}"] = median(replication, "cpu_ms")
        results[f"accept_rate_{name}"] = median(replication, "rate")
        results[f"p99_ms_{name}"] = median(replication, "p99_ms")
        results[f"mails_{name}"] = sum(each["mails"] for each in rounds[replication])
    results["accept_transactions_per_1000"] = median("required", "transactions")
    results.update(rounds=options.rounds, seconds=options.seconds, octets=4096,
                   cpu_counted_by=rounds["none"][0]["how"])
    return results


class Rig:
    """A fresh cluster for each round."""

    def __init__(self, options, replication):
        self.folder = options.folder / "cluster"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.groups = {}
        self.cluster = Cluster(self.folder, Loopback(), federation={
            "replication": replication, "takeover_after": f"{TAKEOVER_SECONDS}s"},
            settings={"delivery": {"connections_per_site": 3}})

    def __enter__(self):
        try:
            self.cluster.start(enter=self.enter_group)
            for name, node in self.cluster.nodes.items():
                self.groups[name].root = node.process.pid
            self.first = self.cluster.nodes["n1"]
            self.first.custom_plan("closed", [1, 2])
            self.first.rest.post("/v1/pools", {"name": "cold", "kind": "dedicated",
                                               "account": "default"})
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.cluster.stop()
        for group in self.groups.values():
            group.remove()
        shutil.rmtree(self.folder, ignore_errors=True)

    def enter_group(self, name):
        self.groups[name] = ProcessGroup(f"cluster-{name}")
        return self.groups[name].enter

    def processor_seconds(self):
        return sum(group.seconds() for group in self.groups.values())

    def load_all(self, mails=None, first=0, names=("n1", "n2", "n3"), **options):
        loads = {name: self.cluster.load(name, mails, octets=4096,
                                         first=first + MILLION * int(name[1:]),
                                         acknowledged=self.folder / f"{name}.acknowledged",
                                         **options) for name in names}
        results = {name: load.result() for name, load in loads.items()}
        for name, totals in results.items():
            if totals["accepted"] == 0 or totals["permanent"]:
                sys.exit(f"cluster: {name} did not accept: {totals['last_fault']}")
        return results

    def accept(self, options):
        """Mail for addresses without permits: accepted, made durable, held."""
        # Addresses of the hosts beside those of the shared pool.
        for number, node in enumerate(self.cluster.nodes.values(), 1):
            self.first.rest.put(f"/v1/pools/cold/ips/127.0.{number}.99",
                                {"plan": "closed", "node": node.name})
        held = {"field": "X-Warmfront-Pool: cold", "sessions": max(1, options.sessions // 3)}
        self.load_all(500, first=500_000, **held)
        before, revision = self.processor_seconds(), self.cluster.transactions()
        results = self.load_all(seconds=options.seconds, **held)
        mails = sum(each["accepted"] for each in results.values())
        begun = min(each["start_ns"] for each in results.values())
        ended = max(each["last_ns"] for each in results.values())
        return {"mails": mails, "rate": mails / ((ended - begun) / 1e9),
                "cpu_ms": 1000 * (self.processor_seconds() - before) / mails,
                "p99_ms": max(each["p99_us"] for each in results.values()) / 1000,
                "transactions": 1000 * (self.cluster.transactions() - revision) / mails,
                "how": self.groups["n1"].how()}

    def deliver(self):
        """Control-store transactions while mail passes through, per 1 000 of it."""
        self.load_all(200, first=500_000, sessions=10)
        self.cluster.sink.wait_for(600, "unique", seconds=60)
        self.cluster.sink.reset()
        revision = self.cluster.transactions()
        results = self.load_all(3000, sessions=10)
        mails = sum(each["accepted"] for each in results.values())
        self.cluster.sink.wait_for(mails, "unique", seconds=120)
        return {"deliver_transactions_per_1000":
                1000 * (self.cluster.transactions() - revision) / mails}

    def take_over(self):
        """Seconds from takeover_after after a kill to the first adopted mail at the sink."""
        sink = self.cluster.sink
        sink.reset(2)
        sink.rule("dot_delay 500")
        self.load_all(400, first=2000, names=["n1"], sessions=10, series=2)
        mine = read_numbers(self.folder / "n1.acknowledged")
        killed = time.time()
        self.first.kill()
        own = self.first.host.sources

        def adopted():
            return [each.time_ns / 1e9 for each in sink.accepted()
                    if each.time_ns / 1e9 > killed and each.number is not None
                    and mine >> each.number & 1 and each.source not in own]

        first = min(until(adopted, "the first adopted mail", 60, every=0.1))
        sink.rule("dot_delay 0")
        until(lambda: mine & ~sink.numbers(self.folder / "arrived") == 0, "all adopted mail", 60,
              every=0.2)
        counts = sink.stat()
        if counts["corrupt"]:
            sys.exit(f"cluster: {counts['corrupt']} mails arrived damaged")
        return {"takeover_seconds_after_deadline": first - killed - TAKEOVER_SECONDS,
                "takeover_all_seconds": time.time() - killed,
                "takeover_duplicates": counts["duplicate"]}

    def catch_up(self, revisions):
        """Seconds from the start of a node that was away to its knowledge of the last change."""
        node = self.cluster.nodes["n3"]
        self.first.custom_plan("busy", [10, 20])
        node.kill()
        begun = time.monotonic()
        self.write_revisions(revisions)
        took = time.monotonic() - begun
        self.first.custom_plan("newest", [10, 20])
        begun = time.monotonic()
        node.launch(self.groups["n3"].enter)
        node.wait_ready(120, probe="/healthz")
        until(lambda: "newest" in {each["name"] for each in node.rest.every("/v1/plans")},
              "the node to know the newest plan", 120, every=0.05)
        return {"catch_up_revisions": revisions, "catch_up_seconds": time.monotonic() - begun,
                "revisions_written_per_s": revisions / took}

    def write_revisions(self, count):
        """Writes the record of a plan again and again, as it is; each time is one revision."""
        member = self.cluster.members["n1"]
        listed = json.loads(member.control("get", "--prefix", "", "--write-out", "json").stdout)
        record = next(each for each in listed["kvs"] if plain(each["key"]).endswith("plans/busy"))
        body = json.dumps({"key": record["key"], "value": record["value"]})
        certificate, key = self.cluster.pki.node("n1")
        context = ssl.create_default_context(cafile=self.cluster.pki.ca)
        context.load_cert_chain(certificate, key)
        address = member.client.removeprefix("https://")
        faults = []

        def write():
            connection = http.client.HTTPSConnection(address, timeout=30, context=context)
            for _ in range(count // WRITERS):
                connection.request("POST", "/v3/kv/put", body)
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    faults.append(answer.status)
                    return

        writers = [threading.Thread(target=write) for _ in range(WRITERS)]
        for each in writers:
            each.start()
        while any(each.is_alive() for each in writers):
            let_pass(0.05)
        if faults:
            sys.exit(f"cluster: etcd answered {faults[0]}")


def plain(encoded):
    """base64 as text, whatever octets it has."""
    return base64.b64decode(encoded).decode("latin-1")
