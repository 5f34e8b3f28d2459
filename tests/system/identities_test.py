"""Sender addresses with passwords, suppressed recipients, and statistics that survive a kill."""
import base64
import datetime

from harness.case import SystemTest, main
from harness.processes import until
from harness.talk import Talk

PASSWORD = "correct horse"
ADA = "ada@news.test"


class Identities(SystemTest):
    def setUp(self):
        super().setUp()
        self.sink = self.start_sink()
        self.node = self.start_node(self.sink, delivery={"retry_first": "1s", "retry_last": "2s"})
        self.rest = self.node.rest

    def ok(self, *words):
        result = self.node.cli(*words)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def add_ada(self):
        secret = self.folder / "password"
        secret.write_text(PASSWORD + "\n", encoding="utf-8")
        self.ok("identity", "add", "news.test")
        self.ok("identity", "add-sender", "news.test", ADA, "--display-name", "Ada")
        self.ok("identity", "password", "news.test", ADA, "--password-file", secret)

    def log_in(self, talk, user, password):
        talk.hello()
        shown = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        return talk.command(f"AUTH PLAIN {shown}")[0]

    def send_as_ada(self, sender, header):
        with Talk(self.node.smtp) as talk:
            self.assertEqual(self.log_in(talk, ADA, PASSWORD), 235)
            return talk.mail("r@next.test", f"From: {header}\r\nSubject: x\r\n\r\nx\r\n.\r\n",
                             sender)

    def test_a_sender_address_submits_with_its_password_and_as_itself_alone(self):
        self.add_ada()
        self.assertIn("ada@news.test", self.ok("identity", "senders", "news.test"))
        self.assertEqual(self.send_as_ada(ADA, f"Ada <{ADA}>")[0], 250)
        self.sink.wait_for(1)
        for sender, header in ((ADA, "bob@news.test"), ("bob@news.test", ADA), ("", ADA),
                               (ADA, f"{ADA}, bob@news.test")):
            code, text = self.send_as_ada(sender, header)
            self.assertEqual((code, text[:5]), (550, "5.7.1"), (sender, header))
        self.assertEqual(self.sink.stat()["recipients"], 1)
        with Talk(self.node.smtp) as talk:
            self.assertEqual(self.log_in(talk, ADA, "wrong horses"), 535)
            self.assertEqual(self.log_in(talk, "bob@news.test", PASSWORD), 535)
        self.ok("identity", "remove-sender", "news.test", ADA)
        with Talk(self.node.smtp) as talk:
            self.assertEqual(self.log_in(talk, ADA, PASSWORD), 535)
        self.assertNotIn(PASSWORD, self.node.log_text())
        self.ok("identity", "remove", "news.test")

    def test_a_key_is_still_free_to_choose(self):
        self.add_ada()
        user, secret = self.node.new_key()
        with Talk(self.node.smtp) as talk:
            self.assertEqual(self.log_in(talk, user, secret), 235)
            code, _ = talk.mail("r@next.test", "From: a@b.test\r\n\r\nx\r\n.\r\n", "c@d.test")
            self.assertEqual(code, 250)

    def states(self, message):
        shown = self.rest.get(f"/v1/messages/{message}")["recipients"]
        return {each["address"]: each["state"] for each in shown}

    def send(self, *recipients):
        return self.rest.post("/v1/messages", {"from": "n@news.test", "to": list(recipients),
                                               "subject": "x", "text": "x"})["id"]

    def test_a_suppressed_recipient_shows_it_and_gets_nothing(self):
        self.ok("suppression", "add", "Gone@Next.test", "--text", "asked us to")
        some = self.send("gone@next.test", "r1@next.test")
        nobody = self.send("GONE@next.test")
        self.sink.wait_for(1)
        until(lambda: self.states(some)["r1@next.test"] == "delivered", "the other to be delivered")
        self.assertEqual(self.states(some)["gone@next.test"], "suppressed")
        self.assertEqual(self.states(nobody), {"GONE@next.test": "suppressed"})
        self.ok("suppression", "remove", "gone@next.test")
        again = self.send("gone@next.test")
        until(lambda: self.states(again)["gone@next.test"] == "delivered", "it to be delivered")
        self.node.kill()
        self.node.start()
        self.assertEqual(self.states(nobody), {"GONE@next.test": "suppressed"})
        self.assertEqual([a.recipient for a in self.sink.accepted()],
                         ["r1@next.test", "gone@next.test"])

    def test_a_recipient_that_there_is_not_gets_an_entry(self):
        self.sink.rule("refuse nobody@next.test 550 5.1.1 no such user here")
        first = self.send("nobody@next.test")
        until(lambda: self.states(first)["nobody@next.test"] == "bounced", "it to bounce")
        until(lambda: self.rest.get("/v1/suppressions")["items"], "the entry")
        entry, = self.rest.get("/v1/suppressions?reason=hard_bounce")["items"]
        self.assertEqual(entry["address"], "nobody@next.test")
        self.assertIn("no such user", entry["text"])
        self.assertEqual(self.states(self.send("nobody@next.test"))["nobody@next.test"],
                         "suppressed")

    def test_a_list_comes_in_and_goes_out_and_survives_a_kill(self):
        file = self.folder / "list.csv"
        rows = "".join(f"r{i}@next.test,complaint,,\"said \"\"no\"\", twice\"\r\n"
                       for i in range(1200))
        file.write_text("address,reason,until,text\r\n" + rows + "nobody,,,\r\n",
                        encoding="utf-8", newline="")
        told = self.ok("suppression", "import", file)
        self.assertIn("line 1202: ", told)
        self.node.kill()
        self.node.start()
        out = self.ok("suppression", "export")
        lines = out.replace("\r\n", "\n").splitlines()
        self.assertEqual(lines[0], "address,reason,until,text,account")
        self.assertEqual(len(lines), 1201)
        self.assertIn('r7@next.test,complaint,,"said ""no"", twice",default', lines)
        self.assertEqual(self.states(self.send("R1199@next.test")),
                         {"R1199@next.test": "suppressed"})
        again = self.folder / "again.csv"
        again.write_text(out, encoding="utf-8", newline="")
        told = self.ok("-o", "json", "suppression", "import", again)
        self.assertIn('"added": 0', told)
        self.assertIn('"changed": 0', told)

    def test_what_waits_is_not_sent_to_who_unsubscribes_meanwhile(self):
        self.sink.rule("refuse later@next.test 451 4.2.1 not now")
        message = self.send("later@next.test")
        until(lambda: self.states(message)["later@next.test"] == "deferred", "it to be deferred")
        self.ok("suppression", "add", "later@next.test", "--reason", "unsubscribe")
        self.sink.rule("refuse_none")
        until(lambda: self.states(message)["later@next.test"] == "suppressed", "the look", 30)
        self.assertEqual(self.sink.stat()["recipients"], 0)

    def test_a_task_leaves_out_who_is_suppressed_and_counts_it(self):
        rows = "".join(f"r{i}@next.test\n" for i in range(30))
        file = self.folder / "list.csv"
        file.write_text("email\n" + rows, encoding="utf-8")
        self.ok("group", "import", "Readers", file)
        self.rest.post("/v1/templates", {"name": "News", "subject": "x", "text": "x"})
        for i in (3, 7):
            self.ok("suppression", "add", f"r{i}@next.test")
        number = self.rest.post("/v1/tasks", {"template": "News", "group": "Readers",
                                              "from": "n@news.test"})["id"]
        until(lambda: self.rest.get(f"/v1/tasks/{number}")["state"] == "finished", "the task's end")
        progress = self.rest.get(f"/v1/tasks/{number}")["progress"]
        self.assertEqual((progress["delivered"], progress["suppressed"]), (28, 2))
        self.assertEqual(self.sink.stat()["recipients"], 28)

    def test_a_task_with_nobody_to_send_to_is_finished_at_once(self):
        self.rest.post("/v1/templates", {"name": "News", "subject": "x", "text": "x"})
        file = self.folder / "list.csv"
        file.write_text("email\ngone@next.test\n", encoding="utf-8")
        self.ok("group", "import", "Readers", file)
        self.ok("suppression", "add", "gone@next.test")
        number = self.rest.post("/v1/tasks", {"template": "News", "group": "Readers",
                                              "from": "n@news.test"})["id"]
        until(lambda: self.rest.get(f"/v1/tasks/{number}")["state"] == "finished", "its end", 10)
        self.assertEqual(self.rest.get(f"/v1/tasks/{number}")["progress"]["suppressed"], 1)

    def counts(self, **query):
        today = datetime.datetime.now(datetime.timezone.utc).date()
        query = {"from": today - datetime.timedelta(days=1), **query}
        text = "&".join(f"{name}={value}" for name, value in query.items())
        return self.rest.get(f"/v1/statistics?{text}")["items"]

    def test_statistics_add_up_after_a_kill(self):
        self.ok("suppression", "add", "gone@next.test")
        self.sink.rule("dot_delay 5")
        ids = []
        for i in range(200):
            ids.append(self.send(f"r{i}@next.test", f"R{i}@Other.test"))
            if i in (60, 140):
                self.node.kill()
                self.node.start()
        self.send("gone@next.test")
        for each in ids:
            until(lambda: set(self.states(each).values()) == {"delivered"}, "all to arrive", 60)
        self.node.kill()
        self.node.start()
        whole, = self.counts(by="domain", domain="news.test")
        self.assertEqual((whole["requests"], whole["accepted"], whole["suppressed"],
                          whole["delivered"], whole["bounced"]), (401, 400, 1, 400, 0))
        by_receiver = {row["receiver"]: row["delivered"] for row in self.counts(by="receiver")}
        self.assertEqual(by_receiver, {"next.test": 200, "other.test": 200})
        self.assertIn("401", self.ok("stats", "--by", "domain"))
        # The same mail, by the way it went.
        ways = self.counts(by="domain,provider,ip,task,template")
        self.assertEqual(sum(row["delivered"] for row in ways), 400)
        self.assertEqual(sum(row["requests"] for row in ways), 401)
        self.assertEqual({row["provider"] for row in ways if row["delivered"]}, {"other"})


if __name__ == "__main__":
    main()
