"""What strangers try on the port for what comes back."""
import socket
import ssl

from harness.case import SystemTest, main
from harness.certificates import self_signed
from harness.processes import free_port, until
from harness.talk import Closed, Talk

FORGED = "b" + "a" * 58


class Inbound(SystemTest):
    def setUp(self):
        super().setUp()
        self.certificate, self.key = self_signed(self.folder)
        self.sink = self.start_sink()
        self.inbound = f"127.0.0.1:{free_port()}"
        self.node = self.start_node(
            self.sink, smtp={"inbound": [self.inbound], "inbound_max_size": "16KiB"},
            tls={"certificate": str(self.certificate), "key": str(self.key)})

    def test_nobody_is_received_for_but_whom_this_cluster_has_made_an_address_for(self):
        with Talk(self.inbound) as talk:
            _, offered = talk.hello()
            self.assertIn("STARTTLS", offered)
            self.assertNotIn("AUTH", offered)
            self.assertEqual(talk.command("AUTH PLAIN AGEAYg==")[0], 502)
            for address in (f"{FORGED}@mta.warmfront.test", "root@mta.warmfront.test",
                            "r@next.test", "@mta.warmfront.test:r@next.test",
                            "r%next.test@mta.warmfront.test", '"r@next.test"@mta.warmfront.test',
                            "r@next.test.", "r!next.test@[127.0.0.1]"):
                talk.command("MAIL FROM:<>")
                code, _ = talk.command(f"RCPT TO:<{address}>")
                self.assertIn(code, (550, 553, 501), address)
                self.assertEqual(talk.command("DATA")[0], 554, address)
                talk.command("RSET")
        self.assertEqual(self.sink.stat()["recipients"], 0)

    def test_who_tries_addresses_is_sent_away(self):
        with Talk(self.inbound) as talk:
            talk.hello()
            talk.command("MAIL FROM:<>")
            codes = []
            try:
                for number in range(40):
                    codes.append(talk.command(f"RCPT TO:<a{number}@mta.warmfront.test>")[0])
                    if codes[-1] == 421:
                        break
                talk.reply()
            except Closed:
                pass
            self.assertLess(len(codes), 40)

    def test_postmaster_is_heard_in_the_log_and_answered_by_nobody(self):
        with Talk(self.inbound) as talk:
            talk.hello()
            for to in ("postmaster@mta.warmfront.test", "Postmaster"):
                code, _ = talk.mail(to, "From: x@y.test\r\nSubject: your mail\r\n\r\nhi\r\n.\r\n",
                                    sender="x@y.test")
                self.assertEqual(code, 250)
        until(lambda: "postmaster_mail" in self.node.log_text(), "the log to name it")
        self.assertIn("your mail", self.node.log_text())
        self.assertEqual(self.sink.stat()["recipients"], 0)

    def test_what_is_too_large_is_refused(self):
        with Talk(self.inbound) as talk:
            talk.hello()
            self.assertEqual(talk.command("MAIL FROM:<> SIZE=20000")[0], 552)
            code, _ = talk.mail("postmaster@mta.warmfront.test",
                                ("x" * 70 + "\r\n") * 400 + ".\r\n", sender="")
            self.assertEqual(code, 552)

    def test_tls_is_offered_and_never_demanded(self):
        host, port = self.inbound.rsplit(":", 1)
        with Talk(self.inbound) as talk:
            talk.hello()
            self.assertEqual(talk.command("STARTTLS")[0], 220)
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            talk.socket = context.wrap_socket(talk.socket)
            self.assertNotIn("AUTH", talk.hello()[1])
            code, _ = talk.mail("postmaster@mta.warmfront.test", "Subject: s\r\n\r\nx\r\n.\r\n",
                                sender="")
            self.assertEqual(code, 250)
        with socket.create_connection((host, int(port)), timeout=10) as plain:
            self.assertTrue(plain.recv(100).startswith(b"220 "))


class Complaints(SystemTest):
    def setUp(self):
        super().setUp()
        self.sink = self.start_sink()
        self.inbound = f"127.0.0.1:{free_port()}"
        self.node = self.start_node(self.sink, smtp={"inbound": [self.inbound]})

    def test_a_complaint_is_mapped_to_its_recipient_who_is_not_sent_to_again(self):
        with Talk(self.node.smtp) as talk:
            talk.hello()
            code, text = talk.mail(
                "r@next.test", "From: a@sender.test\r\nSubject: s\r\n\r\nx\r\n.\r\n")
            self.assertEqual(code, 250)
        message = text.split()[-1]
        self.sink.wait_for(1)
        until(lambda: '"delivered"' in self.node.log_text(), "the delivery to be known")
        told = self.node.cli("complaints", "address")
        self.assertEqual(told.returncode, 0, told.stderr)
        address = self.node.rest.get("/v1/complaint-address")["address"]
        self.assertIn(address, told.stdout)
        for _ in range(2):
            self.assertEqual(self.complain(address, message), 250)
        report = self.node.rest.get(f"/v1/messages/{message}")["recipients"][0]
        self.assertEqual(report["state"], "delivered")
        self.assertEqual([(each["kind"], each["class"]) for each in report["feedback"]],
                         [("complained", "abuse")])
        listed = self.node.rest.get("/v1/suppressions")["items"]
        self.assertEqual([(each["address"], each["reason"]) for each in listed],
                         [("r@next.test", "complaint")])
        # Another account's address touches nothing of this one's.
        other = self.node.rest.get("/v1/complaint-address?account=other")["address"]
        self.assertEqual(self.complain(other, "0" * 32), 250)
        self.assertEqual(len(self.node.rest.get("/v1/suppressions")["items"]), 1)

    def complain(self, address, message):
        report = ("From: fbl@isp.test\r\nSubject: complaint\r\n"
                  "Content-Type: multipart/report; report-type=feedback-report; boundary=x\r\n\r\n"
                  "--x\r\n\r\nan abuse report\r\n"
                  "--x\r\nContent-Type: message/feedback-report\r\n\r\n"
                  "Feedback-Type: abuse\r\nUser-Agent: isp/1\r\nVersion: 1\r\n"
                  "Original-Rcpt-To: r@next.test\r\n\r\n"
                  "--x\r\nContent-Type: message/rfc822\r\n\r\n"
                  f"Message-ID: <{message}@mta.warmfront.test>\r\nSubject: s\r\n\r\nx\r\n"
                  "--x--\r\n.\r\n")
        with Talk(self.inbound) as talk:
            talk.hello()
            return talk.mail(address, report, sender="fbl@isp.test")[0]


if __name__ == "__main__":
    main()
