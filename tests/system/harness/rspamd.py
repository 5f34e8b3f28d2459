"""A real rspamd, as a receiver runs it: what it makes of a mail that came from somewhere."""
import http.client
import json
import os
import shutil
import socket
import subprocess

from .processes import free_port, spawn, until

SERVER = shutil.which("rspamd") or "/usr/bin/rspamd"


class Rspamd:
    """With Debian's rules. The DNS that it asks is the given name server and nothing else."""

    def __init__(self, folder, names):
        self.port = free_port()
        self.folder = folder / "rspamd"
        self.log = self.folder / "rspamd.log"
        local = self.folder / "local.d"
        local.mkdir(parents=True)
        settings = {
            # Mail of these tests comes from loopback and from networks for documentation.
            "options.inc": f'dns {{ nameserver = ["127.0.0.1:{names.port}"]; timeout = 1s; '
                           "retransmits = 2; }\nlocal_addrs = [];\n",
            "worker-normal.inc": f'bind_socket = "127.0.0.1:{self.port}";\ncount = 1;\n',
            "worker-controller.inc": "enabled = false;\n",
            "worker-proxy.inc": "enabled = false;\n",
            "spf.conf": "check_local = true;\ncheck_authed = true;\nspf_cache_expire = 1s;\n",
            "dkim.conf": "check_local = true;\ncheck_authed = true;\ndkim_cache_expire = 1s;\n",
            "dmarc.conf": "check_local = true;\ncheck_authed = true;\n",
        }
        # What would ask others on the network.
        for module in ("fuzzy_check", "rbl", "surbl", "asn", "phishing", "mx_check", "neural",
                       "rspamd_update", "url_redirector"):
            settings[f"{module}.conf"] = "enabled = false;\n"
        for name, text in settings.items():
            (local / name).write_text(text, encoding="ascii")
        variables = [f"--var={name}={self.folder}"
                     for name in ("LOCAL_CONFDIR", "DBDIR", "RUNDIR", "LOGDIR")]
        insecure = ["--insecure"] if os.geteuid() == 0 else []  # it need not change its user
        self.process = spawn([SERVER, "--no-fork", *insecure, "--config=/etc/rspamd/rspamd.conf",
                              *variables], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        until(self.answers, "rspamd to answer", 60)

    def answers(self):
        if self.process.poll() is not None:
            raise ChildProcessError(self.log.read_text(encoding="utf-8")[-4000:])
        try:
            with socket.create_connection(("127.0.0.1", self.port), 0.2):
                return True
        except OSError:
            return False

    def symbols(self, mail, address, helo, sender, recipient):
        """The names of what it found in a mail (octets) that came like this."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", "/checkv2", body=mail, headers={
                "IP": address, "Helo": helo, "From": sender, "Rcpt": recipient})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise AssertionError(f"rspamd answered {answer.status}: {text[:500]!r}")
        return set(json.loads(text)["symbols"])

    def symbols_of(self, arrival):
        """The same for a mail that a sink has kept (`keep=True`)."""
        with open(arrival.file, "rb") as file:
            return self.symbols(file.read(), arrival.source, arrival.helo, arrival.sender,
                                arrival.recipient)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
