"""A node of a cluster is restored from a backup: its peers have the newer truth."""
import shutil
import sys

from harness.case import main
from harness.cluster import ClusterTest
from harness.namespaces import why_not
from harness.processes import until

BEFORE = 60  # mails that wait in the backup
AFTER = 40  # mails that were accepted after it


class RestoredMember(ClusterTest):
    def test_it_joins_when_its_peers_have_taken_over_and_sends_nothing_they_send(self):
        cluster = self.start_cluster()
        node = cluster.nodes["n1"]
        self.keep_backups(cluster, node)
        until(lambda: self.accepts(cluster, 900), "a peer to hold copies of n1", 30)
        cluster.sink.wait_for(1, "unique")

        cluster.sink.rule("dot_delay 3000")
        self.submit(cluster, BEFORE, first=1000)
        backup = self.back_up(node)
        self.assertGreaterEqual(backup["messages"], BEFORE)
        self.assertEqual(backup["control_revision"], 0)  # etcd has its own backups
        self.submit(cluster, AFTER, first=2000)
        node.kill()
        shutil.rmtree(node.data)
        sent = cluster.sink.stat()["unique"]
        self.assertLess(sent, BEFORE)
        told = self.offline(node, "restore", "--without-secrets")
        self.assertIn("it joins once the others have taken over", told)

        node.launch()
        until(lambda: "restored_node_waits" in node.log_text(), "it to wait for the others", 20)
        cluster.sink.rule("dot_delay 0")
        cluster.sink.wait_for(1 + BEFORE + AFTER, "unique", 60)
        node.wait_ready(60)
        cluster.wait_states({"n1": "active"})
        until(lambda: self.accepts(cluster, 3000), "a peer to hold copies of n1 again", 30)
        counts = cluster.sink.wait_for(1 + BEFORE + AFTER + 1, "unique")
        # Sent twice is only what was on the wire, or not yet known to its holder, at the kill.
        self.assertLessEqual(counts["duplicate"], sent)
        # What it had counted before the backup, its peers have, too: it is told once.
        told = cluster.nodes["n2"].rest.get("/v1/statistics")
        self.assertNotIn("unanswered", told)
        requests = sum(row["requests"] for row in told["items"])
        self.assertGreaterEqual(requests, 1 + BEFORE)
        self.assertLessEqual(requests, 1 + BEFORE + AFTER + 1)
        self.assertEqual(node.terminate()[0], 0)
        # Only what it had sent itself between the backup and its end is not with its peers.
        held = int(self.offline(node, "held").split()[1])
        self.assertLessEqual(held, sent)

    def test_when_all_have_lost_their_data_each_says_itself_that_it_was_dead(self):
        cluster = self.start_cluster()
        for node in cluster.nodes.values():
            self.keep_backups(cluster, node)
        until(lambda: self.accepts(cluster, 900), "a peer to hold copies of n1", 30)
        cluster.sink.rule("dot_delay 3000")
        self.submit(cluster, BEFORE, first=1000)
        for node in cluster.nodes.values():
            self.back_up(node)
        for node in cluster.nodes.values():
            node.kill()
        cluster.sink.rule("dot_delay 0")
        sent = cluster.sink.stat()
        for node in cluster.nodes.values():
            shutil.rmtree(node.data)
            self.offline(node, "restore", "--without-secrets", "--peers-lost")
            node.launch()
        for node in cluster.nodes.values():
            node.wait_ready(60)
        cluster.wait_states({name: "active" for name in cluster.nodes})
        until(lambda: self.accepts(cluster, 3000), "two copies again", 30)
        cluster.sink.wait_for(sent["unique"] + 1, "unique")
        self.assertEqual(cluster.sink.stat()["duplicate"], sent["duplicate"])

        node = cluster.nodes["n1"]
        self.assertEqual(node.terminate()[0], 0)
        self.assertIn("Released: ", self.offline(node, "held", "--release"))
        node.start()
        cluster.sink.wait_for(1 + BEFORE + 1, "unique", 60)

    def back_up(self, node):
        begun = node.cli("backup", "create")
        self.assertEqual(begun.returncode, 0, begun.stderr)
        progress = until(lambda: self.ended(node), "the backup to end", 60)
        self.assertEqual(progress["state"], "made", progress)
        backup, = node.rest.get("/v1/backups")["items"]
        return backup

    def keep_backups(self, cluster, node):
        self.assertEqual(node.terminate()[0], 0)
        node.wanted["backup"] = {"directory": str(self.folder / f"backups-{node.name}")}
        node.write_config()
        node.start()
        cluster.wait_states({node.name: "active"})

    def offline(self, node, verb, *words):
        told = node.cli("backup", verb, "--config", node.config, *words)
        self.assertEqual(told.returncode, 0, told.stderr)
        return told.stdout

    def ended(self, node):
        progress = node.rest.get("/v1/backups/progress")
        return None if progress["state"] == "running" else progress

    def submit(self, cluster, mails, first):
        load = self.start_load(cluster, "n1", mails, sessions=4, first=first)
        self.assertEqual(load.result()["accepted"], mails)

    def accepts(self, cluster, number):
        load = self.start_load(cluster, "n1", 1, sessions=1, first=number)
        return load.result()["accepted"] == 1


if __name__ == "__main__":
    if missing := why_not():
        print(f"skipped: {missing}")
        sys.exit(77)
    main()
