"""Sender domains against a real name server: published, verified, rotated, refused, and batches."""
from harness.case import SystemTest, main
from harness.name_server import NameServer
from harness.processes import until
from harness.talk import Talk

HOST = "mta IN A 127.0.0.1\n"
REVERSE = "1.0.0 IN PTR mta.site.example.\n"
BATCH = {"template": "News", "group": "Readers", "from": "Shop <news@shop.example>"}


class IdentityDns(SystemTest):
    def setUp(self):
        super().setUp()
        self.names = NameServer(self.folder, {
            "site.example": HOST, "shop.example": "", "127.in-addr.arpa": REVERSE})
        self.addCleanup(self.names.stop)
        self.sink = self.start_sink(keep=True)
        self.node = self.start_node(
            self.sink, node={"hostname": "mta.site.example"},
            smtp={"inbound": ["127.0.0.1:0"]}, dns={"servers": [self.names.address]},
            identity={"require_verified": True, "check_every": "2s"})
        self.rest = self.node.rest

    def ok(self, *words):
        result = self.node.cli(*words)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def identity(self):
        return self.rest.get("/v1/identities/shop.example")

    def state(self, selector):
        return next(key["state"] for key in self.identity()["keys"] if key["selector"] == selector)

    def zone(self):
        """What `identity dns` tells to paste, as it is."""
        return self.ok("identity", "dns", "shop.example")

    def publish(self, records):
        self.names.change("shop.example", records)

    def verified(self):
        return self.rest.post("/v1/identities/shop.example/verify", None)["verified"]

    def add_verified(self):
        self.ok("identity", "add", "shop.example")
        self.publish(self.zone())
        until(self.verified, "the domain to be verified", 10)

    def submit(self, author, sender="bounce@shop.example"):
        with Talk(self.node.smtp) as talk:
            talk.hello()
            return talk.mail("r@next.test", f"From: {author}\r\nSubject: x\r\n\r\nx\r\n.\r\n",
                             sender)

    def post(self, author):
        return self.rest.ask("POST", "/v1/messages", {
            "from": author, "to": ["r@next.test"], "subject": "x", "text": "x"})[0]

    def test_what_is_told_to_be_published_makes_a_domain_verified(self):
        self.assertEqual(self.submit("a@shop.example")[0], 550)
        self.ok("identity", "add", "shop.example")
        for author in ("a@shop.example", "a@sub.shop.example"):
            code, text = self.submit(author)
            self.assertEqual((code, text[:5]), (550, "5.7.1"), text)
        self.assertEqual(self.post("a@shop.example"), 403)
        self.assertFalse(self.verified())
        zone = self.zone()
        self.assertIn("wf1r._domainkey.shop.example. IN TXT \"v=DKIM1; k=rsa; p=", zone)
        self.assertIn("bounce.shop.example. IN MX 10 mta.site.example.", zone)
        self.publish(zone)
        until(self.verified, "the domain to be verified", 10)
        shown = self.identity()
        self.assertEqual([each["why"] for each in shown["records"]], [""] * 6, shown)
        self.assertEqual({key["state"] for key in shown["keys"]}, {"active"})
        for author in ("a@shop.example", "Shop <a@sub.shop.example>"):
            self.assertEqual(self.submit(author)[0], 250)
        self.assertEqual(self.post("a@shop.example"), 202)
        for author in ("a@other.example", "a@shop.example, b@other.example", "nobody"):
            self.assertEqual(self.submit(author)[0], 550, author)
        self.node.kill()
        self.node.start()
        self.assertEqual(self.submit("a@shop.example")[0], 250)
        self.assertNotIn("PRIVATE KEY", self.node.log_text())

    def test_records_that_go_wrong_are_noticed_but_forgiven_for_days(self):
        self.add_verified()
        self.publish(self.zone().replace("ip4:127.0.0.1", "ip4:192.0.2.1"))
        until(lambda: self.identity()["wrong_since"], "the node to notice", 15)
        shown = self.identity()
        self.assertTrue(shown["verified"])
        spf = next(each for each in shown["records"] if each["purpose"] == "spf")
        self.assertIn("ip4:127.0.0.1", spf["why"])
        self.assertEqual(self.submit("a@shop.example")[0], 250)

    def test_a_new_key_takes_over_when_its_record_is_there(self):
        self.add_verified()
        self.ok("identity", "add-key", "shop.example")
        self.assertEqual((self.state("wf1r"), self.state("wf2r")), ("active", "pending"))
        self.publish(self.zone())
        # The looks of the schedule find it, the second one believes it.
        until(lambda: self.state("wf2r") == "active", "the new key to sign", 20)
        self.assertEqual(self.state("wf1r"), "retiring")
        refused = self.node.cli("identity", "remove-key", "shop.example", "none")
        self.assertEqual(refused.returncode, 1)
        self.ok("identity", "remove-key", "shop.example", "wf1r")
        self.assertEqual(self.state("wf1r"), "retired")

    def make_list(self):
        file = self.folder / "list.csv"
        file.write_text("email\nr1@next.test\nr2@next.test\n", encoding="utf-8")
        self.ok("group", "import", "Readers", file)
        self.rest.post("/v1/templates", {"name": "News", "subject": "x", "text": "x"})

    def task(self, number):
        return self.rest.get(f"/v1/tasks/{number}")

    def test_a_batch_waits_for_what_large_receivers_demand(self):
        self.add_verified()
        self.make_list()
        without = "".join(line + "\n" for line in self.zone().splitlines()
                          if not line.startswith("_dmarc"))
        self.publish(without)
        until(lambda: not self.rest.post("/v1/identities/shop.example/check", {})["met"],
              "the record to be gone", 10)
        made = self.rest.post("/v1/tasks", BATCH)
        until(lambda: self.task(made["id"])["state"] == "paused", "the task to be paused", 20)
        reason = self.task(made["id"])["reason"]
        self.assertIn("publish TXT at _dmarc.shop.example: v=DMARC1; p=none", reason)
        self.assertEqual(self.sink.stat()["recipients"], 0)
        self.publish(self.zone())
        until(lambda: self.rest.post("/v1/identities/shop.example/check", {})["met"],
              "all rules to be met", 10)
        self.assertIn("met", self.ok("identity", "check", "shop.example"))
        self.ok("task", "resume", made["id"])
        until(lambda: self.task(made["id"])["state"] == "finished", "the task's end", 20)
        self.assertEqual(self.sink.stat()["recipients"], 2)

    def test_a_task_of_an_unknown_domain_is_warned_of_and_paused(self):
        self.make_list()
        made = self.rest.post("/v1/tasks", {**BATCH, "from": "a@nobody.example"})
        self.assertTrue(any(each.startswith("dkim:") for each in made["warnings"]), made)
        until(lambda: self.task(made["id"])["state"] == "paused", "the task to be paused", 20)

    def test_nobody_sends_from_the_domain_of_another_account(self):
        self.add_verified()
        key = self.rest.post("/v1/keys", {"account": "other", "role": "sender"})["secret"]
        result = self.node.cli("identity", "add", "sub.shop.example", key=key)
        self.assertEqual(result.returncode, 1)
        self.assertIn("another account", result.stderr)
        result = self.node.cli("send", "--from", "a@sub.shop.example", "--to", "r@next.test",
                               "--subject", "x", "--text", "x", key=key)
        self.assertEqual(result.returncode, 1)
        self.assertIn("another account", result.stderr)


if __name__ == "__main__":
    main()
