"""Many mails that wait, acted upon by hand: counted first, then retried, cancelled or given up."""
import json

from harness.case import SystemTest, main
from harness.processes import until

SLOW = {"retry_first": "1h", "retry_last": "1h"}
COUNT = 60


class BulkActions(SystemTest):
    def setUp(self):
        super().setUp()
        self.sink = self.start_sink(rules=["refuse *@later.test 451 4.3.0 come back"])
        self.node = self.start_node(self.sink, delivery=SLOW,
                                    identity={"require_verified": False})
        self.messages = [self.send(f"r{number}@later.test") for number in range(COUNT)]
        until(lambda: self.states() == {"deferred"}, "all to be put off", 60)

    def send(self, to):
        return self.node.rest.post("/v1/messages", {
            "from": "ada@sender.test", "to": [to], "subject": "x", "text": "y"})["id"]

    def states(self):
        return {self.node.rest.get(f"/v1/messages/{each}")["recipients"][0]["state"]
                for each in self.messages}

    def act(self, action, **chosen):
        request = {"action": action, "filter": chosen}
        counted = self.node.rest.post("/v1/queues/actions", request)
        begun = self.node.rest.post("/v1/queues/actions",
                                    {**request, "confirm": counted["confirm"]})
        until(lambda: self.action(begun["id"])["state"] == "done", "the action", 60)
        return counted, self.action(begun["id"])

    def action(self, name):
        return self.node.rest.get(f"/v1/queues/actions/{name}")

    def test_a_retry_sends_what_waits_each_once(self):
        self.sink.rule("refuse_none")
        counted, done = self.act("retry", reason="backoff")
        self.assertEqual((counted["matches"], counted["recipients"]), (COUNT, COUNT))
        self.assertEqual(len(counted["sample"]), 3)
        self.assertEqual(done["recipients"] + done["busy"], COUNT)
        until(lambda: self.states() == {"delivered"}, "the deliveries", 60)
        self.assertEqual(self.sink.stat()["duplicate"], 0)
        self.assertEqual(len(self.sink.accepted()), COUNT)

    def test_a_filter_is_respected_and_nothing_is_done_without_a_yes(self):
        self.assertEqual(self.act("cancel", pool="other")[0]["recipients"], 0)
        refused = self.node.cli("queue", "cancel", "--pool", "shared")
        self.assertEqual(refused.returncode, 1, refused.stdout)
        self.assertIn(f"{COUNT} recipients", refused.stderr)
        self.assertEqual(self.states(), {"deferred"})

    def test_what_is_cancelled_ends_without_a_word(self):
        done = self.node.cli("queue", "cancel", "--pool", "shared", "--yes", "-o", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        name = json.loads(done.stdout)["id"]
        until(lambda: self.action(name)["state"] == "done", "the action", 60)
        until(lambda: self.states() == {"cancelled"}, "all to be cancelled", 60)
        self.assertEqual([a for a in self.sink.accepted() if a.recipient == "ada@sender.test"], [])

    def test_senders_hear_of_what_is_given_up(self):
        self.act("expire", sender_domain="sender.test")
        until(lambda: self.states() == {"expired"}, "all to be given up", 60)
        self.sink.wait_for(COUNT)
        self.assertEqual({a.recipient for a in self.sink.accepted()}, {"ada@sender.test"})

    def test_an_action_goes_on_after_the_node_was_killed(self):
        request = {"action": "cancel", "filter": {}}
        counted = self.node.rest.post("/v1/queues/actions", request)
        begun = self.node.rest.post("/v1/queues/actions",
                                    {**request, "confirm": counted["confirm"]})
        self.node.kill()
        self.node.start()
        until(lambda: self.action(begun["id"])["state"] == "done", "the action", 60)
        until(lambda: self.states() == {"cancelled"}, "all to be cancelled", 60)

    def test_one_message_is_tried_again(self):
        self.sink.rule("refuse_none")
        message = self.messages[0]
        self.assertEqual(self.node.cli("message", "retry", message).returncode, 0)
        until(lambda: "delivered" in self.states(), "the delivery", 30)
        self.assertEqual(len(self.sink.accepted()), 1)


if __name__ == "__main__":
    main()
