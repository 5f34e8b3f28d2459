"""What strangers try on the admin port; after each of it the node answers as before."""
import socket

from harness.case import SystemTest, main
from harness.talk import http_exchange

REFUSED = (400, 401, 403, 404, 405, 408, 411, 413, 414, 415, 422, 431, 501, 0)


class HttpAttacks(SystemTest):

    def setUp(self):
        super().setUp()
        self.node = self.start_node(self.start_sink())
        self.bearer = f"Authorization: Bearer {self.node.rest.key}\r\n"

    def tearDown(self):
        self.assertTrue(self.node.running(), self.node.log_text()[-2000:])
        self.assertEqual(self.node.rest.status("/healthz"), 200)
        self.assertEqual(self.node.rest.every("/v1/messages?state=queued"), [])

    def refuse(self, octets, among=REFUSED, seconds=10):
        if isinstance(octets, str):
            octets = octets.encode("latin-1")
        status, answer = http_exchange(self.node.admin, octets, seconds)
        self.assertIn(status, among, answer[:300])
        return status, answer

    def post(self, head, body=""):
        return (f"POST /v1/messages HTTP/1.1\r\nHost: n1\r\n{self.bearer}"
                f"Content-Type: application/json\r\nConnection: close\r\n{head}\r\n{body}")

    def test_chunk_sizes(self):
        for size in ("-1", "ffffffffffffffff", "fffffffffffffffff", "7fffffffffffffff", "0x10",
                     "zz", "", " 5", "5;" + "x" * 100_000, "00000000000000000000000000005"):
            with self.subTest(size=size[:40]):
                self.refuse(self.post("Transfer-Encoding: chunked\r\n", f"{size}\r\nhello\r\n"),
                            seconds=3)

    def test_length_and_chunks_together_and_twice(self):
        for head in ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                     "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                     "Content-Length: 5\r\nContent-Length: 6\r\n",
                     "Content-Length: -5\r\n", "Content-Length: +5\r\n",
                     "Content-Length: 99999999999999999999999\r\n",
                     "Transfer-Encoding: identity, chunked\r\n",
                     "Transfer-Encoding : chunked\r\n"):
            with self.subTest(head=head):
                self.refuse(self.post(head, "0\r\n\r\n"), seconds=3)

    def test_host_fields(self):
        for head in ("", "Host: a\r\nHost: b\r\n"):
            with self.subTest(head=head):
                status, _ = self.refuse(
                    f"GET /v1/pools HTTP/1.1\r\n{head}{self.bearer}Connection: close\r\n\r\n")
                self.assertIn(status, (400, 0))

    def test_octets_that_do_not_belong_in_a_head(self):
        for line in ("X-A: a\0b", "X-A: a\rb", "X\0A: b", "X A: b", "X-A: a\nX-B: c", ": empty",
                     "X-\xff: b"):
            with self.subTest(line=line):
                self.refuse(f"GET /v1/pools HTTP/1.1\r\nHost: n1\r\n{self.bearer}"
                            f"Connection: close\r\n{line}\r\n\r\n",
                            among=REFUSED + (200,) if line.startswith("X-A: a\n") else REFUSED)

    def test_a_head_of_a_megabyte(self):
        for head in ("X-Long: " + "a" * 1_000_000 + "\r\n",
                     "".join(f"X-{n}: {'a' * 50}\r\n" for n in range(20_000))):
            self.refuse(f"GET /healthz HTTP/1.1\r\nHost: n1\r\n{head}\r\n")
        self.refuse("GET /" + "a" * 1_000_000 + " HTTP/1.1\r\nHost: n1\r\n\r\n")
        self.refuse("a" * 1_000_000)

    def test_a_body_over_the_limit_is_413(self):
        length = 200 * 1024 * 1024
        status, _ = self.refuse(self.post(f"Content-Length: {length}\r\n", "{"), seconds=20)
        self.assertEqual(status, 413)
        chunk = "100000\r\n" + "a" * 0x100000 + "\r\n"
        status, _ = self.refuse(self.post("Transfer-Encoding: chunked\r\n", chunk * 40),
                                seconds=20)
        self.assertIn(status, (413, 0))

    def test_slow_clients_do_not_block_others(self):
        host, port = self.node.admin.rsplit(":", 1)
        slow = []
        try:
            for _ in range(100):
                connection = socket.create_connection((host, int(port)))
                connection.sendall(b"POST /v1/messages HTTP/1.1\r\nHost: n1\r\n"
                                   b"Content-Length: 100\r\n\r\n{")
                slow.append(connection)
            self.assertEqual(self.node.rest.status("/healthz"), 200)
        finally:
            for connection in slow:
                connection.close()

    def test_json_that_is_deep_broken_or_of_the_wrong_type(self):
        bodies = ("[" * 100_000, '{"a":' * 50_000 + "1" + "}" * 50_000, "{", "null", "[]", "1",
                  '"text"', '{"from": 1}', '{"from": "a@b.test", "to": "not a list"}',
                  '{"from": "a@b.test", "to": [1]}', '{"from": {"a": []}, "to": [[]]}', "\xff\xfe",
                  '{"from": "a@b.test", "to": ["c@d.test"], "subject": 5, "text": "t"}',
                  '{"from": "a@b.test", "to": ["c@d.test"], "subject": "s", "text": "t",'
                  ' "class": "urgent"}',
                  '{"from": "a@b.test", "to": ["c@d.test"], "subject": "s", "text": "t",'
                  ' "attachments": [{"name": "a", "content_base64": "!!!"}]}')
        for body in bodies:
            with self.subTest(body=body[:60]):
                status, answer = self.refuse(self.post(f"Content-Length: {len(body)}\r\n", body))
                self.assertIn(status, (400, 413, 422))
                self.assertIn(b"problem+json", answer)

    def test_line_ends_in_fields_are_refused_by_name(self):
        for field in ("subject", "from"):
            for evil in ("a\r\nBcc: x@y.test", "a\nb", "a\0b", "a\u2028b"):
                mail = {"from": "a@b.test", "to": ["c@d.test"], "subject": "s", "text": "t"}
                mail[field] = evil
                with self.subTest(field=field, evil=evil):
                    status, answer, _ = self.node.rest.ask("POST", "/v1/messages", mail)
                    self.assertEqual(status, 422, answer)
                    self.assertIn(field, str(answer))
        mail = {"from": "a@b.test", "to": ["c@d.test"], "subject": "s", "text": "t",
                "headers": {"X-A\r\nX-B": "c"}}
        self.assertEqual(self.node.rest.ask("POST", "/v1/messages", mail)[0], 422)

    def test_without_a_valid_key_there_is_nothing(self):
        for path in ("/v1/messages", "/v1/pools", "/v1/keys", "/v1/ledgers", "/v1/cluster"):
            for key in (None, "", "wrong", self.node.rest.key[:-1], self.node.rest.key + "x"):
                fields = {"Authorization": f"Bearer {key}"} if key is not None else {}
                rest = type(self.node.rest)(self.node.admin)
                with self.subTest(path=path, key=key):
                    self.assertEqual(rest.ask("GET", path, headers=fields)[0], 401)

    def test_paths_that_climb(self):
        for path in ("/../../etc/passwd", "/v1/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
                     "/v1/pools/..%2f..%2fkeys", "/v1/pools/%00", "/v1/pools/%", "//etc/passwd"):
            with self.subTest(path=path):
                status, answer = self.refuse(f"GET {path} HTTP/1.1\r\nHost: n1\r\n{self.bearer}"
                                             "Connection: close\r\n\r\n")
                self.assertNotIn(b"root:", answer)
                self.assertIn(status, (400, 404, 0))


if __name__ == "__main__":
    main()
