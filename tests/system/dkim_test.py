"""Signatures beside implementations that are not ours: python3-dkim, opendkim, mailauth.

What we sign they pass, what they sign we pass, and what was changed on the way all of them fail. The
keys are in a zone of a real name server, which all of them ask.
"""
import base64
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import unittest

from harness.case import main
from harness.name_server import NameServer, txt
from harness.private_dns import enter_private_dns
from harness.processes import BIN, run

import dkim

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOMAIN = "warm.example"
SELECTORS = ("wf1r", "wf1e")
MAILS = 80


def openssl(*words):
    result = subprocess.run(["openssl", *words], capture_output=True, check=True)
    return result.stdout


class Signatures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="warmfront-dkim-")
        cls.folder = pathlib.Path(cls.scratch.name)
        cls.mails = cls.folder / "mails"
        cls.mails.mkdir()
        cls.now = int(time.time())
        done = run([BIN / "signed_mails", "write", cls.mails, MAILS, random.randrange(10**6), DOMAIN,
                    cls.now])
        assert done.returncode == 0, done.stderr
        records = (cls.mails / "records").read_text(encoding="ascii")
        cls.make_their_keys()
        with open(cls.mails / "records", "a", encoding="ascii") as file:
            file.write(cls.theirs)
        zone = "".join(txt(f"{selector}._domainkey", text) for selector, text in
                       (line.split("\t") for line in (records + cls.theirs).splitlines()))
        cls.names = NameServer(cls.folder, {DOMAIN: zone}, port=53)

    @classmethod
    def tearDownClass(cls):
        cls.names.stop()
        cls.scratch.cleanup()

    @classmethod
    def make_their_keys(cls):
        """Keys by OpenSSL, and their records as others make them."""
        for name, options in (("rsa", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
                              ("ed25519", ["-algorithm", "ed25519"])):
            key = cls.folder / f"{name}.pem"
            key.write_bytes(openssl("genpkey", *options))
        rsa = openssl("rsa", "-in", cls.folder / "rsa.pem", "-pubout", "-outform", "PEM")
        ed25519 = openssl("pkey", "-in", cls.folder / "ed25519.pem", "-pubout", "-outform", "PEM")
        rsa = "".join(rsa.decode().splitlines()[1:-1])
        ed25519 = "".join(ed25519.decode().splitlines()[1:-1])
        # The last 32 octets of the structure are the key: 12 octets are before them.
        cls.theirs = (f"rsa\tv=DKIM1; k=rsa; p={rsa}\n"
                      f"ed25519\tv=DKIM1; k=ed25519; p={ed25519[16:]}\n")

    def all_mails(self):
        return sorted(self.mails.glob("*.eml"))

    def changed_mails(self):
        """Each mail with one octet of its body or Subject changed that is no blank."""
        choice = random.Random(1)
        for file in self.all_mails():
            mail = file.read_bytes()
            begin = mail.index(b"\r\n\r\n") + 4
            places = [at for at in range(begin, len(mail)) if mail[at] > 32]
            if places:
                at = choice.choice(places)
                yield file.stem, mail[:at] + (b"x" if mail[at] != ord("x") else b"y") + mail[at + 1:]

    def test_python_dkim_passes_both_signatures(self):
        for file in self.all_mails():
            mail = file.read_bytes()
            for index in range(2):
                self.assertTrue(dkim.DKIM(mail).verify(idx=index), f"{file.name}, signature {index}")

    def test_python_dkim_fails_what_was_changed(self):
        count = 0
        for name, mail in self.changed_mails():
            for index in range(2):
                self.assertFalse(self.python_verdict(mail, index), name)
                count += 1
        self.assertGreater(count, MAILS)

    @staticmethod
    def python_verdict(mail, index):
        try:
            return dkim.DKIM(mail).verify(idx=index)
        except dkim.ValidationError:  # how it says that the body's hash is another
            return False

    def opendkim(self, mail):
        """opendkim-testmsg says nothing when it is content."""
        done = subprocess.run(["opendkim-testmsg", "-t", str(self.folder)], input=mail,
                              capture_output=True, check=False, timeout=30)
        return done.returncode == 0 and not done.stdout + done.stderr

    def test_opendkim_passes_what_is_signed_with_rsa(self):
        for file in self.all_mails():
            self.assertTrue(self.opendkim(self.with_rsa_only(file)), file.name)

    @staticmethod
    def with_rsa_only(file):
        """It does not know Ed25519: the first field is RSA's, the second goes."""
        mail = file.read_bytes()
        begin = mail.index(b"\r\nDKIM-Signature:") + 2
        end = begin
        while True:
            end = mail.index(b"\r\n", end) + 2
            if mail[end:end + 1] not in (b" ", b"\t"):
                return mail[:begin] + mail[end:]

    def test_opendkim_fails_what_was_changed(self):
        for file in self.all_mails()[:10]:
            mail = self.with_rsa_only(file)
            self.assertFalse(self.opendkim(mail + b"more\r\n"), file.name)

    def mailauth(self, *words, text=None):
        environment = dict(os.environ, NODE_PATH=str(ROOT / "build" / "mailauth" / "node_modules"))
        done = subprocess.run(["node", ROOT / "tests" / "system" / "mailauth_client.js", *words],
                              input=text, capture_output=True, check=False, timeout=120,
                              env=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def verdicts(self, output):
        found = {}
        for line in output.splitlines():
            name, selector, result = line.split()
            self.assertNotIn((name, selector), found)
            found[name, selector] = result
        return found

    def test_mailauth_passes_both_signatures(self):
        found = self.verdicts(self.mailauth("verify", self.mails).decode())
        self.assertEqual(found, {(file.stem, selector): "pass" for file in self.all_mails()
                                 for selector in SELECTORS})

    def test_mailauth_fails_what_was_changed(self):
        folder = self.folder / "changed"
        folder.mkdir()
        for name, mail in self.changed_mails():
            (folder / f"{name}.eml").write_bytes(mail)
        found = self.verdicts(self.mailauth("verify", folder).decode())
        self.assertGreater(len(found), MAILS)
        self.assertNotIn("pass", found.values())

    def test_we_pass_what_others_sign(self):
        folder = self.folder / "theirs"
        folder.mkdir()
        (folder / "records").write_text(self.theirs, encoding="ascii")
        expected = {}
        for file in self.all_mails()[:12]:
            mail = self.unsigned(file)
            for name, signed in self.signed_by_others(mail):
                (folder / f"{file.stem}-{name}.eml").write_bytes(signed)
                expected[f"{file.stem}-{name}", name.split("-")[1]] = "pass"
            (folder / f"{file.stem}-opendkim.eml").write_bytes(self.signed_by_opendkim(mail))
            expected[f"{file.stem}-opendkim", "-"] = "permerror"
        done = run([BIN / "signed_mails", "check", folder, DOMAIN, self.now])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.verdicts(done.stdout), expected)

    def unsigned(self, file):
        mail = self.with_rsa_only(file)
        end = 0
        while True:
            end = mail.index(b"\r\n", end) + 2
            if mail[end:end + 1] not in (b" ", b"\t"):
                return mail[end:]

    def signed_by_others(self, mail):
        rsa = (self.folder / "rsa.pem").read_bytes()
        ed25519 = openssl("pkey", "-in", self.folder / "ed25519.pem", "-outform", "DER")[-32:]
        names = [b"from", b"to", b"subject", b"date"]
        for form in (b"simple", b"relaxed"):
            for selector, key in ((b"rsa", rsa), (b"ed25519", base64.b64encode(ed25519))):
                field = dkim.sign(mail, selector, DOMAIN.encode(), key, canonicalize=(form, form),
                                  signature_algorithm=selector + b"-sha256", include_headers=names)
                yield f"python-{selector.decode()}-{form.decode()}", field + mail
        for form in ("simple/simple", "relaxed/relaxed", "relaxed/simple"):
            for selector in ("rsa", "ed25519"):
                yield (f"mailauth-{selector}-{form.replace('/', '-')}", self.mailauth(
                    "sign", self.folder / f"{selector}.pem", DOMAIN, selector,
                    f"{selector}-sha256", form, text=mail))

    def signed_by_opendkim(self, mail):
        """With SHA-1, which its test program takes: no proof any more (RFC 8301 §3.1)."""
        done = subprocess.run(["opendkim-testmsg", "-C", "-d", DOMAIN, "-s", "rsa", "-k",
                               self.folder / "rsa.pem", "-t", self.folder], input=mail,
                              capture_output=True, check=False, timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"a=rsa-sha1", done.stdout)
        return done.stdout


if __name__ == "__main__":
    enter_private_dns()
    sys.exit(main())
