"""IPs that come into service and leave it: real checks by DNS, real mail, plan days of seconds."""
from harness.case import SystemTest, main
from harness.name_server import NameServer
from harness.processes import let_pass, until
from harness.sink import send_load

# Not 127.0.0.2: lists hold it to show that they work.
FIRST, SECOND, OLD = "127.0.1.2", "127.0.1.3", "127.0.1.9"
FORWARD = "mta IN A 127.0.0.1\nmail2 IN A 127.0.1.2\nmail3 IN A 127.0.1.3\n"
REVERSE = "2.1.0 IN PTR mail2.sender.example.\n"
LIST = "2.0.0.127 IN A 127.0.0.2\n"


class Provisioning(SystemTest):
    def start(self, days=(20, 40, 60), day="3s", reverse=REVERSE, listed=LIST, **settings):
        self.names = NameServer(self.folder, {
            "sender.example": FORWARD, "127.in-addr.arpa": reverse, "bl.example": listed})
        self.addCleanup(self.names.stop)
        self.sink = self.start_sink()
        node = self.start_node(
            self.sink, node={"hostname": "mta.sender.example"}, warmup={"day": day},
            dns={"servers": [self.names.address]},
            provisioning={"dns_lists": ["bl.example"], "check_every": "1s"}, **settings)
        node.rest.post("/v1/plans", {"name": "mine", "days": list(days)})
        node.rest.post("/v1/pools", {"name": "cold", "kind": "dedicated", "account": "default"})
        return node

    def begin(self, node, add, **more):
        run = node.rest.post("/v1/provisionings", {
            "pool": "cold", "add": [{"address": each, "plan": "mine"} for each in add], **more})
        return run["id"]

    def step(self, node, run, address):
        steps = node.rest.get(f"/v1/provisionings/{run}")["steps"]
        return next(each for each in steps if each["address"] == address)

    def reached(self, node, run, address, *states, seconds=30):
        return until(lambda: (step := self.step(node, run, address))["state"] in states and step,
                     f"{address} to be {' or '.join(states)}", seconds, every=0.05)

    def run_state(self, node, run, state, seconds=30):
        return until(lambda: (shown := node.rest.get(f"/v1/provisionings/{run}"))["state"] == state
                     and shown, f"the run to be {state}", seconds, every=0.05)

    def addresses(self, node):
        return [each["address"] for each in node.rest.get("/v1/pools/cold")["ips"]]

    def send(self, node, count, first=0):
        totals = send_load(node.smtp, count, sessions=2, octets=1024, first=first,
                           field=["X-Warmfront-Pool: cold"])
        self.assertEqual(totals["accepted"], count, totals)

    def sent_by(self, address):
        return self.sink.stat()["by_source"].get(address, 0)

    def test_ips_come_into_service_one_after_the_other_each_checked_first(self):
        node = self.start()
        told = node.cli("provision", "start", "cold", "--add", FIRST, "--add", SECOND, "--plan",
                        "mine", "--gate-day", "2", "-o", "json")
        self.assertEqual(told.returncode, 0, told.stderr)
        run = node.rest.get("/v1/provisionings")["items"][0]["id"]
        canary = self.reached(node, run, FIRST, "canary")
        self.assertEqual({check["verdict"] for check in canary["checks"]}, {"passed"}, canary)
        self.assertEqual([check["name"] for check in canary["checks"]],
                         ["binding", "reverse_dns", "helo", "dns_list:bl.example"])
        self.assertEqual(self.step(node, run, SECOND)["waits_for"], "its turn has not come")
        self.send(node, 20)
        self.sink.wait_for(20)
        self.assertEqual(self.sent_by(FIRST), 20)
        self.reached(node, run, FIRST, "warming")
        # The second one lacks its reverse name: it sends nothing, says so, and is looked at again.
        until(lambda: "PTR" in self.step(node, run, SECOND)["reason"], "the missing name", 20)
        self.assertEqual(self.addresses(node), [FIRST])
        shown = node.cli("provision", "show", run)
        self.assertIn("no reverse name", shown.stdout)
        self.names.change("127.in-addr.arpa", REVERSE + "3.1.0 IN PTR mail3.sender.example.\n")
        self.reached(node, run, SECOND, "canary")
        # A crash in between loses nothing of it.
        node.kill()
        node.start()
        self.run_state(node, run, "finished", 40)
        self.assertEqual(self.addresses(node), [FIRST, SECOND])
        self.assertIn("provisioning_step", node.log_text())

    def test_an_ip_that_a_receiver_blocks_pauses_the_run_which_can_be_rolled_back(self):
        node = self.start(day="60s")
        run = self.begin(node, [FIRST, SECOND])
        self.reached(node, run, FIRST, "canary")
        self.sink.rule(f"refuse *@gmail.com 554 5.7.1 Mail from {FIRST} is blocked")
        for number in range(2):
            node.rest.post("/v1/messages", {"from": "a@sender.example", "pool": "cold",
                                            "to": [f"r{number}@gmail.com"], "subject": "x",
                                            "text": "x\n"})
        paused = self.run_state(node, run, "paused")
        self.assertIn(f"{FIRST} is quarantined: blocked by gmail: 554 5.7.1", paused["reason"])
        self.assertEqual(self.step(node, run, SECOND)["state"], "requested")
        told = node.cli("provision", "rollback", run)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.run_state(node, run, "rolled_back")
        self.assertEqual(self.addresses(node), [])
        told = node.cli("provision", "resume", run)
        self.assertEqual(told.returncode, 1)
        self.assertIn("is rolled_back", told.stderr)

    def test_a_replaced_ip_drains_as_the_new_one_can_carry(self):
        node = self.start(days=(5, 20, 100))
        node.rest.put(f"/v1/pools/cold/ips/{OLD}", {"plan": "warm"})
        run = self.begin(node, [FIRST], remove=[OLD], gate={"day": 2})
        self.reached(node, run, OLD, "draining")
        # More than the new one may send today: the old one sends the rest, and nothing waits.
        before = self.sink.stat()["recipients"], self.sent_by(FIRST)
        self.send(node, 60, first=100)
        self.sink.wait_for(before[0] + 60)
        self.assertGreater(self.sent_by(FIRST), before[1])
        self.assertGreater(self.sent_by(OLD), 0)
        self.assertEqual(node.rest.get(f"/v1/ips/{OLD}")["state"], "draining")
        # On the last day of its plan the new one carries it all.
        self.reached(node, run, FIRST, "active")
        old = self.sent_by(OLD)
        self.send(node, 50, first=1000)
        self.sink.wait_for(before[0] + 110)
        self.assertEqual(self.sent_by(OLD), old)
        self.reached(node, run, OLD, "retired")
        self.run_state(node, run, "finished")
        self.assertEqual(self.addresses(node), [FIRST])

    def test_a_listed_ip_does_not_begin_and_one_in_use_is_quarantined(self):
        entry = '2.1.0.127 IN A 127.0.0.4\n2.1.0.127 IN TXT "seen in traps"\n'
        node = self.start(listed=LIST + entry, day="20s")
        run = self.begin(node, [FIRST])
        until(lambda: "seen in traps" in self.step(node, run, FIRST)["reason"], "the listing", 20)
        self.assertEqual(self.addresses(node), [])
        self.names.change("bl.example", LIST)
        self.reached(node, run, FIRST, "canary")
        self.names.change("bl.example", LIST + entry)
        paused = self.run_state(node, run, "paused")
        self.assertIn("listed by bl.example", paused["reason"])
        self.assertEqual(node.rest.get(f"/v1/ips/{FIRST}")["state"], "quarantined")
        # A list that lists everybody, or nobody, is not believed.
        self.names.change("bl.example", "* IN A 127.0.0.4\n")
        until(lambda: "not a working list" in node.log_text(), "the broken list to be seen", 20)
        let_pass(1.5)  # what was cached before
        node.cli("ip", "release", FIRST)
        seen = node.log_text().count("list_not_asked")
        until(lambda: node.log_text().count("list_not_asked") > seen + 4, "two more rounds", 20)
        self.assertNotEqual(node.rest.get(f"/v1/ips/{FIRST}")["state"], "quarantined")

    def test_an_ip_that_no_node_can_bind_is_refused_with_what_to_do(self):
        node = self.start()
        told = node.cli("pool", "add-ip", "cold", "192.0.2.77")
        self.assertEqual(told.returncode, 1)
        self.assertIn("n1 cannot send from 192.0.2.77", told.stderr)
        self.assertIn("network interface", told.stderr)
        self.assertEqual(self.addresses(node), [])
        run = self.begin(node, ["192.0.2.77"], waive=["reverse_dns"])
        until(lambda: "cannot send from 192.0.2.77" in self.step(node, run, "192.0.2.77")["reason"],
              "the reason", 20)
        status, problem, _ = node.rest.ask("POST", "/v1/provisionings", {
            "pool": "cold", "add": [{"address": "192.0.2.77"}]})
        self.assertEqual((status, problem["code"]), (409, "conflict"))

    def test_a_volume_is_proposed_for(self):
        node = self.start()
        told = node.cli("provision", "propose", "cold", "--daily-volume", "2500000", "--gate-day",
                        "5", "-o", "json")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertEqual(told.stdout.count('"starts_at"'), 3)
        self.assertEqual(node.rest.get("/v1/provisionings")["items"], [])


if __name__ == "__main__":
    main()
