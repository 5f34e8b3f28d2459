"""Two copies of every mail: a node is killed under load, its peers send what it had accepted."""
import sys

from harness.case import main
from harness.cluster import ClusterTest
from harness.namespaces import why_not
from harness.processes import until

TAKEOVER = 5  # seconds, as the cluster is configured


class SecondCopies(ClusterTest):
    def test_acknowledged_mail_outlives_its_node_and_the_node_comes_back_without_it(self):
        cluster = self.start_cluster()
        until(lambda: self.accepts(cluster, "n1", 900), "a peer to hold copies of n1", 20)
        for number, name in enumerate(cluster.nodes):
            load = self.start_load(cluster, name, 200, sessions=4, first=200 * number)
            self.assertEqual(load.result()["accepted"], 200)
        before = cluster.sink.wait_for(601, "unique")["unique"]
        until(lambda: self.counts(cluster) == (601, 601), "the nodes' statistics to add up")

        load = self.start_load(cluster, "n1", 50_000, sessions=8, first=1000, silence=3)
        until(lambda: cluster.sink.stat()["unique"] > before + 200, "mail under way", 20)
        cluster.nodes["n1"].kill()
        totals = load.result()
        self.assertGreater(totals["accepted"], 100)
        expected = before + totals["accepted"]
        counts = cluster.sink.wait_for(expected, "unique", 2 * TAKEOVER + 10)
        # Unknown are only those whose reply was lost, and what was on its way to a holder.
        self.assertLessEqual(counts["unique"], expected + totals["in_doubt"] + 100)
        cluster.wait_states({"n1": "dead"}, among=("n2", "n3"))
        # What it had counted itself, others tell: all but its last moment.
        told = cluster.nodes["n3"].rest.get("/v1/statistics")
        self.assertNotIn("unanswered", told)
        self.assertGreaterEqual(sum(row["requests"] for row in told["items"]), before)

        cluster.nodes["n1"].launch()
        cluster.nodes["n1"].wait_ready(30)
        cluster.wait_states({"n1": "active"})
        until(lambda: self.accepts(cluster, "n1", 901), "a peer to hold copies again", 20)
        load = self.start_load(cluster, "n1", 100, sessions=2, first=100_000)
        self.assertEqual(load.result()["accepted"], 100)
        until(lambda: cluster.sink.stat()["unique"] >= expected + 101, "mail of the new epoch", 20)
        # Sent twice is only what was on the wire, or not yet known to its holder, when it died.
        duplicate = cluster.sink.stat()["duplicate"]
        self.assertLessEqual(duplicate, 200)
        # Who took mail over counted what it sent, and nothing that was counted before.
        until(lambda: self.counts(cluster)[1] >= self.counts(cluster)[0], "all to be delivered")
        requests, delivered = self.counts(cluster)
        self.assertGreaterEqual(requests, expected + 101)
        self.assertLessEqual(delivered, requests + duplicate)

    def test_where_two_copies_are_preferred_one_will_do_and_is_counted(self):
        cluster = self.start_cluster(names=("n1", "n2"),
                                     federation={"replication": "preferred",
                                                 "takeover_after": "60s"})
        first = cluster.nodes["n1"]

        def gets_two_copies(number):
            before = self.single_copies(first)
            self.assertTrue(self.accepts(cluster, "n1", number))
            cluster.sink.wait_for(number, "unique")
            return self.single_copies(first) == before

        numbers = iter(range(1, 500))
        until(lambda: gets_two_copies(next(numbers)), "n2 to hold copies of n1", 20)
        cluster.nodes["n2"].kill()
        until(lambda: not gets_two_copies(next(numbers)), "n1 to do without", 20)
        cluster.nodes["n2"].start()
        until(lambda: gets_two_copies(next(numbers)), "n2 to hold copies again", 30)
        self.assertEqual(cluster.sink.stat()["duplicate"], 0)

    def counts(self, cluster):
        """Requests and deliveries of all nodes, as one of them tells."""
        rows = cluster.nodes["n2"].rest.get("/v1/statistics")["items"]
        return sum(row["requests"] for row in rows), sum(row["delivered"] for row in rows)

    def single_copies(self, node):
        return node.rest.metric("warmfront_messages_with_one_copy_total")

    def accepts(self, cluster, name, number):
        load = self.start_load(cluster, name, 1, sessions=1, first=number)
        return load.result()["accepted"] == 1


if __name__ == "__main__":
    if missing := why_not():
        print(f"skipped: {missing}")
        sys.exit(77)
    main()
