"""What happened to a message: the timeline, and the search that finds it, on a real node."""
import json

from harness.case import SystemTest, main
from harness.processes import until

QUICK = {"retry_first": "500ms", "retry_last": "1s"}


class Timeline(SystemTest):
    def setUp(self):
        super().setUp()
        self.sink = self.start_sink(rules=["refuse *@later.test 451 4.3.0 come back"])
        self.node = self.start_node(self.sink, delivery=QUICK,
                                    identity={"require_verified": False})

    def send(self, to, **more):
        return self.node.rest.post("/v1/messages", {
            "from": "ada@sender.test", "to": [to], "subject": "x", "text": "y", **more})["id"]

    def items(self, message):
        return self.node.rest.get(f"/v1/messages/{message}/timeline")["items"]

    def kinds(self, message):
        return [each["kind"] for each in self.items(message)]

    def test_a_delivery_is_told_with_its_ip_host_and_reply(self):
        message = self.send("bob@next.test")
        until(lambda: self.kinds(message)[-1:] == ["delivered"], "the delivery")
        accepted, delivered = self.items(message)
        self.assertEqual(accepted["kind"], "accepted")
        self.assertEqual(delivered["recipient"], "bob@next.test")
        self.assertEqual(delivered["ip"], "127.0.0.1")
        self.assertEqual(delivered["attempt"], 1)
        self.assertEqual(delivered["node"], "n1")
        self.assertEqual(delivered["reply"]["code"], 250)
        self.assertTrue(delivered["mx"])

    def test_attempts_are_told_one_by_one_and_survive_a_restart(self):
        message = self.send("bob@later.test")
        until(lambda: len(self.kinds(message)) >= 4, "three attempts", 30)
        self.sink.rule("refuse_none")
        until(lambda: self.kinds(message)[-1] == "delivered", "the delivery", 30)
        before = self.items(message)
        first = before[1]
        self.assertEqual(first["kind"], "deferred")
        self.assertEqual((first["reply"]["code"], first["reply"]["enhanced"]), (451, "4.3.0"))
        self.assertIn("come back", first["reply"]["text"])
        self.assertEqual([each["attempt"] for each in before[1:]], list(range(1, len(before))))
        self.node.terminate()
        self.node.start()
        self.assertEqual(self.items(message), before)
        shown = self.node.cli("message", "timeline", message, "-o", "json")
        self.assertEqual(json.loads(shown.stdout)["items"], before)

    def test_messages_are_found_by_what_is_known_of_them(self):
        message = self.send("bob@next.test")
        other = self.send("eve@next.test")
        until(lambda: self.kinds(message)[-1:] == ["delivered"], "the delivery")

        def found(query):
            return [each["id"] for each in self.node.rest.get(f"/v1/messages?{query}")["items"]]

        self.assertEqual(found("to=BOB@next.test"), [message])
        self.assertEqual(found(f"id={message[:31]}"), [message])
        self.assertEqual(found("to=bob@next.test&state=delivered&pool=shared"), [message])
        self.assertEqual(found("to=bob@next.test&pool=other"), [])
        self.assertEqual(found("until=2020-01-01T00:00:00Z"), [])
        self.assertEqual(found("since=2020-01-01T00:00:00Z"), [other, message])
        self.assertTrue(self.node.rest.get("/v1/messages?to=nobody@next.test")["complete"])


if __name__ == "__main__":
    main()
