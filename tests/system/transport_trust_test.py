"""What mail demands of the way to a receiver: DANE from a signed zone, MTA-STS, REQUIRETLS.

Real parts all around: nsd serves zones signed by ldns-signzone, mail hosts have certificates of a
CA made here, policies come over HTTPS.
"""
import os
import smtplib
import ssl
import sys

from harness.case import SystemTest, main
from harness.certificates import Pki, self_signed
from harness.name_server import NameServer
from harness.processes import run, until
from harness.tls_host import PolicyHost, TlsHost

SPOILT = "cc" * 32
STS_DOMAINS = ("enforce", "wrong", "stripped", "testing", "unlisted", "next")


def key_digest(certificate):
    """Data of a TLSA record 3 1 1."""
    text = f"openssl x509 -in {certificate} -pubkey -noout | openssl pkey -pubin -outform DER | " \
           "openssl dgst -sha256 -r"
    return run(["sh", "-c", text]).stdout.split()[0]


def signed_zone(digest):
    lines = ["good MX 10 mx.good", "mx.good A 127.0.0.31", f"_25._tcp.mx.good TLSA 3 1 1 {digest}",
             "bad MX 10 mx.bad", "mx.bad A 127.0.0.31", f"_25._tcp.mx.bad TLSA 3 1 1 {'ab' * 32}",
             "bogus MX 10 mx.bogus", "mx.bogus A 127.0.0.31",
             f"_25._tcp.mx.bogus TLSA 3 1 1 {SPOILT}",
             "absent MX 10 mx.absent", "mx.absent A 127.0.0.33",
             "naked MX 10 mx.naked", "mx.naked A 127.0.0.33",
             f"_25._tcp.mx.naked TLSA 3 1 1 {digest}",
             "strict MX 10 mx.strict", "mx.strict A 127.0.0.36"]
    return "\n".join(lines)


def sts_zone():
    lines = ["mta-sts A 127.0.0.40"]
    hosts = {"enforce": "34", "wrong": "35", "stripped": "33", "testing": "33", "unlisted": "34",
             "next": "35"}
    for name in STS_DOMAINS:
        lines += [f"{name} MX 10 mx.{name}", f"mx.{name} A 127.0.0.{hosts[name]}",
                  f'_mta-sts.{name} TXT "v=STSv1; id=1;"', f"mta-sts.{name} A 127.0.0.40"]
    # A first host that cannot prove itself, and a second one that can.
    return "\n".join(lines + ["next MX 20 mx.enforce", "plain MX 10 mx.plain",
                              "mx.plain A 127.0.0.33"])


def policy(mode, *hosts):
    return f"version: STSv1\nmode: {mode}\n" + "".join(f"mx: {h}\n" for h in hosts) + \
        "max_age: 86400\n"


class TransportTrust(SystemTest):
    def setUp(self):
        super().setUp()
        self.pki = Pki(self.folder / "pki")
        own = self_signed(self.folder, "whatever.example")
        self.names = NameServer(
            self.folder,
            {"dane.example": signed_zone(key_digest(own[0])), "sts.example": sts_zone(),
             "sender.example": "@ MX 10 mx\nmx A 127.0.0.33"},
            signed=["dane.example"], spoiled={"dane.example": (SPOILT, "dd" * 32)})
        self.addCleanup(self.names.stop)
        self.own = self.host("127.0.0.31", own)
        self.clear = self.host("127.0.0.33")
        self.proven = self.host("127.0.0.34", self.pki.node("mx.enforce.sts.example"))
        self.other = self.host("127.0.0.35", self.pki.node("other.example"))
        self.strict = self.host("127.0.0.36", self.pki.node("mx.strict.dane.example"),
                                offers=["REQUIRETLS"])
        self.policies = self.serve_policies()
        certificate, key = self_signed(self.folder, "mta.warmfront.test")
        self.node = self.new_node(
            [], smtp={"relay_networks": ["127.0.0.0/8"]},
            tls={"certificate": str(certificate), "key": str(key)},
            dns={"servers": [self.names.address], "dnssec": True,
                 "trust_anchor": str(self.names.anchor)},
            delivery={"retry_first": "1s", "retry_last": "2s", "loopback_hosts": True,
                      "ca_file": str(self.pki.ca)})
        self.node.start()
        self.node.shared_ip()

    def host(self, address, files=(None, None), offers=()):
        made = TlsHost(address, *files, offers=offers)
        self.addCleanup(made.stop)
        return made

    def serve_policies(self):
        texts = {f"{name}.sts.example": policy("enforce", f"mx.{name}.sts.example")
                 for name in ("enforce", "wrong", "stripped")}
        texts["testing.sts.example"] = policy("testing", "mx.elsewhere.example")
        texts["unlisted.sts.example"] = policy("enforce", "mx.elsewhere.example")
        texts["next.sts.example"] = policy("enforce", "*.next.sts.example",
                                           "mx.enforce.sts.example")
        certificate, key = self.pki.node(
            "policies", also=[f"mta-sts.{name}.sts.example" for name in STS_DOMAINS])
        made = PolicyHost("127.0.0.40", certificate, key, texts)
        self.addCleanup(made.stop)
        return made

    def send(self, recipient, **more):
        return self.node.rest.post("/v1/messages", {
            "from": "author@sender.example", "to": [recipient], "subject": "s", "text": "t",
            **more})["id"]

    def recipient(self, identifier):
        return self.node.rest.get(f"/v1/messages/{identifier}")["recipients"][0]

    def delivered(self, identifier):
        until(lambda: self.recipient(identifier)["state"] == "delivered",
              f"{identifier} to be delivered: {self.recipient(identifier)}", 30, every=0.1)
        return self.recipient(identifier)

    def deferred(self, identifier, status):
        until(lambda: self.recipient(identifier)["state"] == "deferred",
              f"{identifier} to be deferred: {self.recipient(identifier)}", 30, every=0.1)
        found = self.recipient(identifier)
        self.assertIn(f"451 {status}", found["last_reply"])
        return found

    def test_dane_by_the_key_of_the_host(self):
        found = self.delivered(self.send("a@good.dane.example"))
        self.assertRegex(found["tls"], r"^TLSv1\.3 \S+ dane$")
        self.assertEqual([secret for secret, _ in self.own.mails], [True])

    def test_dane_that_does_not_hold_defers(self):
        wrong = self.deferred(self.send("a@bad.dane.example"), "4.7.5")
        self.assertIn("TLSA records of mx.bad.dane.example", wrong["last_reply"])
        bogus = self.deferred(self.send("a@bogus.dane.example"), "4.7.5")
        self.assertIn("cannot be looked up with trust", bogus["last_reply"])
        self.deferred(self.send("a@naked.dane.example"), "4.7.4")
        self.assertEqual(self.own.mails + self.clear.mails, [])

    def test_no_tlsa_records_is_an_answer(self):
        found = self.delivered(self.send("a@absent.dane.example"))
        self.assertEqual(found["tls"], "")

    def test_an_enforced_policy_and_its_breaches(self):
        found = self.delivered(self.send("a@enforce.sts.example"))
        self.assertRegex(found["tls"], r"^TLSv1\.3 \S+ sts$")
        self.deferred(self.send("a@wrong.sts.example"), "4.7.5")
        self.deferred(self.send("a@stripped.sts.example"), "4.7.4")
        unlisted = self.deferred(self.send("a@unlisted.sts.example"), "4.7.5")
        self.assertIn("does not name mx.unlisted.sts.example", unlisted["last_reply"])
        self.delivered(self.send("a@next.sts.example"))
        self.assertEqual(self.clear.mails + self.other.mails, [])
        rows = {(row["domain"], row["policy"]): row
                for row in self.reports() if row["policy"] == "sts"}
        self.assertGreaterEqual(rows["enforce.sts.example", "sts"]["success"], 1)
        self.assertGreaterEqual(rows["stripped.sts.example", "sts"]["starttls_not_supported"], 1)
        self.assertGreaterEqual(rows["wrong.sts.example", "sts"]["certificate_host_mismatch"], 1)

    def reports(self):
        def complete():
            items = self.node.rest.get("/v1/tls-reports")["items"]
            return items if len(items) >= 4 else None
        return until(complete, "reports on TLS", 10, every=0.2)

    def test_testing_sends_and_counts(self):
        self.delivered(self.send("a@testing.sts.example"))
        until(lambda: any(row["starttls_not_supported"] and row["policy"] == "sts"
                          for row in self.node.rest.get("/v1/tls-reports")["items"]),
              "the failure to be counted", 10, every=0.2)

    def test_a_policy_outlives_its_host_and_a_restart(self):
        self.deferred(self.send("a@stripped.sts.example"), "4.7.4")
        self.policies.stop()
        self.node.stop()
        self.node.start()
        self.deferred(self.send("b@stripped.sts.example"), "4.7.4")
        self.assertEqual(self.clear.mails, [])
        # Its sender may say that the mail matters more than the policy.
        self.send("c@stripped.sts.example", headers={"TLS-Required": "No"})
        until(lambda: self.clear.mails, "the mail that needs no TLS", 30, every=0.1)

    def test_requiretls_is_kept_or_the_mail_comes_back(self):
        host, port = self.node.smtp.split(":")
        with smtplib.SMTP(host, int(port), local_hostname="client.test") as client:
            client.ehlo()
            self.assertFalse(client.has_extn("requiretls"))
            client.starttls(context=ssl._create_unverified_context())  # pylint: disable=W0212
            client.ehlo()
            self.assertTrue(client.has_extn("requiretls"))
            for recipient in ("a@strict.dane.example", "a@plain.sts.example"):
                client.sendmail("author@sender.example", [recipient], "Subject: s\r\n\r\nt\r\n",
                                mail_options=["REQUIRETLS"])
        until(lambda: self.strict.mails, "the mail at the host that promises", 30, every=0.1)
        secret, command = self.strict.mails[0]
        self.assertTrue(secret)
        self.assertIn("REQUIRETLS", command)
        self.node.rest.post("/v1/messages", {
            "from": "author@sender.example", "to": ["b@strict.dane.example"], "subject": "s",
            "text": "t", "require_tls": True})
        until(lambda: len(self.strict.mails) == 2, "the mail that came by HTTP", 30, every=0.1)
        self.assertIn("REQUIRETLS", self.strict.mails[1][1])
        until(lambda: self.node.rest.get("/v1/messages?state=bounced")["items"],
              "the other one to bounce", 30, every=0.1)
        self.assertEqual(self.clear.mails, [])  # nor the report of it


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("transport_trust_test: needs root for ports 25 and 443")
        sys.exit(77)
    main()
