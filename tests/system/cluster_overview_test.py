"""What any node tells of all: the overview, curves, a message's story, and who changed what."""
import sys

from harness.case import main
from harness.cluster import ClusterTest
from harness.namespaces import why_not
from harness.processes import until

SLOW = {"delivery": {"retry_first": "1h", "retry_last": "1h"}}
MISSED = "60s"  # so late is a node missed that it is back before


class ToldByAll(ClusterTest):
    def begin(self, names=("n1", "n2"), takeover_after=MISSED, **federation):
        self.cluster = self.start_cluster(
            names=names, settings=SLOW,
            federation={"takeover_after": takeover_after, **federation})
        self.sink = self.cluster.sink
        self.sink.rule("refuse *@later.test 451 4.3.0 come back")
        return list(self.cluster.nodes.values())

    def send(self, node, to, **more):
        """Of a node that found nobody yet for the second copy, nothing is taken."""
        request = {"from": "ada@sender.test", "to": [to], "subject": "x", "text": "y", **more}
        return until(lambda: (got := node.rest.ask("POST", "/v1/messages", request))[0] == 202 and
                     got[1]["id"], f"{node.name} to take a mail", 20)

    def send_many(self, node, count, domain, **more):
        return [self.send(node, f"r{number}@{domain}", **more) for number in range(count)]

    def wait_silent(self, node, name):
        """Until this node knows that the other does not answer."""
        until(lambda: name in node.rest.get("/v1/queues").get("unanswered", []),
              f"{node.name} to miss {name}", 20)

    def wait_answers(self, nodes):
        for node in nodes:
            until(lambda asked=node: "unanswered" not in asked.rest.get("/v1/queues"),
                  f"all to answer {node.name}", 20)

    def come_back(self, node):
        """As one that was declared dead."""
        node.launch()
        node.wait_ready(30)
        self.cluster.wait_states({node.name: "active"})
        self.wait_answers(self.cluster.nodes.values())


class Overview(ToldByAll):
    def actions(self, node):
        return {each["id"]: each for each in node.rest.get("/v1/overview")["actions"]}

    def wait_backlog(self, node, expected):
        return until(lambda: (got := node.rest.get("/v1/overview"))["backlog"]["by_reason"]
                     == expected and got, f"{expected} to wait, as {node.name} tells", 30)

    def test_counts_are_of_all_nodes_and_one_that_is_gone_is_named_until_it_is_back(self):
        first, second, third = nodes = self.begin(("n1", "n2", "n3"), "5s")
        for node, count in zip(nodes, (4, 3, 2)):
            self.send_many(node, count, "later.test")
        self.send(second, "r@next.test")
        self.sink.wait_for(1)
        for node in nodes:
            seen = self.wait_backlog(node, {"retry": 9})
            self.assertEqual(seen["nodes"], {"total": 3, "up": 3, "draining": 0, "may_fail": 1})
            self.assertEqual((seen["today"]["used"], seen["unanswered"], seen["unknown"]),
                             (10, [], []))
            done = {each["id"] for each in seen["checklist"] if each["done"]}
            self.assertLessEqual({"test_delivered", "second_node"}, done)
            self.assertEqual([each for each in self.actions(node) if each.startswith("node_")], [])

        third.kill()
        self.wait_silent(first, "n3")
        seen = first.rest.get("/v1/overview")
        self.assertEqual(seen["unanswered"], ["n3"])
        self.assertTrue(any(each["id"].endswith(":n3") for each in seen["actions"]))
        self.cluster.wait_states({"n3": "dead"}, among=("n1", "n2"))
        for node in (first, second):
            seen = self.wait_backlog(node, {"retry": 9})
            self.assertEqual(seen["nodes"], {"total": 3, "up": 2, "draining": 0, "may_fail": 1})
            self.assertEqual(seen["unanswered"], [])
            found = self.actions(node)["node_gone:n3"]
            self.assertEqual((found["severity"], found["title"]), ("problem", "Node n3 is gone"))
            shown = node.cli(*found["command"].split()[1:])
            self.assertIn("dead", shown.stdout)
            self.assertIn("Node n3 is gone", node.cli("cluster", "overview").stdout)

        self.come_back(third)
        for node in nodes:
            seen = self.wait_backlog(node, {"retry": 9})
            self.assertEqual(seen["nodes"], {"total": 3, "up": 3, "draining": 0, "may_fail": 1})
            self.assertNotIn("node_gone:n3", self.actions(node))

    def test_the_last_node_that_is_up_may_not_fail(self):
        first, second = self.begin(takeover_after="5s", replication="preferred")
        self.assertEqual(first.rest.get("/v1/overview")["nodes"]["may_fail"], 1)
        second.kill()
        self.cluster.wait_states({"n2": "dead"}, among=["n1"])
        self.assertEqual(first.rest.get("/v1/overview")["nodes"],
                         {"total": 2, "up": 1, "draining": 0, "may_fail": 0})
        self.assertLessEqual({"node_gone:n2", "single_copies"}, set(self.actions(first)))

    def test_none_may_fail_while_the_only_other_node_drains(self):
        first, second = self.begin(replication="preferred")
        self.assertEqual(first.cli("node", "drain", "n2").returncode, 0)
        self.cluster.wait_states({"n2": "draining"})
        for node in (first, second):
            seen = node.rest.get("/v1/overview")
            self.assertEqual(seen["nodes"], {"total": 2, "up": 2, "draining": 1, "may_fail": 0})
            self.assertIn("single_copies", self.actions(node))
        self.assertIn("node_draining:n2", self.actions(first))

    def test_one_that_has_its_lease_and_does_not_answer_is_named(self):
        first, second = self.begin(replication="preferred")
        second.pause()
        self.assertEqual(first.rest.get("/v1/overview")["unanswered"], ["n2"])
        self.assertEqual(self.actions(first)["node_silent:n2"]["severity"], "problem")
        second.resume()
        until(lambda: "node_silent:n2" not in self.actions(first), "n2 to answer again", 20)

    def test_the_limit_of_the_day_is_that_of_the_ips_of_all_nodes(self):
        nodes = first, second = self.begin(replication="preferred")
        first.custom_plan("mine", [3, 10])
        first.rest.post("/v1/pools", {"name": "cold", "kind": "dedicated", "account": "default"})
        for node in nodes:
            *warm, cold = node.host.sources
            for address in (*warm, cold):
                first.rest.delete(f"/v1/pools/shared/ips/{address}")
            first.rest.put(f"/v1/pools/cold/ips/{cold}", {"plan": "mine", "node": node.name})
        until(lambda: len(second.rest.get("/v1/pools/cold")["ips"]) == 2, "the pool at n2", 10)
        for node, count in ((first, 5), (second, 6)):
            self.send_many(node, count, "next.test", pool="cold")
        self.sink.wait_for(6)
        for node in nodes:
            seen = self.wait_backlog(node, {"limit": 5})
            self.assertEqual((seen["today"]["limit"], seen["today"]["used"],
                              seen["today"]["remaining"]), (6, 6, 0))
            ends = {first.ledger(each.host.sources[-1])["day_ends_at"] for each in nodes}
            self.assertIn(seen["backlog"]["drained_at"], ends)
        waiting = {(each["node"], each["cause"]): each["waiting"]
                   for each in first.rest.every("/v1/queues?limit=1")}
        self.assertEqual(waiting, {("n1", "limit"): 2, ("n2", "limit"): 3})


class Curves(ToldByAll):
    def sums(self, node, step="60s"):
        told = node.rest.get(f"/v1/series?names=accepted,delivered,deferred,backlog&step={step}")
        values = {each["name"]: [n for n in each["values"] if n is not None]
                  for each in told["series"]}
        return (*(sum(values[name]) for name in ("accepted", "delivered", "deferred")),
                *values["backlog"][-1:])

    def wait_sums(self, nodes, expected):
        """A minute is sampled at its end."""
        for node in nodes:
            until(lambda asked=node: self.sums(asked) == self.sums(asked, "1h") == expected,
                  f"{expected} in the curves that {node.name} tells", 75, every=0.5)

    def test_curves_are_sums_over_nodes_and_no_restart_and_no_takeover_counts_twice(self):
        first, second, third = nodes = self.begin(("n1", "n2", "n3"), "15s")
        for node, count in zip(nodes, (4, 3, 2)):
            self.send_many(node, count, "next.test")
            self.send_many(node, count, "later.test")
        self.sink.wait_for(9)
        self.wait_sums(nodes, (18, 9, 9, 9))

        second.terminate()
        # A sample is written when nobody waits for it, but not after what is recorded behind it.
        third.rest.post("/v1/pools", {"name": "behind", "kind": "shared"})
        third.kill()
        self.wait_silent(first, "n3")
        told = first.rest.get("/v1/series?names=delivered")
        self.assertEqual(sorted(told["unanswered"]), ["n2", "n3"])
        self.assertEqual(self.sums(first)[:3], (8, 4, 4))
        second.start()
        self.cluster.wait_states({"n3": "dead"}, among=("n1", "n2"))
        self.come_back(third)
        for node in nodes:
            self.assertEqual(self.sums(node)[:3], (18, 9, 9))
        self.send(second, "r@next.test")
        self.send(third, "r@next.test")
        self.sink.wait_for(11)
        self.wait_sums(nodes, (20, 11, 9, 9))


class Stories(ToldByAll):
    def story(self, node, message, query=""):
        return node.rest.get(f"/v1/messages/{message}/timeline{query}")["items"]

    def kinds(self, node, message):
        return [each["kind"] for each in self.story(node, message)]

    def wait_deferred(self, node, message):
        until(lambda: "deferred" in self.kinds(node, message), "the first attempt", 20)

    def test_a_message_is_told_and_retried_at_a_node_that_does_not_hold_it(self):
        first, second = self.begin()
        message = self.send(second, "bob@later.test")
        self.wait_deferred(second, message)
        told = self.story(first, message)
        self.assertEqual(told, self.story(second, message))
        self.assertEqual(told, self.story(first, message, "?to=bob@later.test"))
        deferred = next(each for each in told if each["kind"] == "deferred")
        self.assertEqual((deferred["node"], deferred["attempt"], deferred["reply"]["code"]),
                         ("n2", 1, 451))
        self.assertIn(deferred["ip"], second.host.sources)

        self.sink.rule("refuse_none")
        retried = first.cli("message", "retry", message)
        self.assertEqual(retried.returncode, 0, retried.stderr)
        until(lambda: self.kinds(first, message)[-1] == "delivered", "the delivery", 20)
        last = self.story(first, message)[-1]
        self.assertEqual((last["node"], last["attempt"]), ("n2", 2))
        self.assertEqual(len(self.sink.accepted()), 1)
        for node in (first, second):
            made, = node.rest.get("/v1/audit?action=retry_message")["items"]
            self.assertEqual((made["node"], made["resource"]), ("n1", f"messages/{message}/retry"))

    def test_what_another_account_sent_does_not_exist_at_any_node(self):
        first, second = self.begin()
        message = self.send(second, "bob@later.test")
        self.wait_deferred(second, message)
        first.rest.post("/v1/accounts", {"name": "shop"})
        path = f"/v1/messages/{message}/timeline"
        for account, expected in (("default", 200), ("shop", 404)):
            key = first.rest.post("/v1/keys", {"account": account, "role": "sender"})["secret"]
            for node in (first, second):
                def ask(method, path, asked=node, key=key):
                    return asked.rest.ask(method, path, headers={"Authorization": f"Bearer {key}"})
                until(lambda: ask("GET", "/v1/templates")[0] != 401, "the key to be known", 5)
                self.assertEqual(ask("GET", path)[0], expected)
                status = ask("POST", f"/v1/messages/{message}/retry")[0]
                self.assertEqual(status, 403)

    def test_of_a_node_that_is_down_it_is_said_that_it_may_know_more(self):
        first, second = self.begin()
        message = self.send(second, "bob@later.test")
        self.wait_deferred(second, message)
        second.kill()
        for method, verb in (("GET", "timeline"), ("POST", "retry")):
            status, problem, _ = first.rest.ask(method, f"/v1/messages/{message}/{verb}")
            self.assertEqual((status, problem["code"]), (503, "unavailable"))
            self.assertIn("n2", problem["detail"])
        second.start()
        self.wait_answers([first])
        self.assertEqual(self.story(first, message), self.story(second, message))
        unknown = message[:-4] + ("0000" if message[-4:] != "0000" else "1111")
        for method, verb in (("GET", "timeline"), ("POST", "retry")):
            status, problem, _ = first.rest.ask(method, f"/v1/messages/{unknown}/{verb}")
            self.assertEqual((status, problem["code"]), (404, "not_found"))

    def test_a_story_goes_on_with_who_took_the_message_over(self):
        first, second = self.begin(takeover_after="5s")
        message = self.send(second, "bob@later.test")
        self.wait_deferred(second, message)
        second.kill()
        self.cluster.wait_states({"n2": "dead"}, among=["n1"])
        until(lambda: first.rest.status(f"/v1/messages/{message}/timeline") == 200 and
              "adopted" in self.kinds(first, message), "the takeover", 20)
        self.come_back(second)
        told = self.story(first, message)
        self.assertEqual(told, self.story(second, message))
        self.assertEqual(next(each["node"] for each in told if each["kind"] == "adopted"), "n1")
        self.sink.rule("refuse_none")
        second.rest.post(f"/v1/messages/{message}/retry")
        until(lambda: self.kinds(second, message)[-1] == "delivered", "the delivery", 20)
        self.assertEqual(self.story(second, message)[-1]["node"], "n1")
        self.assertEqual(len(self.sink.accepted()), 1)


class Audit(ToldByAll):
    def made(self, node, query=""):
        return [(each["node"], each["action"], each["resource"], each["status"])
                for each in node.rest.every(f"/v1/audit?resource=pools{query}")]

    def test_changes_and_attempts_at_either_node_are_told_by_both_newest_first(self):
        first, second = self.begin(replication="preferred")
        for number in range(3):
            for node in (first, second):
                node.rest.post("/v1/pools", {"name": f"{node.name}-{number}", "kind": "shared"})
        until(lambda: second.rest.status("/v1/pools/n1-2") == 200, "the pool at n2", 5)
        self.assertEqual(second.rest.ask("POST", "/v1/pools",
                                         {"name": "n1-2", "kind": "shared"})[0], 409)
        self.assertEqual(second.cli("pool", "delete", "n1-0").returncode, 0)
        expected = [("n2", "delete_pool", "pools/n1-0", 204),
                    ("n2", "create_pool", "pools/n1-2", 409)]
        expected += [(name, "create_pool", f"pools/{name}-{number}", 201)
                     for number in (2, 1, 0) for name in ("n2", "n1")]
        for node in (first, second):
            self.assertEqual(self.made(node)[:8], expected)
            self.assertEqual(self.made(node, "&limit=3")[:8], expected)
        counted = first.rest.post("/v1/queues/actions", {"action": "cancel", "filter": {}})
        begun = second.rest.post("/v1/queues/actions", {"action": "cancel", "filter": {},
                                                        "confirm": counted["confirm"]})
        self.assertEqual(begun["recipients"], 0)
        told = [(each["node"], each["action"], each["status"])
                for each in first.rest.get("/v1/audit?resource=queues")["items"]]
        self.assertEqual(told, [("n2", "act_on_queues", 202), ("n1", "act_on_queues", 200)])

    def test_whose_changes_are_missing_is_said_for_as_long_as_they_are(self):
        first, second = self.begin(takeover_after="10s", replication="preferred")
        second.rest.post("/v1/pools", {"name": "there", "kind": "shared"})
        first.rest.post("/v1/pools", {"name": "here", "kind": "shared"})
        query = "/v1/audit?action=create_pool"
        second.kill()
        self.wait_silent(first, "n2")
        page = first.rest.get(query)
        self.assertEqual(page["unanswered"], ["n2"])
        self.assertEqual([each["resource"] for each in page["items"]], ["pools/here"])
        self.cluster.wait_states({"n2": "dead"}, among=["n1"])
        page = first.rest.get(query)
        dead = page.get("unanswered"), [each["resource"] for each in page["items"]]
        self.come_back(second)
        for node in (first, second):
            self.assertEqual([each["resource"] for each in node.rest.get(query)["items"]],
                             ["pools/here", "pools/there"])
        # Others took its mail over; what was changed at it, it alone knows.
        self.assertEqual(dead, (["n2"], ["pools/here"]))


if __name__ == "__main__":
    if missing := why_not():
        print(f"skipped: {missing}")
        sys.exit(77)
    main()
