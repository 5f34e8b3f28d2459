"""Webhooks to a real HTTPS receiver, checked by the official library; the event stream; the file."""
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import ssl
import subprocess
import threading

from harness.case import SystemTest, main
from harness.certificates import self_signed
from harness.processes import until

HERE = pathlib.Path(__file__).resolve().parent
MODULES = HERE.parents[1] / "build" / "webhook_sdk" / "node_modules"


class Receiver:
    """An HTTPS server that keeps what it gets, and answers `status`."""

    def __init__(self, folder):
        self.certificate, key = self_signed(folder)
        self.status = 200
        self.got = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                names = ("webhook-id", "webhook-timestamp", "webhook-signature")
                outer.got.append(({name: self.headers[name] for name in names}, body))
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.server.server_address[1]}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def events(self, kind):
        found = [json.loads(body) for _, body in self.got]
        return [each["data"] for each in found if each["type"] == kind]


def verify(secret, requests):
    """What the official library says of each: None, or why it is not good."""
    environment = dict(os.environ, NODE_PATH=str(MODULES))
    given = [{"secret": secret, "headers": headers, "body": body} for headers, body in requests]
    told = subprocess.run(["node", HERE / "webhook_verify.js"], input=json.dumps(given), text=True,
                          capture_output=True, env=environment, check=True, timeout=60)
    return json.loads(told.stdout)


class Webhooks(SystemTest):
    def setUp(self):
        super().setUp()
        self.sink = self.start_sink()
        self.receiver = Receiver(self.folder)
        self.addCleanup(self.receiver.stop)
        self.file = self.folder / "events.jsonl"
        self.node = self.start_node(
            self.sink, webhooks={"allowed_networks": ["127.0.0.0/8"],
                                 "ca_file": str(self.receiver.certificate)},
            events={"file": str(self.file)})
        self.rest = self.node.rest

    def send(self, *recipients):
        return self.rest.post("/v1/messages", {
            "from": "ada@news.test", "to": list(recipients), "subject": "x", "text": "x"})["id"]

    def test_events_arrive_signed_and_a_new_secret_counts_beside_the_old_one(self):
        made = self.rest.post("/v1/webhooks", {"url": self.receiver.url})
        path = f"/v1/webhooks/{made['id']}"
        tested = self.rest.post(path + "/actions", {"action": "test"})
        self.assertEqual(tested["test"], {"status": 200, "error": ""})
        message = self.send("r1@next.test", "r2@next.test")
        until(lambda: len(self.receiver.events("message.delivered")) == 2, "the events", 20)
        for each in self.receiver.events("message.delivered"):
            self.assertEqual(each["message"], message)
        self.assertEqual({each["recipient"] for each in self.receiver.events("message.delivered")},
                         {"r1@next.test", "r2@next.test"})
        self.assertEqual(verify(made["secret"], self.receiver.got), [None] * len(self.receiver.got))
        headers, body = self.receiver.got[-1]
        self.assertIsNotNone(verify(made["secret"], [(headers, body + " ")])[0])
        changed = self.rest.post(path + "/actions", {"action": "rotate_secret"})
        self.receiver.got.clear()
        self.send("r3@next.test")
        until(lambda: self.receiver.events("message.delivered"), "an event", 20)
        for secret in (made["secret"], changed["secret"]):
            self.assertEqual(verify(secret, self.receiver.got), [None] * len(self.receiver.got))
        for secret in (made["secret"], changed["secret"]):
            self.assertNotIn(secret, self.node.log_text())

    def test_what_was_not_taken_comes_again_also_after_a_kill(self):
        made = self.rest.post("/v1/webhooks", {"url": self.receiver.url, "kinds": ["delivered"]})
        path = f"/v1/webhooks/{made['id']}"
        self.receiver.status = 500
        self.send("r1@next.test")
        until(lambda: self.receiver.got, "an attempt", 20)
        until(lambda: self.rest.get(path)["waiting"] == 1 and self.rest.get(path)["last_error"],
              "the report", 10)
        self.node.kill()
        self.receiver.status = 200
        self.node.start()
        until(lambda: len(self.receiver.got) > 1 and self.rest.get(path)["waiting"] == 0,
              "the event to be taken", 30)
        self.assertEqual(len({headers["webhook-id"] for headers, _ in self.receiver.got}), 1)
        self.assertEqual(verify(made["secret"], self.receiver.got[-1:]), [None])

    def test_410_ends_a_webhook(self):
        made = self.rest.post("/v1/webhooks", {"url": self.receiver.url})
        self.receiver.status = 410
        self.send("r1@next.test")
        path = f"/v1/webhooks/{made['id']}"
        until(lambda: not self.rest.get(path)["active"], "it to end", 20)
        self.assertIn("410", self.rest.get(path)["last_error"])

    def test_the_command_line_knows_webhooks(self):
        told = self.node.cli("webhook", "add", self.receiver.url, "--kinds", "bounced")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("whsec_", told.stdout)
        for words in (("list",), ("show", "1"), ("test", "1"), ("dead", "1"), ("replay", "1"),
                      ("disable", "1"), ("enable", "1"), ("rotate-secret", "1"), ("delete", "1")):
            told = self.node.cli("webhook", *words)
            self.assertEqual(told.returncode, 0, (words, told.stderr))
        told = self.node.cli("webhook", "add", "https://10.0.0.1/")
        self.assertEqual(told.returncode, 1)
        self.assertIn("private network", told.stderr)
        self.assertEqual(self.node.cli("event", "list").returncode, 0)

    @contextlib.contextmanager
    def stream(self, query=""):
        """The lines of an open stream, as a function that gives the next one."""
        connection = http.client.HTTPConnection(self.node.admin, timeout=20)
        connection.request("GET", "/v1/events" + query,
                           headers={"Authorization": f"Bearer {self.rest.key}"})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["Content-Type"], "application/x-ndjson")
        try:
            yield lambda: json.loads(answer.readline())
        finally:
            connection.close()

    def test_the_stream_is_live_and_goes_on_where_it_was(self):
        with self.stream() as line:
            begun = line()
            self.assertIn("next", begun)
            message = self.send("r1@next.test")
            seen = [line(), line()]
            while "next" not in seen[-1] or not any(
                    each.get("type") == "message.delivered" for each in seen):
                seen.append(line())
        kinds = [each["type"] for each in seen if "type" in each]
        self.assertEqual(kinds, ["message.accepted", "message.delivered"])
        self.assertTrue(all(each["node"] == "n1" and each["data"]["message"] == message
                            for each in seen if "type" in each))
        self.send("r2@next.test")
        self.sink.wait_for(2)
        with self.stream(f"?kinds=delivered&after={seen[-1]['next']}") as line:
            again = line()
            while "type" not in again:
                again = line()
            self.assertEqual(again["data"]["recipient"], "r2@next.test")

    def test_the_stream_of_a_revoked_key_ends(self):
        made = self.rest.post("/v1/keys", {"account": "default", "role": "viewer"})
        connection = http.client.HTTPConnection(self.node.admin, timeout=20)
        connection.request("GET", "/v1/events",
                           headers={"Authorization": f"Bearer {made['secret']}"})
        answer = connection.getresponse()
        self.assertIn("next", json.loads(answer.readline()))
        self.rest.delete(f"/v1/keys/{made['id']}")
        self.assertEqual(answer.readline(), b"")
        connection.close()

    def test_the_file_has_every_event(self):
        self.send("r1@next.test", "r2@next.test")

        def kinds():
            lines = self.file.read_text(encoding="utf-8").splitlines()
            return sorted(json.loads(each)["type"] for each in lines)

        expected = ["message.accepted"] * 2 + ["message.delivered"] * 2
        until(lambda: kinds() == expected, "the lines", 20)


if __name__ == "__main__":
    main()
