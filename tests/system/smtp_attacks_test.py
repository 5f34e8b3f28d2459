"""What strangers try on the submission port."""
import socket
import ssl

from harness.case import SystemTest, main
from harness.certificates import self_signed
from harness.processes import until
from harness.talk import Closed, Talk

HEAD = "From: a@sender.test\r\nTo: b@next.test\r\nSubject: s\r\n\r\n"
SMUGGLED = ("MAIL FROM:<evil@sender.test>\r\nRCPT TO:<smuggled@next.test>\r\nDATA\r\n"
            "Subject: smuggled\r\n\r\nhidden\r\n.\r\n")


class Smuggling(SystemTest):
    """Only CRLF.CRLF ends a mail (CVE-2023-51764, -51765, -51766)."""

    def setUp(self):
        super().setUp()
        self.sink = self.start_sink(keep=True)
        self.node = self.start_node(self.sink)

    def test_no_other_line_end_ends_the_data(self):
        for ending in ("\n.\n", "\n.\r\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\r\n.\n", "\n.\r",
                       "\r\n\x00.\r\n", "\r\r\n.\r\r\n"):
            with self.subTest(ending=ending.encode()):
                self.smuggle(ending)
        self.assertEqual([a.recipient for a in self.sink.arrivals()
                          if a.recipient.startswith("smuggled")], [])

    def smuggle(self, ending):
        with Talk(self.node.smtp) as talk:
            talk.hello()
            try:
                code, _ = talk.mail("b@next.test",
                                    HEAD + "first" + ending + SMUGGLED + "\r\n.\r\n")
                # Refused as a whole, or one mail that contains the rest as text; what follows the
                # true end is then read as commands, and there must be no second transaction.
                self.assertIn(code // 100, (2, 4, 5))
            except Closed:
                pass

    def test_a_bare_line_feed_ends_no_command(self):
        with Talk(self.node.smtp) as talk:
            talk.hello()
            talk.send("NOOP\nMAIL FROM:<a@sender.test>\n\r\n")
            try:
                code, _ = talk.reply()
                self.assertGreaterEqual(code, 500)
            except Closed:
                pass

    def test_a_good_mail_still_passes_with_dots_and_long_lines(self):
        body = "..two dots\r\n.one\r\n" + "x" * 990 + "\r\n.\r\n"
        with Talk(self.node.smtp) as talk:
            talk.hello()
            self.assertEqual(talk.mail("good@next.test", HEAD + body)[0], 250)
        self.sink.wait_for(1)
        content = self.sink.contents("good@next.test")[0]
        self.assertTrue(content.endswith(b".two dots\r\none\r\n" + b"x" * 990 + b"\r\n"))
        self.assertEqual(self.sink.stat()["bare_line_ends"], 0)


class OpenRelay(SystemTest):
    """Without AUTH, and not from a relay network, nothing leaves: in no form of address."""

    def setUp(self):
        super().setUp()
        self.certificate, self.key = self_signed(self.folder)
        self.sink = self.start_sink()
        self.node = self.start_node(self.sink, relay=False, tls={
            "certificate": str(self.certificate), "key": str(self.key)})

    def test_every_form_of_recipient_is_refused(self):
        forms = ("b@next.test", "@relay.test:b@next.test", "b%next.test@mta.warmfront.test",
                 '"b@next.test"@mta.warmfront.test', "b@next.test.", "next.test!b",
                 "b@[127.0.0.1]", "b@[IPv6:::1]", '"b@next.test"', "b@next.test@mta.warmfront.test",
                 "postmaster", "postmaster@mta.warmfront.test")
        for sender in ("a@sender.test", "", "postmaster@mta.warmfront.test", "a@localhost"):
            for form in forms:
                with self.subTest(sender=sender, form=form), Talk(self.node.smtp) as talk:
                    talk.hello()
                    code, _ = talk.command(f"MAIL FROM:<{sender}>")
                    if code < 400:
                        code, _ = talk.command(f"RCPT TO:<{form}>")
                    self.assertGreaterEqual(code, 500)
                    self.assertGreaterEqual(talk.command("DATA")[0], 500)
        self.assertEqual(self.sink.stat()["connections"], 0)

    def test_strangers_cannot_claim_another_address(self):
        for claim in ("XCLIENT ADDR=127.0.0.1 NAME=localhost", "XFORWARD ADDR=127.0.0.1",
                      "PROXY TCP4 127.0.0.1 127.0.0.1 1 2"):
            with Talk(self.node.smtp) as talk:
                talk.hello()
                self.assertGreaterEqual(talk.command(claim)[0], 500)
                self.assertGreaterEqual(talk.mail("b@next.test", "")[0], 500)

    def test_commands_sent_with_starttls_are_dropped(self):
        context = ssl.create_default_context(cafile=str(self.certificate))
        with Talk(self.node.smtp) as talk:
            talk.hello()
            talk.send("STARTTLS\r\nNOOP injected\r\nQUIT\r\n")
            try:
                code, _ = talk.reply()
                if code == 220:
                    talk.buffer = b""
                    talk.socket = context.wrap_socket(talk.socket, server_hostname="localhost")
                    code, text = talk.command("NOOP")
                    self.assertEqual(code, 250)
                    self.assertNotIn("bye", text)
                    # Exactly one reply came: those to the injected commands would be next.
                    talk.socket.settimeout(0.5)
                    self.assertEqual(talk.rest(), b"")
                else:
                    self.assertGreaterEqual(code, 500)
            except (Closed, ssl.SSLError, ConnectionError):
                pass  # to refuse the whole connection is right, too

    def test_old_tls_is_refused(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
        with Talk(self.node.smtp) as talk:
            talk.hello()
            self.assertEqual(talk.command("STARTTLS")[0], 220)
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                context.wrap_socket(talk.socket, server_hostname="localhost")

    def test_guessing_passwords_ends_the_connection(self):
        with Talk(self.node.smtp, seconds=30) as talk:
            talk.hello()
            codes = []
            with self.assertRaises(Closed):
                for _ in range(20):
                    codes.append(talk.command("AUTH PLAIN AGEAYg==")[0])
            self.assertTrue(set(codes) <= {535, 421}, codes)
            self.assertLessEqual(len(codes), 6)


class Junk(SystemTest):
    """Garbage costs the sender the connection, and nobody else anything."""

    def setUp(self):
        super().setUp()
        self.sink = self.start_sink()
        self.node = self.start_node(self.sink)

    def tearDown(self):
        with Talk(self.node.smtp) as talk:
            talk.hello()
            self.assertEqual(talk.mail("alive@next.test", HEAD + "hello\r\n.\r\n")[0], 250)
        self.assertTrue(self.node.running())

    def test_an_endless_line_is_refused_with_bounded_memory(self):
        before, _ = self.node.memory()
        with Talk(self.node.smtp) as talk:
            try:
                for _ in range(512):
                    talk.send(b"A" * 65536)
                code, _ = talk.reply()
                self.assertGreaterEqual(code, 500)
            except (Closed, ConnectionError, TimeoutError):
                pass
        after, _ = self.node.memory()
        self.assertLess(after - before, 32 * 1024 * 1024)

    def test_http_on_the_smtp_port(self):
        with Talk(self.node.smtp) as talk:
            talk.send("POST /v1/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 60\r\n\r\n"
                      "MAIL FROM:<a@sender.test>\r\nRCPT TO:<b@next.test>\r\nDATA\r\n")
            answers = talk.rest()
            self.assertNotIn(b"\n354", b"\n" + answers)

    def test_a_mail_over_the_size_is_refused_at_mail_and_at_the_dot(self):
        with Talk(self.node.smtp) as talk:
            talk.hello()
            self.assertEqual(talk.command("MAIL FROM:<a@sender.test> SIZE=99999999")[0], 552)
            line = "x" * 998 + "\r\n"
            self.assertEqual(talk.mail("b@next.test", HEAD + line * 11000 + ".\r\n")[0], 552)

    def test_too_many_recipients_and_nul_octets(self):
        with Talk(self.node.smtp, seconds=30) as talk:
            talk.hello()
            talk.command("MAIL FROM:<a@sender.test>")
            codes = [talk.command(f"RCPT TO:<r{n}@next.test>")[0] for n in range(1002)]
            self.assertEqual(set(codes[:1000]), {250})
            self.assertEqual(codes[1000:], [452, 452])
            talk.command("RSET")
            code, _ = talk.mail("b@next.test", HEAD + "nul \0 octet\r\n.\r\n")
            self.assertIn(code // 100, (2, 5))

    def test_idle_connections_do_not_keep_a_good_client_out(self):
        host, port = self.node.smtp.rsplit(":", 1)
        idle = [socket.create_connection((host, int(port))) for _ in range(150)]
        try:
            with Talk(self.node.smtp, seconds=5) as talk:
                talk.hello()
                self.assertEqual(talk.mail("good@next.test", HEAD + "x\r\n.\r\n")[0], 250)
        finally:
            for each in idle:
                each.close()
        until(lambda: self.sink.stat()["recipients"] >= 1, "the good mail")


if __name__ == "__main__":
    main()
