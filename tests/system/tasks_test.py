"""Send tasks: a batch under a warm-up limit, pauses, schedules, and nobody twice after a kill."""
import datetime
import email
import email.policy

from harness.case import SystemTest, main
from harness.processes import until


def in_seconds(seconds):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class Tasks(SystemTest):
    def start(self, recipients, **settings):
        self.sink = self.start_sink(keep=recipients <= 100)
        self.node = self.start_node(self.sink, **settings)
        self.node.rest.post("/v1/templates", {
            "name": "News", "subject": "News for {{name}}", "html": "<p>Dear {{name}}</p>",
            "text": "Dear {{name}}, {{city}}{{^city}}you{{/city}}"})
        self.import_list("Readers", recipients)

    def import_list(self, name, recipients):
        rows = "".join(f"r{i}@next.test,N{i},{'Oslo' if i % 2 else ''}\n"
                       for i in range(recipients))
        file = self.folder / f"{name}.csv"
        file.write_text("email,name,city\n" + rows, encoding="utf-8")
        self.ok("group", "import", name, file)

    def ok(self, *words):
        result = self.node.cli(*words)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def create(self, **details):
        task = dict({"template": "News", "group": "Readers", "from": "News <n@sender.test>"},
                    **details)
        return self.node.rest.post("/v1/tasks", task)["id"]

    def task(self, number):
        return self.node.rest.get(f"/v1/tasks/{number}")

    def wait_for(self, number, state="finished", seconds=60):
        until(lambda: self.task(number)["state"] == state, f"the task to be {state}", seconds)
        return self.task(number)["progress"]

    def recipients(self):
        return sorted(arrival.recipient for arrival in self.sink.accepted())

    def test_everybody_gets_a_mail_of_their_own_once(self):
        self.start(30)
        progress = self.wait_for(self.create())
        self.assertEqual((progress["requested"], progress["delivered"]), (30, 30))
        self.assertEqual(self.recipients(), sorted(f"r{i}@next.test" for i in range(30)))
        content, = self.sink.contents("r7@next.test")
        mail = email.message_from_bytes(content, policy=email.policy.default)
        self.assertEqual((mail["To"], mail["Subject"]), ("r7@next.test", "News for N7"))
        self.assertEqual(mail.get_body(("plain",)).get_content().strip(), "Dear N7, Oslo")
        content, = self.sink.contents("r8@next.test")
        mail = email.message_from_bytes(content, policy=email.policy.default)
        self.assertEqual(mail.get_body(("plain",)).get_content().strip(), "Dear N8, you")

    def test_over_the_limit_of_a_day_the_rest_is_cached(self):
        self.start(3000)
        self.node.dedicated_pool("cold", "127.0.0.2")
        number = self.create(pool="cold")
        # A tenth of the day is kept for triggered mail.
        self.sink.wait_for(450)
        until(lambda: self.task(number)["progress"]["waiting"] == 550, "the segment to be held")
        progress = self.task(number)["progress"]
        self.assertEqual((progress["delivered"], progress["cached"]), (450, 2000))
        self.assertEqual(self.sink.stat()["recipients"], 450)
        listed = self.ok("task", "list")
        self.assertIn("active", listed)

    def test_a_kill_at_any_time_neither_loses_nor_repeats_a_recipient(self):
        self.start(5000)
        self.sink.rule("dot_delay 20")
        number = self.create()
        for count in (200, 900, 1500, 2600, 3700):
            self.sink.wait_for(count)
            self.node.kill()
            self.node.start()
        self.sink.rule("dot_delay 0")
        progress = self.wait_for(number, seconds=120)
        self.assertEqual(progress["delivered"], 5000)
        arrived = self.recipients()
        self.assertEqual(sorted(set(arrived)), sorted(f"r{i}@next.test" for i in range(5000)))
        # What was on the wire at a kill is in doubt, and nothing else.
        self.assertLessEqual(len(arrived) - 5000, 5 * 200)

    def test_a_paused_task_begins_nothing_and_a_cancelled_one_ends(self):
        self.start(3000)
        self.sink.rule("dot_delay 20")
        number = self.create()
        self.sink.wait_for(100)
        self.ok("task", "pause", str(number))
        until(lambda: self.node.rest.get("/v1/queues"), "the queues")
        self.settle()
        paused = self.sink.stat()["recipients"]
        self.assertLess(paused, 3000)
        self.ok("task", "resume", str(number))
        self.sink.wait_for(paused + 100)
        self.ok("task", "cancel", str(number))
        until(lambda: self.node.rest.get(f"/v1/tasks/{number}/occurrences")["items"][0]["state"]
              == "cancelled", "the occurrence to end")
        progress = self.task(number)["progress"]
        self.assertEqual(progress["delivered"] + progress["cancelled"], 3000)
        self.assertEqual(progress["delivered"], self.sink.stat()["recipients"])
        self.assertGreater(progress["cancelled"], 0)

    def test_a_named_request_makes_one_task(self):
        self.start(10)
        body = {"template": "News", "group": "Readers", "from": "News <n@sender.test>"}

        def post(what):
            return self.node.rest.ask("POST", "/v1/tasks", what, {"Idempotency-Key": "t-1"})[:2]
        status, first = post(body)
        self.assertEqual(status, 201)
        status, second = post(body)
        self.assertEqual((status, second["id"]), (201, first["id"]))
        self.assertEqual(post(dict(body, subject="Other"))[0], 422)
        self.wait_for(first["id"])
        self.assertEqual(len(self.recipients()), 10)

    def test_it_is_told_when_a_held_batch_will_be_finished(self):
        self.start(3000)
        self.node.dedicated_pool("cold", "127.0.0.2")
        number = self.create(pool="cold")
        self.sink.wait_for(450)
        until(lambda: self.task(number)["progress"]["cached"] == 2000, "the batch to be held")
        finish = self.task(number)["progress"]["finish_at"]
        forecast = self.node.rest.post("/v1/forecast", {"pool": "cold", "group": "Readers",
                                                        "from_domain": "sender.test"})
        # 500, 1000 and 2000 a day, of which a tenth is not for batches: the third day.
        at = datetime.datetime.fromisoformat(finish.replace("Z", "+00:00"))
        days = (at - datetime.datetime.now(datetime.timezone.utc)).total_seconds() / 86400
        self.assertTrue(1.5 < days <= 2.1, days)
        self.assertGreaterEqual(forecast["finish_at"], finish)

    def settle(self):
        """Until nothing arrives any more."""
        seen = [-1]

        def quiet():
            before, seen[0] = seen[0], self.sink.stat()["recipients"]
            return before == seen[0]

        until(quiet, "the sink to be quiet", every=1.0)

    def test_a_scheduled_task_waits_for_its_time(self):
        self.start(10)
        number = self.create(start_at=in_seconds(4))
        self.assertIsNone(self.task(number)["progress"])
        self.assertEqual(self.sink.stat()["recipients"], 0)
        self.wait_for(number)
        self.assertEqual(self.sink.stat()["recipients"], 10)

    def test_a_recurring_task_fires_again_and_again_after_a_kill_too(self):
        self.start(10)
        number = self.create(start_at=in_seconds(-7198), repeat={
            "every": "1h", "count": 4, "misfire": "catch_up"})
        # Two were missed, the third comes in a moment; the fourth is an hour away.
        self.sink.wait_for(20)
        self.node.kill()
        self.node.start()
        self.sink.wait_for(30)
        task = self.task(number)
        self.assertEqual((task["state"], task["fired"]), ("active", 3))
        self.assertEqual(len(self.node.rest.get(f"/v1/tasks/{number}/occurrences")["items"]), 3)
        self.ok("task", "cancel", str(number))

    def test_bad_input_is_refused_and_nothing_is_sent(self):
        self.start(10)
        rest = self.node.rest
        good = {"template": "News", "group": "Readers", "from": "n@sender.test"}
        for change, field in (({"template": "none"}, "template"), ({"group": "none"}, "group"),
                              ({"pool": "none"}, "pool"), ({"from": "x"}, "from"),
                              ({"repeat": {"every": "5m"}}, "repeat.every"),
                              ({"repeat": {"rrule": "FREQ=NEVER"}}, "repeat.rrule"),
                              ({"repeat": {"rrule": "FREQ=DAILY", "timezone": "Mars/X"}},
                               "repeat.timezone"),
                              ({"subject": "{{missing}}"}, "variables.missing"),
                              ({"variables": {"name": "a\nb"}}, "variables.name")):
            status, answer = rest.ask("POST", "/v1/tasks", dict(good, **change))[:2]
            with self.subTest(change=change):
                self.assertIn(status, (404, 422), answer)
                self.assertEqual(answer.get("field"), field, answer)
        large = {"attachments": [{"name": "a", "content_base64": "AAAA" * 2800000}]}
        self.assertEqual(rest.ask("POST", "/v1/tasks", dict(good, **large))[0], 413)
        self.assertEqual(rest.get("/v1/tasks")["items"], [])

    def test_a_list_tells_which_lines_are_no_recipients(self):
        self.start(10)
        file = self.folder / "bad.csv"
        file.write_text("email,name\nok@next.test,A\nnot an address,B\nok@next.test,C\n"
                        "\"broken\n", encoding="utf-8")
        answer = self.ok("group", "import", "Other", file, "-o", "json")
        self.assertIn('"accepted": 1', answer)
        self.assertIn('"repeated": 1', answer)
        self.assertIn('"rejected": 2', answer)


if __name__ == "__main__":
    main()
