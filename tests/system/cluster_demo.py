"""What `./dev demo --nodes 3` shows: one of three nodes killed in the middle, and nothing lost.

Nodes and etcd members are on loopback addresses 127.0.1.1, 127.0.2.1 and 127.0.3.1, so that no root
is needed; the only next hop is a sink on this machine.
"""
import time

from harness.cluster import Cluster
from harness.namespaces import Loopback
from harness.processes import let_pass
from harness.showing import Showing, say
from harness.sink import members, read_numbers

EACH = 300
KILLED = "n2"
TAKEOVER = 5
CONNECTIONS = 4  # per source address
# Of one node, for each connection: the mail whose dot has no answer, and the one before it, whose
# answer came but was not yet made durable.
IN_FLIGHT = 2 * 3 * CONNECTIONS


class ClusterDemo(Showing):
    def __init__(self):
        super().__init__()
        self.accepted = {}

    def prepare(self):
        self.cluster = Cluster(self.folder, Loopback(), federation={
            "replication": "required", "takeover_after": f"{TAKEOVER}s"},
            settings={"delivery": {"connections_per_site": CONNECTIONS}})

    def show(self):
        self.submit()
        self.kill_in_the_middle()
        self.account()
        self.bring_back()

    def stop(self):
        self.cluster.stop()

    def start(self):
        begun = time.monotonic()
        cluster = self.cluster
        cluster.start()
        # Slow enough that there is a queue on every node when one is killed.
        cluster.sink.rule("dot_delay 200")
        say(f"three nodes and three etcd members ready after {time.monotonic() - begun:.1f} s")
        for name, node in cluster.nodes.items():
            say(f"  {name}  console and REST http://{node.admin}, SMTP {node.smtp}, "
                f"sends from {', '.join(node.host.sources)}")

    def submit(self):
        loads = {name: self.cluster.load(name, EACH, sessions=10, first=number * EACH,
                                         acknowledged=self.folder / f"{name}.acknowledged")
                 for number, name in enumerate(self.cluster.nodes)}
        for name, load in loads.items():
            self.accepted[name] = load.result()["accepted"]
        total = sum(self.accepted.values())
        say(f"submitted {EACH} mails to each node by SMTP; each is on two nodes before its 250")
        self.expect(total == 3 * EACH, f"all {3 * EACH} mails accepted")

    def kill_in_the_middle(self):
        self.wait(lambda: self.sent_by(KILLED) >= EACH // 5, f"{KILLED} to be in the middle of it")
        self.cluster.nodes[KILLED].kill()
        self.killed_at = time.time()
        say(f"killed {KILLED} (SIGKILL) when it had sent {self.sent_by(KILLED)} of its {EACH}")
        others = [name for name in self.cluster.nodes if name != KILLED]
        self.wait(lambda: all(self.cluster.nodes[name].states()[KILLED] == "dead"
                              for name in others), "the others to declare it dead")
        say(f"the others declared it dead after {time.time() - self.killed_at:.1f} s "
            f"(takeover_after is {TAKEOVER} s) and take over what it had")

    def account(self):
        acknowledged = 0
        for name in self.cluster.nodes:
            acknowledged |= read_numbers(self.folder / f"{name}.acknowledged")

        def missing():
            return acknowledged & ~self.cluster.sink.numbers(self.folder / "arrived")

        self.wait(lambda: missing() == 0, "every accepted mail to arrive", 60)
        lost = missing()
        self.expect(lost == 0, f"every one of the {acknowledged.bit_count()} accepted mails arrived"
                    + (f"; missing are {lost.bit_count()}: {members(lost)} …" if lost else ""))
        counts = self.cluster.sink.stat()
        self.doubles = counts["duplicate"]
        self.expect(self.doubles <= IN_FLIGHT and counts["corrupt"] == 0,
                    f"{self.doubles} arrived twice; at most {IN_FLIGHT} can, those on {KILLED}'s "
                    "connections when it died")

    def bring_back(self):
        took = self.cluster.nodes[KILLED].start()
        self.wait(lambda: self.cluster.nodes["n1"].states()[KILLED] == "active",
                  f"{KILLED} to be active again")
        let_pass(3.0)  # what it still has on its disk would go out now
        doubles = self.cluster.sink.stat()["duplicate"]
        self.expect(doubles == self.doubles,
                    f"{KILLED} is back after {took:.1f} s and sends nothing twice")

    def summary(self):
        cluster = self.cluster
        print("\nnode   accepted   sent from its addresses")
        for name in cluster.nodes:
            print(f"{name:<7}{self.accepted[name]:>8}   {self.sent_by(name):>8}"
                  + ("   killed in the middle" if name == KILLED else ""))
        first = cluster.nodes["n1"]
        self.try_it(first.admin, first.rest.key, "cluster status")

    def stay(self):
        say("The nodes stay up; Ctrl-C ends them.")
        while any(node.running() for node in self.cluster.nodes.values()):
            let_pass(1.0)

    def sent_by(self, name):
        counts = self.cluster.sink.stat()["by_source"]
        return sum(counts.get(each, 0) for each in self.cluster.nodes[name].host.sources)
