"""Real clients submit mail: swaks, smtplib, curl and nodemailer."""
import email
import email.policy
import json
import os
import smtplib
import ssl

from harness.case import SystemTest, main
from harness.certificates import self_signed
from harness.processes import free_port, run

HERE = os.path.dirname(os.path.abspath(__file__))


class Clients(SystemTest):
    def setUp(self):
        super().setUp()
        self.certificate, self.key = self_signed(self.folder)
        self.smtps = f"127.0.0.1:{free_port()}"
        self.sink = self.start_sink(keep=True)
        self.node = self.start_node(
            self.sink, relay=False, smtp={"submissions": [self.smtps]},
            tls={"certificate": str(self.certificate), "key": str(self.key)})
        self.user, self.password = self.node.new_key()
        self.port = int(self.node.smtp.rsplit(":", 1)[1])
        self.smtps_port = int(self.smtps.rsplit(":", 1)[1])

    def arrived(self, recipient):
        """The one mail of a recipient at the sink, parsed."""
        self.sink.wait_for(1, what=f"the mail to {recipient}")
        mails = self.sink.contents(recipient)
        self.assertEqual(len(mails), 1)
        return email.message_from_bytes(mails[0], policy=email.policy.default)

    def swaks(self, *options):
        return run(["swaks", "--from", "a@sender.test", "--auth-user", self.user,
                    "--auth-password", self.password, "--timeout", "10", *options])

    def test_swaks_starttls_with_plain(self):
        result = self.swaks("--server", self.node.smtp, "--tls", "--auth", "PLAIN",
                            "--to", "one@next.test", "--header", "Subject: by swaks")
        self.assertEqual(result.returncode, 0, result.stdout)
        mail = self.arrived("one@next.test")
        self.assertEqual(mail["Subject"], "by swaks")
        self.assertIn("ESMTPSA", mail["Received"])
        self.assertTrue(mail["Message-ID"])

    def test_swaks_starttls_with_login(self):
        result = self.swaks("--server", self.node.smtp, "--tls", "--auth", "LOGIN",
                            "--to", "two@next.test")
        self.assertEqual(result.returncode, 0, result.stdout)
        self.arrived("two@next.test")

    def test_swaks_tls_on_connect(self):
        result = self.swaks("--server", self.smtps, "--tls-on-connect", "--auth", "PLAIN",
                            "--to", "three@next.test")
        self.assertEqual(result.returncode, 0, result.stdout)
        self.arrived("three@next.test")

    def test_a_wrong_password_is_refused(self):
        result = run(["swaks", "--server", self.node.smtp, "--tls", "--from", "a@sender.test",
                      "--to", "no@next.test", "--auth-user", self.user, "--auth-password",
                      "wrong", "--auth", "PLAIN", "--timeout", "20"])
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("535 5.7.8", result.stdout)
        self.assertEqual(self.sink.stat()["mails"], 0)

    def test_without_authentication_nothing_is_taken(self):
        result = run(["swaks", "--server", self.node.smtp, "--from", "a@sender.test", "--to",
                      "no@next.test", "--timeout", "10"])
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("530 5.7.0", result.stdout)

    def test_smtplib_with_starttls_bcc_and_utf8(self):
        mail = email.message.EmailMessage()
        mail["From"] = "Ärger <a@sender.test>"
        mail["To"] = "four@next.test"
        mail["Bcc"] = "five@next.test"
        mail["Subject"] = "Grüße"
        mail.set_content("Zeile eins\n.Zeile mit Punkt\n")
        with smtplib.SMTP("127.0.0.1", self.port, timeout=10) as client:
            client.starttls(context=ssl.create_default_context(cafile=str(self.certificate)))
            client.login(self.user, self.password)
            # smtplib removes Bcc itself when it may; raw octets leave that to the node.
            refused = client.sendmail("a@sender.test", ["four@next.test", "five@next.test"],
                                      mail.as_bytes(policy=email.policy.SMTP))
        self.assertEqual(refused, {})
        self.sink.wait_for(2)
        for recipient in ("four@next.test", "five@next.test"):
            got = email.message_from_bytes(self.sink.contents(recipient)[0],
                                           policy=email.policy.default)
            self.assertEqual(got["Subject"], "Grüße")
            self.assertIsNone(got["Bcc"])
            self.assertEqual(got.get_content().splitlines(), ["Zeile eins", ".Zeile mit Punkt"])
        self.assertEqual(self.sink.stat()["bare_line_ends"], 0)

    def test_smtplib_over_implicit_tls(self):
        trust = ssl.create_default_context(cafile=str(self.certificate))
        with smtplib.SMTP_SSL("127.0.0.1", self.smtps_port, timeout=10, context=trust) as client:
            client.login(self.user, self.password)
            client.sendmail("a@sender.test", ["six@next.test"],
                            "From: a@sender.test\r\nSubject: tls\r\n\r\nhello\r\n")
        self.arrived("six@next.test")

    def test_curl_by_smtp(self):
        letter = self.folder / "letter.eml"
        letter.write_text("From: a@sender.test\r\nTo: seven@next.test\r\nSubject: by curl\r\n"
                          "\r\nhello\r\n", encoding="ascii")
        result = run(["curl", "--silent", "--show-error", "--ssl-reqd", "--cacert",
                      self.certificate, "--url", f"smtp://127.0.0.1:{self.port}", "--user",
                      f"{self.user}:{self.password}", "--mail-from", "a@sender.test",
                      "--mail-rcpt", "seven@next.test", "--upload-file", letter])
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.arrived("seven@next.test")["Subject"], "by curl")

    def test_curl_by_http_with_an_attachment(self):
        body = {"from": "a@sender.test", "to": ["eight@next.test"], "subject": "by HTTP – Grüße",
                "text": "plain", "html": "<p>rich</p>",
                "attachments": [{"name": "a.txt", "content_base64": "aGVsbG8=",
                                 "type": "text/plain"}]}
        result = run(["curl", "--silent", "--show-error", "--fail-with-body", "--header",
                      f"Authorization: Bearer {self.node.rest.key}", "--json", json.dumps(body),
                      f"http://{self.node.admin}/v1/messages"])
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        identifier = json.loads(result.stdout)["id"]
        mail = self.arrived("eight@next.test")
        self.assertEqual(mail["Subject"], "by HTTP – Grüße")
        self.assertEqual(mail.get_body(("plain",)).get_content().strip(), "plain")
        self.assertEqual(mail.get_body(("html",)).get_content().strip(), "<p>rich</p>")
        attachments = list(mail.iter_attachments())
        self.assertEqual([a.get_filename() for a in attachments], ["a.txt"])
        self.assertIn("hello", str(attachments[0].get_content()))
        self.assertTrue(self.node.rest.get(f"/v1/messages/{identifier}"))

    def test_nodemailer(self):
        for number, secure in enumerate((False, True)):
            recipient = f"nine{number}@next.test"
            options = {"host": "127.0.0.1", "port": self.smtps_port if secure else self.port,
                       "secure": secure, "user": self.user, "password": self.password,
                       "certificate": str(self.certificate), "from": "a@sender.test",
                       "to": recipient, "subject": "by nodemailer"}
            # Debian's package lies where only Debian's own node looks by itself.
            result = run(["node", os.path.join(HERE, "nodemailer_client.js"),
                          json.dumps(options)],
                         env=dict(os.environ, NODE_PATH="/usr/share/nodejs"))
            self.assertEqual(result.returncode, 0, result.stderr)
            self.sink.wait_for(number + 1)
            self.assertEqual(len(self.sink.contents(recipient)), 1)


if __name__ == "__main__":
    main()
