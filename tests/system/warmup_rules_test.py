"""Warm-up rules beyond the day's limit: providers, overflow, quality, forecasts; seen from outside."""
import time

from harness.case import SystemTest, main
from harness.processes import let_pass, until
from harness.sink import send_load

COLD, SPARE = "127.0.0.2", "127.0.0.3"


class WarmupRules(SystemTest):
    def start(self, plan=None, overflow=None, **settings):
        self.sink = self.start_sink()
        node = self.start_node(self.sink, **settings)
        if plan is not None:
            node.rest.post("/v1/plans", {"name": "mine", **plan})
        node.dedicated_pool("cold", COLD, "mine" if plan else "standard")
        if overflow:
            node.rest.put("/v1/pools/cold", {
                "kind": "dedicated", "account": "default", "overflow": overflow,
                "ips": [{"address": COLD, "plan": "mine"}]})
        return node

    def send(self, node, count, domain=None, first=0, importance="triggered"):
        options = {"first": first, "field": ["X-Warmfront-Pool: cold",
                                             f"X-Warmfront-Class: {importance}"]}
        if domain:
            options["domain"] = domain
        totals = send_load(node.smtp, count, sessions=5, octets=1024, **options)
        self.assertEqual(totals["accepted"], count, totals)

    def sent_by(self, address):
        return self.sink.stat()["by_source"].get(address, 0)

    def send_to(self, node, count, domain):
        for number in range(count):
            status, body, _ = node.rest.ask("POST", "/v1/messages", {
                "from": "a@source.test", "to": [f"r{number}@{domain}"], "pool": "cold",
                "subject": "x", "text": "x\n"})
            self.assertEqual(status, 202, body)

    def rows(self, node):
        items = node.rest.get(f"/v1/ledgers?subject={COLD}")["items"]
        return {item["provider"]: (item["used"], item["limit"]) for item in items}

    def test_a_provider_s_limit_holds_its_mail_and_lets_other_mail_pass(self):
        node = self.start({"days": [100], "providers": {"gmail": [5], "*": [7]}})
        self.send_to(node, 20, "gmail.com")
        self.send_to(node, 4, "corp.test")
        self.sink.wait_for(9)
        let_pass(0.5)  # more would come now
        self.assertEqual(self.sent_by(COLD), 9)
        rows = self.rows(node)
        self.assertEqual(rows["gmail"], (5, 5))
        self.assertEqual(rows["*"][0], 9)
        queues = until(lambda: [q for q in node.rest.get("/v1/queues")["items"]
                                if q["provider"] == "gmail"], "a queue of gmail's mail")
        self.assertEqual((queues[0]["waiting"], queues[0]["state"]), (15, "held"))
        self.assertIn("gmail", queues[0]["reason"])
        # Fifteen, five a day: the last ones on the third day from today.
        self.assertGreater(queues[0]["empty_at"], queues[0]["opens_at"])
        self.check_why(node)
        # A restart keeps what was sent to the provider.
        node.terminate()
        node.start()
        let_pass(0.5)
        self.assertEqual(self.sent_by(COLD), 9)
        self.assertEqual(self.rows(node)["gmail"], (5, 5))

    def check_why(self, node):
        held = node.rest.every("/v1/messages?state=held&limit=100")
        self.assertEqual(len(held), 15)
        reasons = node.rest.get(f"/v1/messages/{held[0]['id']}/why")["reasons"]
        self.assertEqual(reasons[0]["provider"], "gmail")
        self.assertEqual(reasons[0]["ledger"], COLD)
        # The newest of 15, five a day: on the third day from today.
        expected, day_end = reasons[0]["expected_at"], node.ledger(COLD)["day_ends_at"]
        self.assertGreater(expected, day_end)

    def test_mail_over_the_limit_overflows_into_another_pool(self):
        node = self.start({"days": [10]}, overflow="pool:shared")
        node.shared_ip(SPARE)
        self.send(node, 30)
        self.sink.wait_for(30)
        self.assertEqual(self.sent_by(COLD), 10)
        self.assertGreater(self.sent_by(SPARE), 0)
        status, problem, _ = node.rest.ask("DELETE", "/v1/pools/cold/ips/" + COLD)
        self.assertEqual(status, 204, problem)

    def test_mail_over_the_limit_of_a_rejecting_pool_bounces(self):
        node = self.start({"days": [10]}, overflow="reject")
        totals = send_load(node.smtp, 15, sessions=5, octets=1024,
                           field=["X-Warmfront-Pool: cold"])
        over = totals["accepted"] - 10  # in time, or refused when it was known
        self.assertGreater(over, 0, totals)
        bounced = until(lambda: self.in_state(node, "bounced", over), "the bounces")
        self.assertEqual(self.sent_by(COLD), 10)
        self.assertIn("limit of 127.0.0.2 is reached", bounced[0]["recipients"][0]["last_reply"])
        # Once that is known it is refused at the door, until there are permits again.
        mail = {"from": "a@source.test", "to": ["b@next.test"], "pool": "cold", "subject": "x",
                "text": "x\n"}
        problem = until(lambda: (got := node.rest.ask("POST", "/v1/messages", mail))[0] == 429
                        and got[1], "mail to be refused", 5)
        self.assertIn("limit of 127.0.0.2 is reached", problem["detail"])
        totals = send_load(node.smtp, 1, octets=1024, field=["X-Warmfront-Pool: cold"])
        self.assertEqual(totals["accepted"], 0, totals)
        node.rest.put("/v1/plans/mine", {"days": [20]})
        until(lambda: node.rest.ask("POST", "/v1/messages", mail)[0] == 202, "mail to be taken", 10)

    def in_state(self, node, state, count):
        items = node.rest.every(f"/v1/messages?state={state}&limit=100")
        return items if len(items) == count else None

    def test_the_last_ip_stays_while_mail_waits_for_it(self):
        node = self.start({"days": [1]})
        self.send(node, 3)
        until(lambda: self.in_state(node, "held", 2), "two held mails")
        status, problem, _ = node.rest.ask("DELETE", f"/v1/pools/cold/ips/{COLD}")
        self.assertEqual((status, problem["code"]), (409, "conflict"))
        status, problem, _ = node.rest.ask("DELETE", "/v1/pools/cold")
        self.assertEqual(status, 409, problem)

    def test_bad_quality_blocks_a_ledger_by_level_and_its_batch_mail_fails(self):
        node = self.start({"days": [2000, 3000], "advance": "level"})
        self.sink.rule("refuse *@*.test 550 5.1.1 no such user")
        self.send(node, 320, importance="batch")
        ledger = until(lambda: self.state_of(node, "blocked"), "the ledger to be blocked")
        self.assertEqual(ledger["moves"][-1]["cause"], "blocked")
        self.assertGreater(ledger["moves"][-1]["quality"]["invalid"], 300)
        self.send(node, 5, first=1000, importance="batch")
        failed = until(lambda: [m for m in node.rest.every("/v1/messages?state=bounced&limit=500")
                                if "is blocked until" in m["recipients"][0]["last_reply"]],
                       "batch mail that fails")
        self.assertGreaterEqual(len(failed), 5)
        self.assertIn("ledger_moved", node.log_text())

    def state_of(self, node, state):
        ledger = node.ledger(COLD)
        return ledger if ledger["state"] == state else None

    def test_an_ip_that_a_large_receiver_blocks_is_quarantined_and_its_mail_moves(self):
        node = self.start({"days": [100]})
        node.rest.put(f"/v1/pools/cold/ips/{SPARE}", {"plan": "warm"})
        self.sink.rule("refuse *@gmail.com 554 5.7.1 Mail from 127.0.0.2 is blocked")
        self.send_to(node, 6, "gmail.com")
        shown = until(lambda: self.ip_in(node, "quarantined"), "the IP to be quarantined")
        self.assertIn("blocked by gmail: 554 5.7.1", shown["reason"])
        node.rest.put("/v1/pools/cold/ips/" + SPARE, {"plan": "warm", "weight": 0})
        waiting = node.rest.post("/v1/messages", {
            "from": "a@source.test", "to": ["w@corp.test"], "pool": "cold", "subject": "x",
            "text": "x\n"})["id"]
        reasons = until(lambda: [each["text"] for each in
                                 node.rest.get(f"/v1/messages/{waiting}/why")["reasons"]
                                 if each["kind"] == "ip"], "the reasons of its IPs", 10)
        self.assertIn("is quarantined since", reasons[0])
        self.assertIn("has weight 0", reasons[1])
        node.rest.put("/v1/pools/cold/ips/" + SPARE, {"plan": "warm", "weight": 1})
        self.sink.rule("refuse_none")
        before = self.sent_by(COLD)
        self.send_to(node, 12, "corp.test")
        self.sink.wait_for(12)
        self.assertEqual(self.sent_by(COLD), before)
        told = node.cli("ip", "release", COLD)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIsNone(self.ip_in(node, "quarantined"))

    def ip_in(self, node, state):
        shown = node.rest.get(f"/v1/ips/{COLD}")
        return shown if shown["state"] == state else None

    def test_a_plan_that_decreases_is_refused_unless_it_is_meant(self):
        node = self.start()
        told = node.cli("plan", "create", "down", "--days", "10,5")
        self.assertEqual(told.returncode, 1)
        self.assertIn("less than the day before", told.stderr)
        told = node.cli("plan", "create", "down", "--days", "10,5", "--allow-decrease")
        self.assertEqual(told.returncode, 0, told.stderr)
        for days in ("0", "5,0"):
            self.assertEqual(node.cli("plan", "create", "bad", "--days", days).returncode, 1)
        told = node.cli("plan", "create", "zoned", "--days", "5", "--time-zone", "Mars/Olympus")
        self.assertEqual(told.returncode, 1)
        self.assertIn("there is no time zone", told.stderr)

    def test_calendar_days_end_at_midnight_of_their_zone(self):
        node = self.start({"days": [5, 6], "time_zone": "Asia/Shanghai"})
        self.assertTrue(node.ledger(COLD)["day_ends_at"].endswith("T16:00:00.000Z"))

    def test_a_forecast_tells_day_by_day_from_the_command_line(self):
        node = self.start()
        told = node.cli("warmup", "forecast", "cold", "--recipients", "2000000", "--class",
                        "triggered")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("finish_at", told.stdout)
        self.assertEqual(len([line for line in told.stdout.splitlines() if "T" in line
                              and line.strip().split()[0].isdigit()]), 16)

    def test_an_evenly_spread_day_paces_what_leaves(self):
        node = self.start({"days": [40], "spread": "even"}, warmup={"day": "20s"})
        begun = time.monotonic()
        self.send(node, 60)
        self.sink.wait_for(10)
        self.assertLess(self.sent_by(COLD), 40)
        self.assertGreater(time.monotonic() - begun, 2)
        self.sink.wait_for(41, seconds=40)


if __name__ == "__main__":
    main()
