"""Mail that waits on two nodes, acted upon at one of them: counted, done once, told by both."""
import collections
import sys

from harness.case import main
from harness.cluster import ClusterTest
from harness.namespaces import why_not
from harness.processes import let_pass, until

SLOW = {"retry_first": "1h", "retry_last": "1h"}
HERE, THERE = 30, 20  # recipients that wait on n1 and on n2
ALL = HERE + THERE
MISSED = "60s"  # so late is a node missed that it is back before


class ClusterQueues(ClusterTest):
    def begin(self, takeover_after=MISSED):
        """Two nodes, each with mail that was put off."""
        self.cluster = self.start_cluster(names=("n1", "n2"), settings={"delivery": SLOW},
                                          federation={"takeover_after": takeover_after})
        self.sink = self.cluster.sink
        self.sink.rule("refuse *@later.test 451 4.3.0 come back")
        self.first, self.second = self.cluster.nodes.values()
        self.messages = {node: [self.send(node, f"r{number}@later.test")
                                for number in range(count)]
                         for node, count in ((self.first, HERE), (self.second, THERE))}
        for node in self.messages:
            until(lambda asked=node: self.waiting(asked) == {"n1": HERE, "n2": THERE},
                  "all to be put off", 60)

    def send(self, node, to):
        """Of a node that found nobody yet for the second copy, nothing is taken."""
        request = {"from": "ada@sender.test", "to": [to], "subject": "x", "text": "y"}
        return until(lambda: (got := node.rest.ask("POST", "/v1/messages", request))[0] == 202 and
                     got[1]["id"], f"{node.name} to take a mail", 20)

    def waiting(self, node):
        """How many were put off, by the node that has them, as one of them tells."""
        counts = collections.Counter()
        for row in node.rest.every("/v1/queues"):
            if row["state"] == "deferred":
                counts[row["node"]] += row["waiting"]
        return dict(counts)

    def states(self, asked, of):
        return collections.Counter(
            asked.rest.get(f"/v1/messages/{each}")["recipients"][0]["state"]
            for each in self.messages[of])

    def count(self, node, action, **chosen):
        return node.rest.post("/v1/queues/actions", {"action": action, "filter": chosen})

    def confirm(self, node, counted):
        return node.rest.post("/v1/queues/actions", {"action": counted["action"], "filter": {},
                                                     "confirm": counted["confirm"]})

    def come_back(self, node):
        node.launch()
        node.wait_ready(30)
        self.cluster.wait_states({node.name: "active"})
        for each in (self.first, self.second):
            until(lambda asked=each: "unanswered" not in asked.rest.get("/v1/queues"),
                  "both to answer each other", 20)

    def done(self, node, identifier):
        shown = until(lambda: (got := node.rest.get(f"/v1/queues/actions/{identifier}"))["state"]
                      == "done" and got, "the action", 60)
        return shown["expected"], shown["recipients"] + shown["busy"]

    def reports(self, count):
        """What senders heard, once `count` reports have come and nothing more is on its way."""
        self.sink.wait_for(count)
        until(lambda: all(each["cause"] == "retry" for node in (self.first, self.second)
                          if node.running() for each in node.rest.every("/v1/queues")),
              "the reports to be sent")
        return collections.Counter(each.recipient for each in self.sink.accepted())

    def test_what_is_counted_at_one_node_and_confirmed_at_the_other_is_retried_on_both(self):
        self.begin()
        counted = self.count(self.first, "retry", reason="backoff")
        self.assertEqual((counted["matches"], counted["recipients"]), (ALL, ALL))
        self.assertNotIn("unanswered", counted)
        self.assertEqual(self.count(self.second, "cancel", pool="other")["recipients"], 0)
        self.sink.rule("refuse_none")
        counted = self.count(self.first, "retry")
        begun = self.confirm(self.second, counted)
        for node in (self.first, self.second):
            self.assertEqual(self.done(node, begun["id"]), (ALL, ALL))
        self.sink.wait_for(ALL)
        for node in (self.first, self.second):
            until(lambda asked=node: self.waiting(asked) == {}, "nothing to wait", 20)
            self.assertEqual(self.states(node, self.first), {"delivered": HERE})
            self.assertEqual(self.states(node, self.second), {"delivered": THERE})
        self.assertEqual(self.sink.stat()["duplicate"], 0)
        self.assertEqual(len(self.sink.accepted()), ALL)

    def test_senders_hear_once_of_what_is_given_up_however_often_it_is_confirmed(self):
        self.begin()
        counted = self.count(self.second, "expire")
        self.assertEqual(counted["recipients"], ALL)
        begun = {self.confirm(node, counted)["id"] for node in (self.second, self.first)}
        self.assertEqual(len(begun), 1)
        for node in (self.first, self.second):
            self.assertEqual(self.done(node, *begun), (ALL, ALL))
        self.confirm(self.first, counted)
        self.assertEqual(self.reports(ALL), {"ada@sender.test": ALL})
        for node in (self.first, self.second):
            self.assertEqual(self.states(self.first, node), {"expired": len(self.messages[node])})

    def test_what_is_cancelled_ends_on_both_without_a_word(self):
        self.begin()
        refused = self.second.cli("queue", "cancel")
        self.assertEqual(refused.returncode, 1, refused.stdout)
        self.assertIn(f"{ALL} recipients", refused.stderr)
        self.assertEqual(self.waiting(self.first), {"n1": HERE, "n2": THERE})
        told = self.second.cli("queue", "cancel", "--yes")
        self.assertEqual(told.returncode, 0, told.stderr)
        until(lambda: self.waiting(self.first) == {}, "nothing to wait", 30)
        for node in (self.first, self.second):
            self.assertEqual(self.states(node, self.first), {"cancelled": HERE})
            self.assertEqual(self.states(node, self.second), {"cancelled": THERE})
        self.assertEqual(self.sink.accepted(), [])

    def test_a_node_that_goes_down_is_named_and_does_its_part_when_it_is_asked_again(self):
        self.begin()
        counted = self.count(self.first, "expire")
        self.second.kill()
        begun = self.confirm(self.first, counted)
        self.assertEqual((begun["expected"], begun["unanswered"]), (ALL, ["n2"]))
        self.assertEqual(self.done(self.first, begun["id"]), (ALL, HERE))
        shown = self.first.rest.get(f"/v1/queues/actions/{begun['id']}")
        self.assertEqual(shown["unanswered"], ["n2"])
        self.assertEqual(self.first.rest.get("/v1/queues")["unanswered"], ["n2"])

        self.come_back(self.second)
        let_pass(2.0)  # it would act by now
        for node in (self.first, self.second):
            self.assertEqual(self.waiting(node), {"n2": THERE})
            self.assertEqual(self.done(node, begun["id"]), (ALL, HERE))
        self.assertEqual(self.reports(HERE), {"ada@sender.test": HERE})

        again = self.confirm(self.second, counted)
        self.assertEqual(again["id"], begun["id"])
        self.assertNotIn("unanswered", again)
        done = {self.done(node, begun["id"]) for node in (self.first, self.second)}
        self.assertEqual(self.reports(ALL), {"ada@sender.test": ALL})
        self.assertEqual(done, {(ALL, ALL)})

    def test_mail_of_a_node_that_was_not_counted_is_left_alone_when_it_is_back(self):
        self.begin()
        self.second.kill()
        counted = self.count(self.first, "expire")
        self.assertEqual((counted["recipients"], counted["unanswered"]), (HERE, ["n2"]))
        refused = self.first.cli("queue", "expire")
        self.assertIn(f"{HERE} recipients", refused.stderr)
        self.assertIn("node n2 gave no answer: nothing is done there", refused.stderr)
        self.come_back(self.second)
        begun = self.confirm(self.first, counted)
        self.assertEqual(self.done(self.first, begun["id"]), (HERE, HERE))
        self.assertEqual(self.reports(HERE), {"ada@sender.test": HERE})
        self.assertEqual(self.waiting(self.first), {"n2": THERE})

    def test_what_a_node_does_late_is_done_once_and_told(self):
        self.begin()
        counted = self.count(self.first, "expire")
        self.second.pause()
        begun = self.confirm(self.first, counted)
        self.assertEqual(begun["unanswered"], ["n2"])
        again = self.confirm(self.first, counted)
        self.assertEqual((again["id"], again["unanswered"]), (begun["id"], ["n2"]))
        self.second.resume()
        until(lambda: "unanswered" not in self.confirm(self.first, counted), "n2 to answer", 30)
        self.assertEqual(self.done(self.second, begun["id"]), (ALL, ALL))
        self.assertEqual(self.reports(ALL), {"ada@sender.test": ALL})

    def test_what_was_taken_over_is_left_to_the_next_action_and_counted_once(self):
        self.begin(takeover_after="5s")
        self.second.kill()
        begun = self.confirm(self.first, self.count(self.first, "expire"))
        self.assertEqual(begun["unanswered"], ["n2"])
        self.assertEqual(self.done(self.first, begun["id"]), (HERE, HERE))
        self.cluster.wait_states({"n2": "dead"}, among=["n1"])
        until(lambda: self.waiting(self.first) == {"n1": THERE}, "the takeover", 20)
        self.assertEqual(self.count(self.first, "expire")["recipients"], THERE)
        self.come_back(self.second)
        for node in (self.first, self.second):
            self.assertEqual(sum(self.waiting(node).values()), THERE)
            counted = self.count(node, "expire")
            self.assertEqual((counted["matches"], counted["recipients"]), (THERE, THERE))
        begun = self.confirm(self.second, counted)
        self.assertEqual(self.done(self.second, begun["id"]), (THERE, THERE))
        self.assertEqual(self.reports(ALL), {"ada@sender.test": ALL})
        self.assertEqual(self.states(self.second, self.second), {"expired": THERE})


if __name__ == "__main__":
    if missing := why_not():
        print(f"skipped: {missing}")
        sys.exit(77)
    main()
