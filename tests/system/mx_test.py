"""Mail exchangers found by DNS: a real name server, and sinks on port 25 of loopback addresses."""
import os
import sys

from harness.case import SystemTest, main
from harness.name_server import NameServer
from harness.processes import until

ZONE = """
@        IN MX 10 first
@        IN MX 20 second
first    IN A 127.0.0.25
second   IN A 127.0.0.26
down     IN MX 10 closed
down     IN MX 20 second
closed   IN A 127.0.0.27
equal    IN MX 10 first
equal    IN MX 10 second
onlya    IN A 127.0.0.25
null     IN MX 0 .
dangling IN MX 10 nowhere
"""


class MailExchangers(SystemTest):
    def setUp(self):
        super().setUp()
        self.names = NameServer(self.folder, {"mx.example": ZONE, "sender.example": "@ IN MX 10 mx\n"
                                                                             "mx IN A 127.0.0.26"})
        self.addCleanup(self.names.stop)
        self.first = self.start_sink("first", listen="127.0.0.25:25")
        self.second = self.start_sink("second", listen="127.0.0.26:25")
        self.node = self.new_node([], dns={"servers": [self.names.address]},
                                  delivery={"retry_first": "1s", "retry_last": "2s",
                                            "loopback_hosts": True})
        self.node.start()
        self.node.shared_ip()

    def send(self, *recipients):
        answer = self.node.rest.post("/v1/messages", {
            "from": "author@sender.example", "to": list(recipients), "subject": "s", "text": "t"})
        return answer["id"]

    def state(self, identifier):
        return self.node.rest.get(f"/v1/messages/{identifier}")["recipients"][0]["state"]

    def wait_for_state(self, identifier, state):
        until(lambda: self.state(identifier) == state,
              f"{identifier} to be {state}", 30, every=0.1)

    def test_the_most_preferred_exchanger_is_used(self):
        self.send("a@mx.example")
        self.first.wait_for(1)
        self.assertEqual(self.second.stat()["mails"], 0)

    def test_the_next_exchanger_is_used_when_one_is_down(self):
        self.send("a@down.mx.example")
        self.second.wait_for(1)

    def test_equal_preferences_share_the_mail(self):
        for number in range(40):
            self.send(f"r{number}@equal.mx.example")
        until(lambda: self.first.stat()["mails"] + self.second.stat()["mails"] >= 40, "40 mails")

    def test_an_address_alone_is_its_own_exchanger(self):
        self.send("a@onlya.mx.example")
        self.first.wait_for(1)

    def test_a_null_mx_and_an_unknown_domain_bounce_at_once(self):
        for recipient in ("a@null.mx.example", "a@unknown.mx.example"):
            self.wait_for_state(self.send(recipient), "bounced")
        self.second.wait_for(2, what="two bounce messages")

    def test_no_answer_is_temporary(self):
        self.wait_for_state(self.send("a@not-served.example"), "deferred")


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("mx_test: needs root for port 25")
        sys.exit(77)
    main()
