"""Tasks in a cluster: a node is killed in the middle of a batch, and everybody gets the mail."""
import collections
import sys

from harness.case import main
from harness.cluster import ClusterTest
from harness.namespaces import why_not
from harness.processes import let_pass, until

TAKEOVER = 5  # seconds, as the cluster is configured
CONNECTIONS = 3  # per address, of which a node has three
# What may arrive twice when a node dies: for each connection the mail whose dot has no answer, and
# the one before it, whose answer came but was not yet made durable.
IN_FLIGHT = 2 * 3 * CONNECTIONS
ALL = 3000


class ClusterTasks(ClusterTest):
    def start(self, **options):
        self.cluster = self.start_cluster(
            federation={"takeover_after": f"{TAKEOVER}s", **options},
            settings={"delivery": {"connections_per_site": CONNECTIONS, "retry_first": "1s",
                                   "retry_last": "2s"}})
        self.sink = self.cluster.sink
        # All of it goes to the node that dies.
        first = self.cluster.nodes["n1"]
        until(lambda: self.is_stored(first), "a peer to hold copies of n1", 20)
        file = self.folder / "readers.csv"
        file.write_text("email,name\n" + "".join(f"r{i}@next.test,N{i}\n" for i in range(ALL)),
                        encoding="utf-8")
        imported = first.cli("group", "import", "Readers", file)
        self.assertEqual(imported.returncode, 0, imported.stderr)
        return first

    def is_stored(self, node):
        status = node.rest.ask("POST", "/v1/templates", {
            "name": "News", "subject": "News for {{name}}", "text": "Dear {{name}}"})[0]
        self.assertIn(status, (200, 201, 503))
        return status != 503

    def create(self, node):
        return node.rest.post("/v1/tasks", {"template": "News", "group": "Readers",
                                            "from": "News <n@sender.test>"})["id"]

    def wait_finished(self, node, number, seconds=90):
        # Another node hears of a new task in a moment.
        until(lambda: node.rest.ask("GET", f"/v1/tasks/{number}")[1].get("state") == "finished",
              "the task to be finished", seconds, every=0.3)
        return node.rest.get(f"/v1/tasks/{number}")["progress"]

    def check_arrived(self, times, most_doubles):
        arrived = collections.Counter(each.recipient for each in self.sink.accepted())
        everybody = {f"r{i}@next.test" for i in range(ALL)}
        self.assertEqual(everybody - set(arrived), set())
        self.assertEqual(set(arrived) - everybody, set())
        self.assertGreaterEqual(min(arrived.values()), times)
        doubles = sum(arrived.values()) - times * ALL
        self.assertLessEqual(doubles, most_doubles)
        return doubles

    def kill_in_the_middle(self, node, number):
        sources = node.host.sources
        until(lambda: sum(self.sink.stat()["by_source"].get(each, 0) for each in sources) > 200,
              f"{node.name} to be in the middle of it", 30)
        node.kill()
        self.assertLess(self.sink.stat()["recipients"], ALL)
        self.assertEqual(self.cluster.nodes["n2"].rest.get(f"/v1/tasks/{number}")["state"],
                         "active")

    def test_a_node_that_dies_is_replaced_and_what_was_uploaded_to_it_is_still_there(self):
        first = self.start()
        self.sink.rule("dot_delay 50")
        number = self.create(first)
        self.kill_in_the_middle(first, number)
        self.cluster.wait_states({"n1": "dead"}, among=("n2", "n3"))
        other = self.cluster.nodes["n2"]
        progress = self.wait_finished(other, number)
        self.assertEqual((progress["requested"], progress["delivered"]), (ALL, ALL))
        doubles = self.check_arrived(1, IN_FLIGHT)

        self.sink.rule("dot_delay 0")
        again = self.create(self.cluster.nodes["n3"])
        self.assertEqual(self.wait_finished(other, again)["delivered"], ALL)
        self.assertEqual(self.check_arrived(2, IN_FLIGHT), doubles)

    def test_a_node_that_comes_back_sends_nothing_that_others_took(self):
        first = self.start()
        self.sink.rule("dot_delay 50")
        number = self.create(first)
        self.kill_in_the_middle(first, number)
        self.cluster.wait_states({"n1": "dead"}, among=("n2", "n3"))
        first.launch()
        first.wait_ready(30)
        self.cluster.wait_states({"n1": "active"})
        for node in (self.cluster.nodes["n3"], first):
            self.assertEqual(self.wait_finished(node, number)["delivered"], ALL)
        let_pass(3.0)  # what it still has on its disk would go out now
        self.check_arrived(1, IN_FLIGHT)

    def test_a_node_that_is_back_before_it_is_missed_goes_on(self):
        first = self.start(takeover_after="60s")
        self.sink.rule("dot_delay 50")
        number = self.create(first)
        self.kill_in_the_middle(first, number)
        first.launch()
        first.wait_ready(30)
        self.assertEqual(self.wait_finished(first, number)["delivered"], ALL)
        self.check_arrived(1, IN_FLIGHT)

    def test_a_node_that_drains_hands_its_part_over(self):
        first = self.start()
        self.sink.rule("dot_delay 50")
        number = self.create(first)
        self.sink.wait_for(300)
        other = self.cluster.nodes["n3"]
        drained = other.cli("node", "drain", "n1")
        self.assertEqual(drained.returncode, 0, drained.stderr)
        self.assertEqual(self.wait_finished(other, number)["delivered"], ALL)
        self.check_arrived(1, 0)


if __name__ == "__main__":
    if missing := why_not():
        print(f"skipped: {missing}")
        sys.exit(77)
    main()
