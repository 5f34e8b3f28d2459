"""A real authoritative name server (nsd) on loopback, with the zones of a test."""
import shutil
import signal
import socket
import struct
import subprocess

from .processes import free_port, run, spawn, until

SERVER = shutil.which("nsd") or "/usr/sbin/nsd"


def txt(name, text):
    """A TXT record of any length, as a line of a zone: strings have at most 255 octets."""
    pieces = [text[at:at + 250] for at in range(0, len(text), 250)] or [""]
    return f"{name} IN TXT " + " ".join(f'"{piece}"' for piece in pieces) + "\n"


class NameServer:
    """`zones` maps a zone's name to its records, without SOA and NS, one a line.

    `signed` names zones that are signed by keys made here; their DS records are in the file
    `anchor`. `spoiled` says what is changed in a zone once it is signed: (from, to).
    """

    def __init__(self, folder, zones, signed=(), spoiled=None, port=None):
        self.anchor = folder / "anchor.ds"
        self.port = port or free_port()
        self.log = folder / "nsd.log"
        self.folder = folder
        self.serial = 0
        entries = []
        for name, records in zones.items():
            file = self.write(name, records)
            if name in signed:
                self.sign(name, file, *(spoiled or {}).get(name, ("", "")))
            entries.append(f"zone:\n  name: {name}\n  zonefile: {file}\n")
        config = folder / "nsd.conf"
        config.write_text(
            f"server:\n  ip-address: 127.0.0.1\n  port: {self.port}\n  username: \"\"\n"
            f"  zonesdir: \"{folder}\"\n  database: \"\"\n  pidfile: \"{folder}/nsd.pid\"\n"
            f"  xfrdfile: \"{folder}/xfrd.state\"\n  zonelistfile: \"{folder}/zone.list\"\n"
            f"  xfrdir: \"{folder}\"\n  logfile: \"{self.log}\"\n  rrl-ratelimit: 0\n"
            "remote-control:\n  control-enable: no\n" + "".join(entries), encoding="ascii")
        self.process = spawn([SERVER, "-d", "-c", config], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.address = f"127.0.0.1@{self.port}"
        until(lambda: self.answers(next(iter(zones))), "nsd to answer", 10)

    def write(self, zone, records):
        self.serial += 1
        file = self.folder / f"{zone}.zone"
        file.write_text(
            f"$ORIGIN {zone}.\n$TTL 1\n"
            f"@ IN SOA ns hostmaster {self.serial} 3600 600 86400 1\n"
            "@ IN NS ns\nns IN A 127.0.0.1\n" + records + "\n", encoding="ascii")
        return file

    def sign(self, zone, file, spoiled, by):
        command = (f"cd {self.folder} && key=$(ldns-keygen -r /dev/urandom -a ECDSAP256SHA256 -k "
                   f"{zone}) && ldns-signzone -f signed {file} $key && cat $key.ds >> {self.anchor}")
        result = run(["sh", "-c", command])
        if result.returncode != 0:
            raise RuntimeError(f"{zone} was not signed: {result.stderr}")
        text = (self.folder / "signed").read_text(encoding="ascii")
        file.write_text(text.replace(spoiled, by) if spoiled else text, encoding="ascii")

    def change(self, zone, records):
        """The zone with other records; caches may keep the old ones for a second."""
        self.write(zone, records)
        self.process.send_signal(signal.SIGHUP)
        # The end of the SOA: serial, refresh, retry.
        numbers = struct.pack(">3I", self.serial, 3600, 600)
        until(lambda: numbers in self.soa(zone), f"the new zone {zone}", 10)

    def answers(self, zone):
        """Whether the SOA of the zone is answered without error."""
        answer = self.soa(zone)
        return bool(answer) and answer[3] & 15 == 0

    def soa(self, zone):
        """The answer to a question for the SOA; empty when there is none."""
        if self.process.poll() is not None:
            raise ChildProcessError(self.log.read_text(encoding="utf-8"))
        name = b"".join(bytes([len(label)]) + label.encode() for label in zone.split("."))
        query = struct.pack(">6H", 1, 0, 1, 0, 0, 0) + name + b"\0" + struct.pack(">2H", 6, 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.2)
            try:
                client.sendto(query, ("127.0.0.1", self.port))
                return client.recv(512)
            except (TimeoutError, ConnectionError):
                return b""

    def stop(self):
        """nsd's main process ends its children when it is told to, not when it is killed."""
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
