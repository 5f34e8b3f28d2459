"""The rig of the cluster tests itself: hosts in namespaces, etcd with TLS, and faults that bite."""
import sys

from harness.cluster import ClusterTest
from harness.case import main
from harness.namespaces import why_not
from harness.processes import run, until

NAMES = ("n1", "n2", "n3")


class ClusterRig(ClusterTest):
    def reaches(self, cluster, one, other):
        """Whether a connection can be made from one host to etcd on another."""
        member = cluster.members[other]
        host, port = member.client[len("https://"):].rsplit(":", 1)
        return run(["timeout", "0.5", "bash", "-c", f"exec 3<>/dev/tcp/{host}/{port}"],
                   enter=cluster.network.hosts[one].enter).returncode == 0

    def refuses(self, member):
        """Whether a member says that it cannot commit, instead of waiting for ever."""
        return member.control("put", "asked", "1", seconds=1).returncode != 0

    def holds(self, member, key, value):
        try:
            return member.get(key) == value
        except OSError:
            return False

    def test_etcd_with_tls_stands_partitions_kills_and_pauses(self):
        cluster = self.make_cluster()
        cluster.start_etcd()
        one, two, three = (cluster.members[name] for name in NAMES)
        self.assertEqual(one.control("put", "colour", "blue").returncode, 0)
        self.assertEqual(three.get("colour"), "blue")
        self.check_that_strangers_are_refused(cluster, one)
        before = cluster.transactions()

        cluster.network.isolate("n3")
        self.assertTrue(self.reaches(cluster, "n1", "n2"))
        self.assertFalse(self.reaches(cluster, "n1", "n3"))
        self.assertFalse(self.reaches(cluster, "n3", "n2"))
        until(lambda: not self.refuses(one) or not self.refuses(two), "the majority to commit", 10)
        self.assertTrue(self.refuses(three))
        one.control("put", "colour", "green")
        cluster.network.heal()
        until(lambda: self.holds(three, "colour", "green"), "the healed member to catch up", 10)
        self.assertGreater(cluster.transactions(), before)

        two.kill()
        until(lambda: one.control("put", "colour", "red").returncode == 0, "two of three to go on",
              15)
        three.pause()
        until(lambda: self.refuses(one), "one of three to refuse", 10)
        three.resume()
        cluster.restart_etcd("n2")
        cluster.wait_etcd()
        self.assertEqual(two.get("colour"), "red")

    def check_that_strangers_are_refused(self, cluster, member):
        """The JSON gateway answers to a certificate of the CA, and to nothing else."""
        certificate, key = cluster.pki.node("n2")
        ask = ["curl", "--silent", "--show-error", "--max-time", "5", "--cacert", cluster.pki.ca,
               "--data", '{"key": "Y29sb3Vy"}', f"{member.client}/v3/kv/range"]
        enter = cluster.network.hosts["n2"].enter
        known = run([*ask, "--cert", certificate, "--key", key], enter=enter)
        self.assertIn('"value":"Ymx1ZQ=="', known.stdout, known.stderr)
        self.assertNotEqual(run(ask, enter=enter).returncode, 0)

    def test_a_cut_one_way_loses_what_one_sends_and_a_pulled_cable_everything(self):
        cluster = self.make_cluster()
        cluster.start_sink()
        network = cluster.network
        listening = f"/dev/tcp/{cluster.sink.address.replace(':', '/')}"

        def reaches_the_sink(name):
            return run(["timeout", "0.5", "bash", "-c", f"exec 3<>{listening}"],
                       enter=network.hosts[name].enter).returncode == 0

        self.assertTrue(reaches_the_sink("n1"))
        network.partition("outside", "n1", one_way=True)
        self.assertFalse(reaches_the_sink("n1"))
        self.assertEqual(network.cuts, {("outside", "n1")})
        network.heal()
        network.link("n1", up=False)
        self.assertFalse(reaches_the_sink("n1"))
        self.assertTrue(reaches_the_sink("n2"))
        network.heal()
        until(lambda: reaches_the_sink("n1"), "the cable to carry again", 10)

    def test_nodes_send_from_the_addresses_of_their_hosts(self):
        cluster = self.start_cluster(federated=False)
        loads = [self.start_load(cluster, name, 60, sessions=4, first=1000 * number)
                 for number, name in enumerate(NAMES)]
        for load in loads:
            self.assertEqual(load.result()["accepted"], 60)
        counts = cluster.sink.wait_for(180)
        self.assertEqual((counts["unique"], counts["duplicate"]), (180, 0))
        for name in NAMES:
            sources = cluster.network.hosts[name].sources
            self.assertEqual(sum(counts["by_source"].get(each, 0) for each in sources), 60)

        cluster.network.partition("n1", "outside")
        node = cluster.nodes["n1"]
        self.assertEqual(node.rest.status("/readyz"), 200)  # called from its own host
        self.assertEqual(node.cli("cluster", "status").returncode, 0)
        cluster.network.heal()
        node.kill()
        node.start()
        self.assertEqual(self.start_load(cluster, "n1", 20, first=9000).result()["accepted"], 20)
        cluster.sink.wait_for(200)


if __name__ == "__main__":
    reason = why_not()
    if reason:
        print(f"cluster_rig_test: {reason}")
        sys.exit(77)  # CTest counts it as skipped
    main()
