"""A cluster at work: joining, mail through every node, shared quotas, drain and removal."""
import datetime
import os
import pathlib
import socket
import ssl
import sys

from harness.case import main
from harness.certificates import Pki
from harness.cluster import ClusterTest
from harness.namespaces import why_not
from harness.processes import BIN, let_pass, until
from harness.sink import read_numbers
from harness.talk import Talk

NAMES = ("n1", "n2", "n3")
CAPPED = 40  # per address and day


class ClusterAtWork(ClusterTest):
    def send_through_all(self, cluster, each, first=0, **options):
        """`each` mails through every node; all have to be accepted."""
        loads = [self.start_load(cluster, name, each, sessions=4, first=first + each * number,
                                 **options) for number, name in enumerate(cluster.nodes)]
        for load in loads:
            totals = load.result()
            self.assertEqual(totals["accepted"], each, totals)

    def check_once_each(self, cluster, count):
        counts = cluster.sink.wait_for(count, "unique")
        self.assertEqual((counts["unique"], counts["duplicate"], counts["corrupt"]),
                         (count, 0, 0))
        return counts

    def test_three_nodes_join_and_every_one_answers_for_all(self):
        cluster = self.start_cluster()
        for node in cluster.nodes.values():
            self.assertEqual(node.states(), {name: "active" for name in NAMES})
        self.send_through_all(cluster, 200)
        counts = self.check_once_each(cluster, 600)
        for name in NAMES:
            sources = cluster.network.hosts[name].sources
            self.assertGreater(sum(counts["by_source"].get(each, 0) for each in sources), 0)

        accepted = cluster.nodes["n1"].rest.post("/v1/messages", {
            "from": "a@sender.test", "to": ["b@next.test"], "subject": "s", "text": "t"})
        for node in cluster.nodes.values():
            until(lambda asked=node: self.delivered(asked, accepted["id"]),
                  f"{node.name} to know of the delivery", 15)
        node = cluster.nodes["n2"]
        told = node.cli("message", "show", accepted["id"])
        self.assertEqual(told.returncode, 0, told.stderr)

    def delivered(self, node, identifier):
        message = node.rest.get(f"/v1/messages/{identifier}")
        return all(each["state"] == "delivered" for each in message["recipients"])

    def test_a_change_made_at_one_node_is_seen_at_all(self):
        cluster = self.start_cluster()
        cluster.nodes["n3"].custom_plan("mine", [10, 20])
        for node in cluster.nodes.values():
            until(lambda asked=node: "mine" in
                  {plan["name"] for plan in asked.rest.every("/v1/plans")}, "the plan", 5)
        _, secret = cluster.nodes["n2"].new_key("viewer")
        until(lambda: cluster.nodes["n1"].cli("plan", "list", key=secret).returncode == 0,
              "the key to be good at another node", 5)

    def test_an_ip_is_brought_into_service_by_the_node_that_has_it(self):
        cluster = self.start_cluster()
        asked = cluster.nodes["n1"]
        spare = cluster.network.hosts["n2"].sources[-1]
        asked.rest.delete(f"/v1/pools/shared/ips/{spare}")
        asked.rest.post("/v1/pools", {"name": "cold", "kind": "dedicated"})
        path = f"/v1/pools/cold/ips/{spare}"
        for wrong in ("n1", "n3"):
            status, problem, _ = asked.rest.ask("PUT", path, {"node": wrong})
            self.assertEqual(status, 409, problem)
            self.assertIn(f"{wrong} cannot send from {spare}", problem["detail"])
        self.assertEqual(asked.rest.get(f"/v1/ips/{spare}/binding")["node"], "n2")
        run = cluster.nodes["n3"].rest.post("/v1/provisionings", {
            "pool": "cold", "add": [{"address": spare, "node": "n2"}],
            "waive": ["reverse_dns", "helo"]})["id"]
        step = until(lambda: (shown := asked.rest.get(f"/v1/provisionings/{run}")["steps"][0])
                     ["state"] == "canary" and shown, "the canary", 40)
        self.assertEqual((step["checks"][0]["name"], step["checks"][0]["verdict"]),
                         ("binding", "passed"))
        until(lambda: "address_inspected" in cluster.nodes["n2"].log_text(), "the log", 5)
        self.assertNotIn("address_inspected", cluster.nodes["n3"].log_text())
        asked.rest.post(f"/v1/provisionings/{run}/actions", {"action": "rollback"})
        until(lambda: not cluster.nodes["n2"].rest.get("/v1/pools/cold")["ips"], "the rollback", 20)

    def test_mail_of_a_quarantined_ip_leaves_from_another_node_and_so_does_that_of_a_replaced_one(
            self):
        cluster = self.start_cluster(settings={"warmup": {"day": "3s"}})
        asked = cluster.nodes["n1"]
        spare = {name: cluster.network.hosts[name].sources[-1] for name in ("n1", "n2")}
        asked.rest.post("/v1/pools", {"name": "cold", "kind": "dedicated"})
        for name, address in spare.items():
            asked.rest.delete(f"/v1/pools/shared/ips/{address}")
        asked.rest.put(f"/v1/pools/cold/ips/{spare['n1']}", {"node": "n1", "plan": "warm"})
        run = asked.rest.post("/v1/provisionings", {
            "pool": "cold", "add": [{"address": spare["n2"], "node": "n2", "plan": "warm"}],
            "remove": [spare["n1"]], "waive": ["reverse_dns", "helo"]})["id"]
        until(lambda: asked.rest.get(f"/v1/provisionings/{run}")["state"] == "finished",
              "the replacement", 60)
        field = ["X-Warmfront-Pool: cold"]
        self.start_load(cluster, "n1", 10, sessions=1, first=100, field=field).result()
        cluster.sink.wait_for(10, "unique")
        self.assertEqual(cluster.sink.stat()["by_source"].get(spare["n2"]), 10)
        # And the other way round, by a quarantine.
        asked.rest.put(f"/v1/pools/cold/ips/{spare['n1']}", {"node": "n1", "plan": "warm"})
        asked.rest.post(f"/v1/ips/{spare['n2']}/actions", {"action": "quarantine"})
        self.start_load(cluster, "n2", 10, sessions=1, first=200, field=field).result()
        cluster.sink.wait_for(20, "unique")
        self.assertEqual(cluster.sink.stat()["by_source"].get(spare["n1"]), 10)

    def test_what_waits_on_another_node_keeps_the_last_ip_and_counts_in_a_forecast(self):
        cluster = self.start_cluster()
        asked, other = cluster.nodes["n1"], cluster.nodes["n2"]
        spare = cluster.network.hosts["n2"].sources[-1]
        asked.rest.delete(f"/v1/pools/shared/ips/{spare}")
        asked.custom_plan("one", [1, 100])
        asked.rest.post("/v1/pools", {"name": "cold", "kind": "dedicated"})
        asked.rest.put(f"/v1/pools/cold/ips/{spare}", {"node": "n2", "plan": "one"})
        until(lambda: other.rest.get("/v1/pools/cold")["ips"], "the pool at n2", 5)
        self.start_load(cluster, "n2", 6, sessions=1, field=["X-Warmfront-Pool: cold"]).result()
        until(lambda: any(each["pool"] == "cold" and each["state"] == "held"
                          for each in asked.rest.get("/v1/queues")["items"]), "held mail", 10)
        status, problem, _ = asked.rest.ask("DELETE", f"/v1/pools/cold/ips/{spare}")
        self.assertEqual(status, 409, problem)
        self.assertIn("wait for the last IP", problem["detail"])
        looked = asked.rest.post("/v1/forecast", {"pool": "cold", "recipients": 10,
                                                  "class": "triggered"})
        self.assertEqual(looked["ahead"], 5)

    def test_no_control_store_transaction_per_mail(self):
        cluster = self.start_cluster()
        self.send_through_all(cluster, 20)
        self.check_once_each(cluster, 60)
        before = cluster.transactions()
        self.send_through_all(cluster, 1000, first=1000)
        self.check_once_each(cluster, 3060)
        self.assertLessEqual(cluster.transactions() - before, 3)

    def test_quotas_hold_over_all_nodes_and_days(self):
        cluster = self.start_cluster(settings={"warmup": {"day": "10s"}})
        node = cluster.nodes["n1"]
        by_address, by_domain = [CAPPED, 2 * CAPPED, 3 * CAPPED], [450, 900, 900]
        node.custom_plan("address", by_address)
        node.custom_plan("domain", by_domain)
        sources = [host.sources[0] for name, host in cluster.network.hosts.items()
                   if name in NAMES]
        for name, source in zip(NAMES, sources):
            node.act_on_ledger(source, "set_plan", plan="address")
        node.act_on_ledger("source.test", "set_plan", plan="domain")
        for name in NAMES:
            self.start_load(cluster, name, 600, sessions=4, first=1000 * NAMES.index(name))
        self.check_quotas(cluster, node, {**{each: by_address for each in sources},
                                          "source.test": by_domain})

    def check_quotas(self, cluster, node, plans):
        """For two days. A mail that arrived in time had its permit by then, not later."""
        for _ in range(2):
            ledgers = {subject: node.ledger(subject) for subject in plans}
            ends = {subject: parse_time(ledger["day_ends_at"])
                    for subject, ledger in ledgers.items()}
            until(lambda last=max(ends.values()): now() > last, "the end of the day", 15)
            arrivals = cluster.sink.accepted()
            for subject, plan in plans.items():
                allowed = sum(plan[:ledgers[subject]["day"]])
                sent = sum(1 for each in arrivals if each.time_ns / 1e9 < ends[subject] and
                           subject in (each.source, each.sender.rpartition("@")[2]))
                print(f"{subject}: {sent} of {allowed} until day {ledgers[subject]['day']}")
                self.assertLessEqual(sent, allowed, subject)
                if subject == "source.test":  # which node leases how much of its day is a race
                    self.assertGreater(sent, allowed // 2, subject)

    def test_nodes_restarted_in_turn_under_load_lose_and_double_nothing(self):
        """A rolling upgrade; from the release in WARMFRONT_OLD_BIN, if there is one."""
        old = os.environ.get("WARMFRONT_OLD_BIN")
        cluster = self.make_cluster(federation={"takeover_after": "20s"})
        cluster.start(program=old and pathlib.Path(old) / "warmfrontd")
        self.nodes += cluster.nodes.values()
        cluster.sink.rule("dot_delay 20")
        loads = {name: self.start_load(cluster, name, sessions=2, seconds=20, silence=15,
                                       first=1_000_000 * number, octets=2048,
                                       acknowledged=self.folder / f"{name}.acknowledged")
                 for number, name in enumerate(NAMES)}
        for node in cluster.nodes.values():
            let_pass(1.0)
            code, _ = node.terminate()
            self.assertEqual(code, 0, node.log_text()[-2000:])
            node.program = BIN / "warmfrontd"
            node.start()
            cluster.wait_states({name: "active" for name in NAMES})
        expected = 0
        for name, load in loads.items():
            self.assertGreater(load.result()["accepted"], 100)
            expected |= read_numbers(self.folder / f"{name}.acknowledged")
        cluster.sink.rule("dot_delay 0")
        until(lambda: expected & ~cluster.sink.numbers(self.folder / "arrived") == 0,
              "every acknowledged mail to arrive", 90, every=0.3)
        counts = cluster.sink.stat()
        self.assertEqual((counts["duplicate"], counts["corrupt"]), (0, 0))

    def test_a_fourth_node_joins_at_run_time(self):
        cluster = self.start_cluster()
        fourth = cluster.new_node("n4")
        self.nodes.append(fourth)
        fourth.start()
        cluster.wait_states({name: "active" for name in (*NAMES, "n4")})
        fourth.own_ips()
        self.send_through_all(cluster, 50)
        self.check_once_each(cluster, 200)

    def test_a_drained_node_hands_all_over_and_a_removed_one_never_returns(self):
        cluster = self.start_cluster(settings={"delivery": {"retry_first": "1s",
                                                            "retry_last": "2s"}})
        node, other = cluster.nodes["n3"], cluster.nodes["n1"]
        cluster.sink.rule("refuse *@later.test 451 4.3.0 later")
        load = self.start_load(cluster, "n3", 100, sessions=4, domains="later.test")
        self.assertEqual(load.result()["accepted"], 100)
        self.assertEqual(other.cli("node", "drain", "n3").returncode, 0)
        cluster.wait_states({"n3": "draining"})
        self.assertGreaterEqual(self.reply_to_mail(cluster, node), 400)
        until(lambda: self.drained(other, "n3"), "the node to have nothing left", 30, every=0.2)
        self.assertEqual(other.cli("node", "remove", "n3").returncode, 0)
        cluster.wait_states({"n3": "removed"}, among=["n1", "n2"])
        cluster.sink.rule("refuse_none")
        counts = self.check_once_each(cluster, 100)
        self.assertEqual(sum(counts["by_source"].get(each, 0) for each in node.host.sources), 0)

        node.stop()
        node.launch()
        let_pass(3.0)  # it would have joined by now
        self.assertNotEqual(node.rest.status("/readyz"), 200)
        self.assertEqual(other.states()["n3"], "removed")

    def drained(self, asked, name):
        nodes = asked.rest.get("/v1/cluster")["nodes"]
        return next(each["drained"] for each in nodes if each["name"] == name)

    def reply_to_mail(self, cluster, node):
        """The code of the reply to MAIL, or to the connection."""
        with cluster.outside.entered():
            talk = Talk(node.smtp)
        with talk:
            if talk.greeting[0] != 220:
                return talk.greeting[0]
            talk.hello()
            return talk.command("MAIL FROM:<a@sender.test>")[0]

    def test_strangers_at_the_cluster_port_get_nothing_and_harm_nothing(self):
        cluster = self.start_cluster()
        node = cluster.nodes["n1"]
        before = node.memory()[0]
        foreign = Pki(self.folder / "foreign")
        foreign.node("n2", node.host.address)
        for _ in range(50):
            self.assert_closed(self.knock(cluster, os.urandom(2048)))
            self.assert_closed(self.knock(cluster, b"\0" * 32))
            self.assertFalse(self.shakes_hands(cluster, None))
            self.assertFalse(self.shakes_hands(cluster, foreign.node("n2")))
        idle = [self.knock(cluster, b"") for _ in range(300)]
        second = cluster.nodes["n2"]
        second.kill()
        second.start()
        cluster.wait_states({name: "active" for name in NAMES})
        for each in idle:
            each.close()
        self.assertTrue(node.running())
        self.assertLess(node.memory()[0] - before, 64 << 20)

    def knock(self, cluster, octets):
        host, port = cluster.nodes["n1"].peers.rsplit(":", 1)
        with cluster.outside.entered():
            client = socket.create_connection((host, int(port)), timeout=20)
        try:
            client.sendall(octets)
        except ConnectionError:
            pass
        return client

    def assert_closed(self, client):
        with client:
            try:
                while client.recv(4096):
                    pass
            except ConnectionError:
                pass

    def shakes_hands(self, cluster, credentials):
        """Whether a TLS client is served; with TLS 1.3 it learns of a refusal when it reads."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if credentials:
            context.load_cert_chain(*credentials)
        with self.knock(cluster, b"") as client:
            try:
                with context.wrap_socket(client) as encrypted:
                    return bool(encrypted.recv(1))
            except (ssl.SSLError, ConnectionError):
                return False


def now():
    return datetime.datetime.now(datetime.timezone.utc).timestamp()


def parse_time(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


if __name__ == "__main__":
    reason = why_not()
    if reason:
        print(f"cluster_test: {reason}")
        sys.exit(77)  # CTest counts it as skipped
    main()
