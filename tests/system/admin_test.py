"""The admin port and the command line of a running node."""
import datetime
import json
import time

from harness.case import SystemTest, main
from harness.node import Node
from harness.processes import BIN, run, until
from harness.rest import Rest
from harness.sink import send_load

RESOURCES = ("/v1/messages", "/v1/pools", "/v1/plans", "/v1/ledgers", "/v1/queues", "/v1/keys",
             "/v1/cluster")


class Admin(SystemTest):
    def setUp(self):
        super().setUp()
        self.sink = self.start_sink()
        self.node = self.start_node(self.sink)

    def test_health_readiness_and_metrics_need_no_key_from_loopback(self):
        stranger = Rest(self.node.admin)
        self.assertEqual(stranger.status("/healthz"), 200)
        self.assertEqual(stranger.status("/readyz"), 200)
        send_load(self.node.smtp, 10)
        self.sink.wait_for(10)
        status, text, headers = stranger.ask("GET", "/metrics")
        self.assertEqual(status, 200)
        self.assertIn("text", headers["Content-Type"])
        samples = [line for line in text.splitlines() if line and not line.startswith("#")]
        self.assertGreater(len(samples), 5)
        for line in samples:
            float(line.rsplit(" ", 1)[1])

    def test_openapi_names_every_resource(self):
        document = self.node.rest.get("/openapi.json")
        self.assertTrue(document["openapi"].startswith("3."))
        for path in RESOURCES:
            self.assertTrue([p for p in document["paths"] if p.startswith(path)], path)
        for path in RESOURCES:
            self.assertTrue(self.node.rest.get(path) is not None, path)

    def test_a_named_request_is_done_once(self):
        body = {"from": "a@sender.test", "to": ["b@next.test"], "subject": "s", "text": "t"}

        def send(what, path="/v1/messages"):
            return self.node.rest.ask("POST", path, what, {"Idempotency-Key": "k-1"})[:2]
        status, first = send(body)
        self.assertEqual(status, 202)
        self.assertEqual(send(body), (202, first))
        status, refusal = send(dict(body, text="other"))
        self.assertEqual((status, refusal["field"]), (422, "Idempotency-Key"))
        # What is killed between the receiver's answer and its record may be sent twice.
        message = f"/v1/messages/{first['id']}"
        until(lambda: self.node.rest.get(message)["recipients"][0]["state"] == "delivered",
              "the first mail is recorded as delivered")
        self.node.kill()
        self.node.start()
        self.assertEqual(send(body), (202, first))
        # What was refused is no answer that would have to be repeated.
        status, _ = self.node.rest.ask("POST", "/v1/messages", dict(body, pool="none"),
                                       {"Idempotency-Key": "k-2"})[:2]
        self.assertEqual(status, 422)
        status, second = self.node.rest.ask("POST", "/v1/messages", dict(body, to=["c@next.test"]),
                                            {"Idempotency-Key": "k-2"})[:2]
        self.assertEqual(status, 202)
        self.assertNotEqual(first, second)
        self.sink.wait_for(2)
        self.assertEqual(sorted(a.recipient for a in self.sink.accepted()),
                         ["b@next.test", "c@next.test"])
        status, refusal = send({"name": "p"}, "/v1/pools")
        self.assertEqual((status, refusal["field"]), (422, "Idempotency-Key"))

    def test_a_mail_for_later_waits_for_its_time(self):
        due = time.time() + 4
        at = datetime.datetime.fromtimestamp(due, datetime.timezone.utc)
        made = self.node.rest.post("/v1/messages", {
            "from": "a@sender.test", "to": ["b@next.test"], "subject": "s", "text": "t",
            "send_at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")})
        message = self.node.rest.get(f"/v1/messages/{made['id']}")
        self.assertEqual(message["recipients"][0]["state"], "held")
        why = self.node.rest.get(f"/v1/messages/{made['id']}/why")
        self.assertEqual(why["reasons"][0]["kind"], "schedule")
        self.node.kill()
        self.node.start()
        self.sink.wait_for(1)
        arrival, = self.sink.accepted()
        self.assertGreaterEqual(arrival.time_ns / 1e9, due)
        self.assertLess(arrival.time_ns / 1e9, due + 3)

    def test_the_key_file_is_private_and_secrets_are_not_in_the_log(self):
        mode = (self.node.data / "admin.key").stat().st_mode & 0o777
        self.assertEqual(mode, 0o600)
        _, secret = self.node.new_key()
        for text in (secret, self.node.rest.key):
            self.assertNotIn(text, self.node.log_text())

    def test_a_sender_key_sends_but_does_not_administrate(self):
        _, secret = self.node.new_key("sender")
        sender = Rest(self.node.admin, secret)
        body = {"from": "a@sender.test", "to": ["b@next.test"], "subject": "s", "text": "t"}
        self.assertEqual(sender.ask("POST", "/v1/messages", body)[0], 202)
        self.assertEqual(sender.ask("POST", "/v1/pools", {"name": "x", "kind": "dedicated"})[0],
                         403)
        self.assertEqual(sender.ask("POST", "/v1/keys",
                                    {"account": "default", "role": "admin"})[0], 403)

    def test_problems_name_the_field(self):
        status, answer, headers = self.node.rest.ask(
            "POST", "/v1/messages", {"from": "no address", "to": ["b@next.test"],
                                     "subject": "s", "text": "t"})
        self.assertEqual(status, 422)
        self.assertIn("application/problem+json", headers["Content-Type"])
        self.assertTrue(answer["code"])
        self.assertIn("from", json.dumps(answer))

    def test_the_log_is_json_with_one_line_an_outcome(self):
        send_load(self.node.smtp, 5)
        self.sink.wait_for(5)
        until(lambda: self.node.log_text().count("delivered") >= 5, "five outcomes in the log")
        for line in self.node.log_text().splitlines():
            json.loads(line)


class CommandLine(SystemTest):
    def setUp(self):
        super().setUp()
        self.sink = self.start_sink()
        self.node = self.start_node(self.sink)

    def test_every_noun_answers_as_table_and_json(self):
        self.node.dedicated_pool("cold", "127.0.0.2")
        for words in (("cluster", "status"), ("pool", "list"), ("ip", "list"), ("plan", "list"),
                      ("warmup", "show"), ("queue", "list"), ("key", "list"),
                      ("message", "list")):
            with self.subTest(words=words):
                table = self.node.cli(*words)
                self.assertEqual(table.returncode, 0, table.stderr)
                document = self.node.cli(*words, "-o", "json")
                self.assertEqual(document.returncode, 0, document.stderr)
                json.loads(document.stdout)

    def test_a_mail_sent_by_the_command_line_arrives(self):
        sent = self.node.cli("send", "--from", "a@sender.test", "--to", "b@next.test",
                             "--subject", "s", "--text", "hello")
        self.assertEqual(sent.returncode, 0, sent.stderr)
        self.sink.wait_for(1)

    def test_exit_codes(self):
        self.assertEqual(self.node.cli("message", "show", "no-such-message").returncode, 1)
        self.assertEqual(self.node.cli("message", "shew", "x").returncode, 2)
        self.assertEqual(self.node.cli("message", "list", "--limit", "many").returncode, 2)
        self.node.kill()
        self.assertEqual(self.node.cli("cluster", "status").returncode, 3)


class Configuration(SystemTest):
    def check(self, text):
        file = self.folder / "node.toml"
        file.write_text(text, encoding="utf-8")
        return run([BIN / "warmfrontd", "--config", file, "--check"]), file

    def test_a_good_configuration_passes_the_check(self):
        node = Node(self.folder)
        result = run([BIN / "warmfrontd", "--config", node.config, "--check"])
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_faults_are_told_with_file_and_line(self):
        result, file = self.check('[node]\nname = "n1"\nhostname = "mta.test"\n'
                                  f'data_dir = "{self.folder}/d"\ncolour = "red"\n')
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"{file}:5", result.stdout + result.stderr)
        self.assertIn("colour", result.stdout + result.stderr)
        self.assertFalse((self.folder / "d").exists())

    def test_wrong_use_is_2(self):
        self.assertEqual(run([BIN / "warmfrontd", "--no-such-option"]).returncode, 2)
        missing = run([BIN / "warmfrontd", "--config", self.folder / "missing.toml"])
        self.assertEqual(missing.returncode, 1)


if __name__ == "__main__":
    main()
