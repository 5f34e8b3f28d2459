"""What a receiver with rspamd makes of our mail: SPF, DKIM and DMARC pass, and fail where they should.

Its DNS is a name server of the test, with the records that a sender is told to publish.
"""
import pathlib
import sys
import time

from harness.case import SystemTest, main
from harness.name_server import NameServer, txt
from harness.processes import BIN, run, until
from harness.rspamd import Rspamd

DOMAIN = "example.net"
ADDRESS = "192.0.2.3"
HELO = "mail.example.net"
PASSES = {"R_SPF_ALLOW", "R_DKIM_ALLOW", "DMARC_POLICY_ALLOW"}

MAIL = b"""Date: %s\r
From: Warm News <news@example.net>\r
To: reader@receiver.example\r
Subject: What happened in Oslo this week\r
Message-ID: <1@example.net>\r
MIME-Version: 1.0\r
Content-Type: text/plain; charset=utf-8\r
List-Unsubscribe: <https://links.example.net/u/token>\r
List-Unsubscribe-Post: List-Unsubscribe=One-Click\r
\r
Dear  reader,\r
\r
there is nothing new. \r
"""


class Receiver(SystemTest):
    def setUp(self):
        super().setUp()
        mails = self.folder / "mails"
        mails.mkdir()
        now = int(time.time())
        date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(now))
        (mails / "batch.eml").write_bytes(MAIL % date.encode("ascii"))
        done = run([BIN / "signed_mails", "sign", mails, DOMAIN, now])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.mail = (mails / "batch.eml").read_bytes()
        keys = (line.split("\t") for line in
                (mails / "records").read_text(encoding="ascii").splitlines())
        self.zone = ("mail IN A 192.0.2.3\n@ IN MX 10 mail\n"
                     + txt("@", f"v=spf1 ip4:{ADDRESS} ip4:127.0.0.0/8 -all")
                     + txt("bounce", f"v=spf1 ip4:{ADDRESS} ip4:127.0.0.0/8 -all")
                     + txt("_dmarc", "v=DMARC1; p=reject")
                     + "".join(txt(f"{selector}._domainkey", text) for selector, text in keys))
        self.names = NameServer(self.folder, {DOMAIN: self.zone, "other.example": txt(
            "@", "v=spf1 ip4:198.51.100.0/24 -all")})
        self.addCleanup(self.names.stop)
        self.rspamd = Rspamd(self.folder, self.names)
        self.addCleanup(self.rspamd.stop)

    def judged(self, mail=None, address=ADDRESS, sender="b1234@bounce.example.net"):
        return self.rspamd.symbols(mail or self.mail, address, HELO, sender,
                                   "reader@receiver.example")

    def test_a_signed_mail_from_our_address_passes_all_three(self):
        found = self.judged()
        self.assertEqual(PASSES - found, set(), found)
        self.assertNotIn("R_DKIM_REJECT", found)
        self.assertNotIn("R_DKIM_PERMFAIL", found)

    def test_a_signed_mail_that_was_forwarded_passes_by_its_signature(self):
        found = self.judged(address="198.51.100.7")
        self.assertIn("R_SPF_FAIL", found)
        self.assertEqual({"R_DKIM_ALLOW", "DMARC_POLICY_ALLOW"} - found, set(), found)

    def test_a_mail_that_was_changed_passes_by_its_sender(self):
        found = self.judged(self.mail.replace(b"nothing new", b"a lot new"))
        self.assertIn("R_DKIM_REJECT", found)
        self.assertEqual({"R_SPF_ALLOW", "DMARC_POLICY_ALLOW"} - found, set(), found)

    def test_neither_of_them_is_rejected(self):
        found = self.judged(self.mail.replace(b"nothing new", b"a lot new"), "198.51.100.7")
        self.assertEqual({"R_SPF_FAIL", "R_DKIM_REJECT", "DMARC_POLICY_REJECT"} - found, set(), found)
        # A domain of others may say that anybody sends its mail; it is not aligned with ours.
        found = self.judged(self.mail.replace(b"nothing new", b"a lot new"), "198.51.100.7",
                            "x@other.example")
        self.assertEqual({"R_SPF_ALLOW", "DMARC_POLICY_REJECT"} - found, set(), found)

    def start(self):
        self.sink = self.start_sink(keep=True)
        self.node = self.start_node(self.sink, dns={"servers": [self.names.address]})

    def test_mail_of_a_node_passes_as_the_sink_saw_it_come(self):
        self.start()
        self.node.rest.post("/v1/messages", {
            "from": f"news@{DOMAIN}", "to": ["reader@receiver.example"], "subject": "s",
            "text": "t"})
        self.sink.wait_for(1)
        arrival, = self.sink.accepted()
        self.assertNotEqual(arrival.helo, "-")
        found = self.rspamd.symbols_of(arrival)
        self.assertEqual({"R_SPF_ALLOW", "DMARC_POLICY_ALLOW"} - found, set(), found)

    def test_a_batch_of_a_node_passes_all_three(self):
        """What the node says is to be published is published; then its batch is looked at."""
        self.start()
        rest = self.node.rest
        rest.post("/v1/identities", {"domain": DOMAIN})
        identity = rest.get(f"/v1/identities/{DOMAIN}")
        if not identity.get("keys"):
            self.skipTest("the node has no signing keys")
        keys = "".join(txt(record["name"] + ".", record["expected"])
                       for record in identity["records"] if record["purpose"] == "dkim")
        zone = "".join(line for line in self.zone.splitlines(True) if "_domainkey" not in line)
        self.names.change(DOMAIN, zone + keys)

        def is_verified():
            return rest.post(f"/v1/identities/{DOMAIN}/verify")["verified"]
        until(is_verified, "the identity to be verified", 30, every=1)
        rest.post("/v1/templates", {"name": "News", "subject": "News for {{name}}",
                                    "text": "Dear {{name}}, you", "html": "<p>Dear {{name}}</p>"})
        file = self.folder / "list.csv"
        file.write_text("email,name\n" + "".join(
            f"r{i}@receiver.example,N{i}\n" for i in range(20)), encoding="ascii")
        result = self.node.cli("group", "import", "Readers", file)
        self.assertEqual(result.returncode, 0, result.stderr)
        rest.post("/v1/tasks", {"template": "News", "group": "Readers",
                                "from": f"News <news@{DOMAIN}>"})
        self.sink.wait_for(20)
        for arrival in self.sink.accepted():
            found = self.rspamd.symbols_of(arrival)
            self.assertEqual(PASSES - found, set(), found)
            self.assertNotIn("R_DKIM_REJECT", found)


if __name__ == "__main__":
    if not pathlib.Path("/etc/rspamd/rspamd.conf").exists():
        print("needs rspamd (package rspamd)")
        sys.exit(77)
    main()
