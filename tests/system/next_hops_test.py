"""Next hops of every kind: refusing, greylisting, broken and evil ones."""
import email
import email.policy

from harness.case import SystemTest, main
from harness.processes import until
from harness.sink import send_load

FAST_RETRY = {"retry_first": "1s", "retry_last": "2s", "expire_after": "6s"}

# Every way of a next hop to be evil, as rules of the sink.
EVILS = {
    "tarpit": "reply_delay 5000",
    "drip": "octet_delay 300",
    "mute": "fault mute",
    "busy": "fault greet_421",
    "half": "fault half_reply",
    "endless": "fault endless_reply",
    "early": "fault early_replies",
    "cut": "fault cut_in_body",
    "cutdot": "fault cut_after_dot",
}


class Refusals(SystemTest):
    def start(self, rules):
        self.sink = self.start_sink(rules=rules, keep=True)
        return self.start_node(self.sink, delivery=FAST_RETRY)

    def states(self, node, recipient):
        """The states of the messages to a recipient."""
        items = node.rest.every(f"/v1/messages?to={recipient}")
        found = []
        for item in items:
            message = node.rest.get(f"/v1/messages/{item['id']}")
            found += [r["state"] for r in message["recipients"] if r["address"] == recipient]
        return found

    def wait_for_state(self, node, recipient, state, seconds=20):
        until(lambda: state in self.states(node, recipient), f"{recipient} to be {state}",
              seconds, every=0.1)

    def test_a_refused_recipient_bounces_to_the_sender_and_others_are_delivered(self):
        node = self.start(["refuse bad@next.test 550 5.1.1 no such user here"])
        body = {"from": "author@sender.test", "to": ["good@next.test", "bad@next.test"],
                "subject": "hello", "text": "text"}
        node.rest.post("/v1/messages", body)
        self.wait_for_state(node, "good@next.test", "delivered")
        self.wait_for_state(node, "bad@next.test", "bounced")
        self.sink.wait_for(2, what="the mail and the bounce message")
        bounce = email.message_from_bytes(self.sink.contents("author@sender.test")[0],
                                          policy=email.policy.default)
        self.assertEqual(bounce.get_content_type(), "multipart/report")
        status = next(p for p in bounce.walk() if p.get_content_type() == "message/delivery-status")
        text = "".join(str(part) for part in status.get_payload())
        for expected in ("bad@next.test", "Action: failed", "Status: 5.1.1", "no such user here"):
            self.assertIn(expected, text)
        self.assertNotIn("good@next.test", text)
        null_path = [a for a in self.sink.accepted() if a.recipient == "author@sender.test"]
        self.assertEqual(null_path[0].sender, "")

    def test_a_notification_that_bounces_is_not_answered(self):
        node = self.start(["refuse *@next.test 550 5.1.1 no", "refuse author@* 550 5.1.1 no"])
        node.rest.post("/v1/messages", {"from": "author@sender.test", "to": ["bad@next.test"],
                                        "subject": "s", "text": "t"})
        self.wait_for_state(node, "bad@next.test", "bounced")
        until(lambda: len(self.sink.arrivals()) >= 2, "the attempt to notify")
        until(lambda: node.rest.every("/v1/messages?state=queued") == [], "an empty queue")
        self.assertEqual(len(self.sink.arrivals()), 2)

    def test_greylisting_is_waited_out_from_the_same_address(self):
        self.sink = self.start_sink(rules=["refuse_first 2"])
        node = self.start_node(self.sink, delivery=dict(FAST_RETRY, expire_after="60s"))
        for address in ("127.0.0.4", "127.0.0.6"):
            node.shared_ip(address)
        totals = send_load(node.smtp, 30, sessions=3)
        self.assertEqual(totals["accepted"], 30)
        self.sink.wait_for(30, seconds=45)
        sources = {}
        for arrival in self.sink.arrivals():
            sources.setdefault(arrival.recipient, set()).add(arrival.source)
        self.assertEqual([s for s in sources.values() if len(s) != 1], [])
        self.assertGreater(len(set.union(*sources.values())), 1)

    def test_what_is_never_taken_expires_with_a_bounce(self):
        node = self.start(["refuse never@* 451 4.3.0 come back later"])
        node.rest.post("/v1/messages", {"from": "author@sender.test", "to": ["never@next.test"],
                                        "subject": "s", "text": "t"})
        self.wait_for_state(node, "never@next.test", "deferred")
        self.wait_for_state(node, "never@next.test", "expired", seconds=30)
        self.sink.wait_for(1, what="the bounce message")
        attempts = [a for a in self.sink.arrivals() if a.recipient == "never@next.test"]
        self.assertGreaterEqual(len(attempts), 2)

    def test_a_refusal_at_the_dot_and_a_limit_per_connection(self):
        node = self.start(["refuse_at_dot spam@* 554 5.7.1 looks like spam",
                           "mails_per_connection 3"])
        self.assertEqual(send_load(node.smtp, 20, sessions=2)["accepted"], 20)
        node.rest.post("/v1/messages", {"from": "author@sender.test", "to": ["spam@next.test"],
                                        "subject": "s", "text": "t"})
        self.wait_for_state(node, "spam@next.test", "bounced")
        statistics = self.sink.wait_for(20, "unique")
        self.assertEqual(statistics["duplicate"], 0)

    def test_a_next_hop_without_extensions_gets_what_it_can_take(self):
        node = self.start(["without PIPELINING", "without 8BITMIME", "without SMTPUTF8",
                           "without ENHANCEDSTATUSCODES"])
        node.rest.post("/v1/messages", {"from": "a@sender.test", "to": ["b@next.test"],
                                        "subject": "Grüße", "text": "Grüße\n"})
        self.sink.wait_for(1)
        content = self.sink.contents("b@next.test")[0]
        self.assertTrue(content.isascii(), content)
        mail = email.message_from_bytes(content, policy=email.policy.default)
        self.assertEqual((mail["Subject"], mail.get_content().strip()), ("Grüße", "Grüße"))


class EvilNextHops(SystemTest):
    """The domains of good next hops keep at least 80 % of their rate, memory stays bounded."""

    MAILS = 4000

    def rate(self, node, good, series):
        """Mails a second from the first sent to the last arrived at the good sink."""
        good.reset(series)
        totals = send_load(node.smtp, self.MAILS, sessions=20, domains="good.test",
                           series=series)
        self.assertEqual(totals["accepted"], self.MAILS, totals)
        statistics = good.wait_for(self.MAILS, "unique", seconds=120)
        return self.MAILS / ((statistics["last_ns"] - totals["start_ns"]) / 1e9)

    def test_good_domains_keep_their_rate(self):
        good = self.start_sink("good", log=False)
        evils = {name: self.start_sink(name, rules=[rule], log=False)
                 for name, rule in EVILS.items()}
        routes = [{"domain": f"{name}.test", "to": sink.address} for name, sink in evils.items()]
        routes.append({"domain": "*", "to": good.address})
        node = self.new_node(routes, smtp={"relay_networks": ["127.0.0.0/8"]})
        node.start()
        node.shared_ip()
        self.rate(node, good, 1)  # the first run warms everything up
        alone = max(self.rate(node, good, series) for series in (2, 3))
        domains = ",".join(f"{name}.test" for name in evils)
        send_load(node.smtp, 100 * len(evils), sessions=10, domains=domains, first=50_000_000)
        for name, sink in evils.items():
            until(lambda sink=sink: sink.stat()["connections"] > 0, f"a connection to {name}")
        shares = []
        for series in (4, 5, 6):  # the machine is shared: the best of three counts
            shares.append(self.rate(node, good, series) / alone)
            if shares[-1] >= 0.8:
                break
        print(f"rate alone {alone:.0f}/s; share beside evil next hops {shares}")
        self.assertGreaterEqual(max(shares), 0.8)
        resident, _ = node.memory()
        self.assertLess(resident, 400 * 1024 * 1024)
        code, seconds = node.terminate(seconds=20)
        self.assertEqual((code, seconds < 10), (0, True))


if __name__ == "__main__":
    main()
