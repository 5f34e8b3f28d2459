"""A node that was alone moves its control state into etcd and becomes the first of a cluster."""
import sys

from harness.case import main
from harness.cluster import ClusterTest
from harness.namespaces import why_not
from harness.processes import until


class Migration(ClusterTest):
    def test_a_single_node_becomes_a_cluster_and_keeps_what_it_knew(self):
        cluster = self.make_cluster(names=("n1", "n2"), federated=False)
        cluster.start_sink()
        node = cluster.new_node("n1")
        self.nodes.append(node)
        node.start()
        node.own_ips()
        node.custom_plan("mine", [30, 60])
        node.act_on_ledger("source.test", "set_plan", plan="mine")
        _, secret = node.new_key("viewer")
        load = self.start_load(cluster, "n1", 100, sessions=4)
        self.assertEqual(load.result()["accepted"], 100)
        until(lambda: cluster.sink.stat()["unique"] == 30, "the day's mail to arrive", 20)

        cluster.federate()
        refused = node.cli("cluster", "migrate", "--config", str(node.config))
        self.assertEqual(refused.returncode, 1, refused.stdout)
        self.assertIn("another process", refused.stderr + refused.stdout)
        self.assertEqual(node.terminate()[0], 0)
        migrated = node.cli("cluster", "migrate", "--config", str(node.config))
        self.assertEqual(migrated.returncode, 0, migrated.stderr)
        self.assertIn("records copied", migrated.stdout)
        again = node.cli("cluster", "migrate", "--config", str(node.config))
        self.assertEqual(again.returncode, 1)

        node.start()
        second = cluster.new_node("n2")
        self.nodes.append(second)
        second.start()
        cluster.wait_states({"n1": "active", "n2": "active"})
        self.assertEqual(second.cli("plan", "list", key=secret).returncode, 0)
        # Active in the control store a node may be before its peers have met it.
        until(lambda: "unanswered" not in second.rest.get("/v1/queues"), "n1 to answer n2", 15)
        ledger = second.ledger("source.test")
        self.assertEqual((ledger["plan"], ledger["limit"]), ("mine", 30))
        self.assertGreaterEqual(ledger["used"], 30)
        held = second.rest.get("/v1/queues")["items"]
        self.assertEqual(sum(each["waiting"] for each in held), 70)
        self.assertEqual(cluster.sink.stat()["unique"], 30)


if __name__ == "__main__":
    reason = why_not()
    if reason:
        print(f"cluster_migrate_test: {reason}")
        sys.exit(77)  # CTest counts it as skipped
    main()
