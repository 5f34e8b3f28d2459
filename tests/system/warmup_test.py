"""Warm-up seen from outside: a cold IP sends what its day allows and not one mail more."""
import datetime
import json

from harness.case import SystemTest, main
from harness.processes import let_pass, until
from harness.sink import send_load

COLD = "127.0.0.2"


class Warmup(SystemTest):
    def start(self, **settings):
        self.sink = self.start_sink()
        return self.start_node(self.sink, **settings)

    def send_cold(self, node, count, importance="triggered", **options):
        totals = send_load(node.smtp, count, sessions=10, octets=2048,
                           field=["X-Warmfront-Pool: cold", f"X-Warmfront-Class: {importance}"],
                           **options)
        self.assertEqual(totals["accepted"], count, totals)

    def sent_by(self, address):
        return self.sink.stat()["by_source"].get(address, 0)

    def test_the_first_day_of_the_standard_plan_sends_500_and_holds_the_rest(self):
        node = self.start()
        node.dedicated_pool("cold", COLD)
        self.send_cold(node, 700)
        self.sink.wait_for(500)
        held = until(lambda: self.held(node, 200), "200 mails held")
        let_pass(1.0)  # a 501st would come now
        self.assertEqual(self.sent_by(COLD), 500)
        self.assertEqual(self.sink.stat()["duplicate"], 0)
        ledger = node.ledger(COLD)
        self.assertEqual((ledger["day"], ledger["limit"], ledger["used"]), (1, 500, 500))
        self.check_why(node, held[-1]["id"], ledger)

    def held(self, node, count):
        items = node.rest.every("/v1/messages?state=held&limit=100")
        return items if len(items) == count else None

    def check_why(self, node, identifier, ledger):
        why = node.rest.get(f"/v1/messages/{identifier}/why")
        self.assertEqual(why["state"], "held")
        reason = next(r for r in why["reasons"] if r["ledger"] == COLD)
        self.assertEqual((reason["day"], reason["limit"], reason["used"]), (1, 500, 500))
        opens = parse_time(ledger["day_ends_at"])
        expected = parse_time(reason["expected_at"])
        self.assertLess(abs((expected - opens).total_seconds()), 2)
        told = node.cli("message", "why", identifier)
        self.assertEqual(told.returncode, 0, told.stderr)
        for word in ("held", COLD, "500"):
            self.assertIn(word, told.stdout)
        as_json = node.cli("message", "why", identifier, "-o", "json")
        self.assertIn(reason, json.loads(as_json.stdout)["reasons"])

    def test_the_second_day_releases_a_thousand(self):
        # Long enough that 1 700 mails are in before the first day ends.
        node = self.start(warmup={"day": "12s"})
        node.dedicated_pool("cold", COLD)
        self.send_cold(node, 1700)
        self.sink.wait_for(500)
        self.assertEqual(self.sent_by(COLD), 500)
        self.sink.wait_for(1500, seconds=30, what="the 1 000 mails of day 2")
        let_pass(0.5)
        self.assertEqual(self.sent_by(COLD), 1500)
        self.sink.wait_for(1700, seconds=30, what="the last 200 mails on day 3")
        statistics = self.sink.stat()
        self.assertEqual((statistics["unique"], statistics["duplicate"]), (1700, 0))

    def test_triggered_mail_goes_before_batch_mail(self):
        node = self.start(warmup={"day": "8s"})
        node.custom_plan("tiny", [20, 20, 200])
        node.dedicated_pool("cold", COLD, "tiny")
        self.send_cold(node, 60, "batch", domains="batch.test", sender="b@batch.test", first=1000)
        # 18 of those are gone, two permits are kept back: these come later and still go first.
        totals = send_load(node.smtp, 10, domains="code.test", octets=2048,
                           field=["X-Warmfront-Pool: cold", "X-Warmfront-Class: triggered"])
        self.assertEqual(totals["accepted"], 10)
        self.sink.wait_for(38, seconds=30, what="two days of 20 mails, less the second's reserve")
        domains = self.sink.stat()["by_domain"]
        self.assertEqual(domains.get("code.test"), 10, domains)

    def test_a_shared_ip_sends_at_once(self):
        node = self.start()
        totals = send_load(node.smtp, 1200, sessions=20, octets=2048)
        self.assertEqual(totals["accepted"], 1200)
        statistics = self.sink.wait_for(1200, seconds=20)
        self.assertEqual((statistics["unique"], statistics["duplicate"]), (1200, 0))

    def test_a_paused_ledger_sends_nothing_until_it_is_resumed(self):
        node = self.start()
        node.dedicated_pool("cold", COLD, "warm")
        node.act_on_ledger(COLD, "pause")
        self.send_cold(node, 20)
        until(lambda: self.held(node, 20), "20 mails held")
        self.assertEqual(self.sink.stat()["mails"], 0)
        node.act_on_ledger(COLD, "resume")
        self.sink.wait_for(20, seconds=15)

    def test_what_was_spent_today_outlives_a_kill_and_a_stop(self):
        node = self.start()
        node.custom_plan("small", [100, 200])
        node.dedicated_pool("cold", COLD, "small")
        self.send_cold(node, 150)
        self.sink.wait_for(100)
        node.kill()
        node.start()
        let_pass(1.0)
        code, _ = node.terminate()
        self.assertEqual(code, 0)
        node.start()
        self.send_cold(node, 10, first=150)
        let_pass(1.0)
        self.assertEqual(self.sent_by(COLD), 100)


def parse_time(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


if __name__ == "__main__":
    main()
