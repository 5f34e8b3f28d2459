"""What an operator sees first: the overview, curves, a ledger's days, and what waits and why."""
import datetime

from harness.case import SystemTest, main
from harness.processes import let_pass, until

COLD = "127.0.0.2"


class Overview(SystemTest):
    def start(self, plan=None, **settings):
        self.sink = self.start_sink()
        node = self.start_node(self.sink, **settings)
        node.rest.post("/v1/plans", {"name": "mine", **(plan or {"days": [100, 200, 300]})})
        node.dedicated_pool("cold", COLD, "mine")
        return node

    def send(self, node, count, domain, pool="cold"):
        for number in range(count):
            status, body, _ = node.rest.ask("POST", "/v1/messages", {
                "from": "a@source.test", "to": [f"r{number}@{domain}"], "pool": pool,
                "subject": "x", "text": "x\n"})
            self.assertEqual(status, 202, body)

    def action(self, node, name):
        found = [each for each in node.rest.get("/v1/overview")["actions"] if each["id"] == name]
        return found[0] if found else None

    def done(self, node):
        return {each["id"] for each in node.rest.get("/v1/overview")["checklist"] if each["done"]}

    def test_an_ip_that_a_receiver_blocks_is_an_action_until_it_is_released(self):
        node = self.start()
        name = f"ip_quarantined:{COLD}"
        self.assertIsNone(self.action(node, name))
        self.sink.rule(f"refuse *@gmail.com 554 5.7.1 Mail from {COLD} is blocked")
        self.send(node, 4, "gmail.com")
        found = until(lambda: self.action(node, name), "the action")
        self.assertEqual(found["severity"], "problem")
        self.assertIn("blocked by gmail: 554 5.7.1", found["why"])
        self.assertEqual(found["link"], "/pools/cold")
        self.assertEqual(found["command"], f"warmfront ip release {COLD}")
        self.assertEqual(node.rest.get("/v1/overview")["state"], "trouble")
        self.sink.rule("refuse_none")
        told = node.cli(*found["command"].split()[1:])
        self.assertEqual(told.returncode, 0, told.stderr)
        until(lambda: self.action(node, name) is None, "the action to be gone", 10)

    def test_the_numbers_are_those_of_the_node_and_the_checklist_ticks(self):
        node = self.start({"days": [3, 10]})
        self.assertEqual(self.done(node), {"pool_has_ip"})
        self.send(node, 8, "next.test")
        self.sink.wait_for(3)
        seen = until(lambda: (got := node.rest.get("/v1/overview"))["backlog"]["recipients"] == 5
                     and got, "five that wait", 10)
        self.assertEqual(seen["backlog"]["by_reason"], {"limit": 5})
        ledger = node.ledger(COLD)
        self.assertEqual(seen["backlog"]["drained_at"], ledger["day_ends_at"])
        # The shared pool's IP is warm: not all have a limit.
        self.assertIsNone(seen["today"]["limit"])
        self.assertGreaterEqual(seen["today"]["used"], 3)
        self.assertEqual(seen["nodes"], {"total": 1, "up": 1, "draining": 0, "may_fail": 0})
        self.assertEqual(seen["control_store"],
                         {"kind": "embedded", "reachable": True, "silence_seconds": 0})
        self.assertIsNone(seen["leader"])
        self.assertEqual(seen["unknown"], [])
        node.rest.delete("/v1/pools/shared/ips/127.0.0.1")
        seen = until(lambda: (got := node.rest.get("/v1/overview"))["today"]["limit"] and got,
                     "a limit of all IPs", 10)
        self.assertEqual(seen["today"]["limit"], 3)
        self.assertEqual(seen["today"]["remaining"], 0)
        self.assertIn("test_delivered", self.done(node))
        told = node.cli("cluster", "overview")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("backlog:", told.stdout)

    def test_a_paused_warm_up_explains_why_nothing_drains(self):
        node = self.start()
        self.assertEqual(node.cli("warmup", "pause", COLD).returncode, 0)
        self.send(node, 2, "next.test")
        seen = until(lambda: (got := node.rest.get("/v1/overview"))["backlog"]["by_reason"] ==
                     {"paused": 2} and got, "two that wait", 10)
        self.assertIsNone(seen["backlog"]["drained_at"])
        self.assertIn(f"the ledger of {COLD} is paused", seen["backlog"]["why"])
        action = self.action(node, f"ledger_paused:{COLD}")
        self.assertEqual(action["command"], f"warmfront warmup resume {COLD}")

    def test_what_was_deferred_is_counted_with_the_last_reply_and_a_restart_keeps_the_count(self):
        node = self.start()
        self.sink.rule("refuse *@gmail.com 451 4.7.1 greylisted")
        self.send(node, 3, "gmail.com")
        row = until(lambda: self.deferred(node, 3), "three that are deferred")
        self.assertEqual((row["pool"], row["provider"], row["cause"]), ("cold", "gmail", "retry"))
        self.assertEqual(row["last_reply"]["code"], 451)
        self.assertIn("greylisted", row["last_reply"]["text"])
        self.assertEqual(row["last_reply"]["ip"], COLD)
        self.assertIsNotNone(row["next_attempt_at"])
        self.assertEqual(node.rest.get("/v1/overview")["backlog"]["by_reason"], {"retry": 3})
        listed = node.cli("queue", "list")
        self.assertIn("greylisted", listed.stdout)
        node.terminate()
        node.start()
        self.assertEqual(self.deferred(node, 3)["provider"], "gmail")

    def deferred(self, node, count):
        rows = [each for each in node.rest.get("/v1/queues")["items"]
                if each["state"] == "deferred"]
        return rows[0] if rows and rows[0]["waiting"] == count else None

    def test_what_waits_for_a_limit_says_since_when(self):
        node = self.start({"days": [1, 10]})
        before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=1)
        self.send(node, 3, "next.test")
        row = until(lambda: [each for each in node.rest.get("/v1/queues")["items"]
                             if each["cause"] == "limit"], "what waits")[0]
        oldest = datetime.datetime.fromisoformat(row["oldest_at"].replace("Z", "+00:00"))
        self.assertGreater(oldest, before)

    def test_curves_are_sampled_once_a_minute_and_survive_a_restart(self):
        node = self.start()
        self.send(node, 5, "next.test")
        self.sink.wait_for(5)
        sampled = until(lambda: self.sampled(node) == 5, "the first sample", 90)
        self.assertTrue(sampled)
        node.terminate()
        node.start()
        self.assertEqual(self.sampled(node), 5)
        told = node.cli("stats", "series", "--names", "accepted,delivered")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("DELIVERED", told.stdout)
        status, problem, _ = node.rest.ask("GET", "/v1/series?names=nothing")
        self.assertEqual(status, 422, problem)

    def sampled(self, node):
        told = node.rest.get("/v1/series?names=delivered")
        self.assertEqual(told["step_seconds"], 60)
        values = told["series"][0]["values"]
        self.assertIn(None, values)  # of the time before the node was started
        return sum(each for each in values if each is not None)

    def test_a_ledger_s_days_say_why_each_was_what_it_was(self):
        node = self.start({"days": [5, 10, 20], "advance": "on_use"}, warmup={"day": "6s"})
        self.send(node, 1, "next.test")  # one of five: the day is repeated
        self.sink.wait_for(1)
        let_pass(6.5)
        self.send(node, 1, "next.test")
        self.sink.wait_for(2)
        rows = until(lambda: len(got := node.rest.get(f"/v1/ledgers/{COLD}/history")["days"]) > 1
                     and got, "two days", 20)
        self.assertEqual([each["decision"] for each in rows[:2]], ["set", "repeated"])
        self.assertIn("1 of 5 were used", rows[1]["why"])
        self.assertEqual((rows[0]["level"], rows[0]["limit"], rows[0]["used"]), (1, 5, 1))
        until(lambda: node.rest.get(f"/v1/ledgers/{COLD}/history")["days"][0]["delivered"] == 1,
              "what was delivered", 10)
        told = node.cli("warmup", "history", COLD)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("repeated", told.stdout)
        self.assertEqual(node.rest.ask("GET", "/v1/ledgers/192.0.2.77/history")[0], 404)

    def test_a_preview_says_what_a_change_would_do_and_changes_nothing(self):
        node = self.start({"days": [2, 4, 8]})
        node.rest.post("/v1/plans", {"name": "fast", "days": [50, 100]})
        self.send(node, 7, "next.test")
        self.sink.wait_for(2)
        until(lambda: node.rest.get("/v1/overview")["backlog"]["recipients"] == 5, "five to wait")
        seen = node.rest.post(f"/v1/ledgers/{COLD}/preview", {"set_plan": "fast"})
        self.assertEqual([each["limit"] for each in seen["before"]["days"][:3]], [2, 4, 8])
        self.assertEqual([each["forecast"] for each in seen["before"]["days"][:3]], [0, 4, 1])
        self.assertEqual(seen["after"]["days"][0]["limit"], 50)
        self.assertEqual(seen["after"]["days"][0]["forecast"], 5)
        self.assertLess(seen["after"]["finish_at"], seen["before"]["finish_at"])
        self.assertEqual(node.ledger(COLD)["plan"], "mine")
        told = node.cli("warmup", "preview", COLD, "--set-day", "3")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("after:", told.stdout)
        status, problem, _ = node.rest.ask("POST", f"/v1/ledgers/{COLD}/preview",
                                           {"set_plan": "fast", "set_day": 2})
        self.assertEqual(status, 422, problem)
        self.assertEqual(node.ledger(COLD)["day"], 1)


if __name__ == "__main__":
    main()
