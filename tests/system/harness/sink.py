"""The counting next hop (tests/bench/smtp_sink) and the load source, as Python objects."""
import collections
import json
import subprocess

from .processes import BIN, spawn, until

Arrival = collections.namedtuple("Arrival",
                                 "time_ns source code number sender recipient file helo")


class Sink:
    """A running smtp_sink. `rules` are texts such as `dot_delay 50` (sink_control.hpp)."""

    def __init__(self, folder, name="sink", listen="127.0.0.1:0", rules=(), log=True, keep=False,
                 enter=None):
        self.log_path = folder / f"{name}.log" if log else None
        command = [BIN / "smtp_sink", "--listen", listen]
        for rule in rules:
            command += ["--rule", rule]
        if log:
            command += ["--log", self.log_path]
        if keep:
            contents = folder / f"{name}.mails"
            contents.mkdir(exist_ok=True)
            command += ["--keep", contents]
        self.process = spawn(command, enter=enter, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             text=True)
        first = self.process.stdout.readline()
        if not first:
            raise RuntimeError(f"smtp_sink did not start: {command}")
        self.address = json.loads(first)["listening"]
        self.port = int(self.address.rsplit(":", 1)[1])

    def tell(self, command):
        """One command of sink_control.hpp; returns its answer."""
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def rule(self, text):
        if not self.tell(text)["done"]:
            raise ValueError(f"the sink does not know the rule {text!r}")

    def stat(self):
        return self.tell("stat")

    def reset(self, series=1):
        self.rule(f"reset {series}")

    def numbers(self, path):
        """The numbers that arrived, as the bits of an integer."""
        self.rule(f"dump {path}")
        return read_numbers(path)

    def arrivals(self):
        """Everything that arrived or was refused so far, in order."""
        self.stat()  # flushes the log
        with open(self.log_path, encoding="utf-8", errors="replace") as lines:
            fields = (line.rstrip("\n").split("\t") for line in lines)
            return [Arrival(int(f[0]), f[1], int(f[2]), None if f[3] == "-" else int(f[3]), f[4],
                            f[5], f[6], f[7]) for f in fields]

    def accepted(self):
        return [a for a in self.arrivals() if a.code == 250]

    def contents(self, recipient):
        """The kept mails (octets) of one recipient."""
        mails = []
        for arrival in self.accepted():
            if arrival.recipient.lower() == recipient.lower():
                with open(arrival.file, "rb") as file:
                    mails.append(file.read())
        return mails

    def wait_for(self, count, field="recipients", seconds=60, what=None):
        """Waits until a counter of `stat` has reached `count`; returns the statistics."""
        last = {}

        def reached():
            last.update(self.stat())
            return last[field] >= count

        try:
            until(reached, what or f"{count} {field} at the sink", seconds)
        except AssertionError as fault:
            raise AssertionError(f"{fault}; the sink has {last}") from None
        return last

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(timeout=10)
        self.process.stdout.close()


class Source:
    """A running smtp_source; keyword arguments are its options, `mails=5` for `--count 5`."""

    def __init__(self, to, mails=None, enter=None, **options):
        command = [BIN / "smtp_source", "--to", to]
        if mails is not None:
            command += ["--count", mails]
        for name, value in options.items():
            option = "--" + name.replace("_", "-")
            if isinstance(value, (list, tuple)):
                for each in value:
                    command += [option, each]
            elif value is True:
                command += [option]
            else:
                command += [option, value]
        self.process = spawn(command, enter=enter, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, text=True)

    def running(self):
        return self.process.poll() is None

    def result(self, seconds=600):
        """Waits for the end; returns the totals (source_session.cpp names them)."""
        output, _ = self.process.communicate(timeout=seconds)
        return json.loads(output)

    def stop(self):
        if self.running():
            self.process.kill()
            self.process.communicate()


def send_load(to, mails=None, **options):
    """Runs the load source to its end."""
    return Source(to, mails, **options).result()


def read_numbers(path):
    """The bitmap files of the load tools: an integer whose bit n says that n is in the set."""
    with open(path, "rb") as file:
        return int.from_bytes(file.read(), "little")


def members(bits):
    """The numbers in such a set, ascending; for messages, so at most the first 20."""
    found = []
    while bits and len(found) < 20:
        low = bits & -bits
        found.append(low.bit_length() - 1)
        bits ^= low
    return found
