"""A terminal that a program believes to be a person's."""
import fcntl
import os
import re
import select
import struct
import subprocess
import termios
import time

from .processes import die_with_parent


class Terminal:
    """A command on a pseudo-terminal of 40 × 120."""

    def __init__(self, command, environment=None):
        self.master, slave = os.openpty()
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))

        def prepare():
            die_with_parent()
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        variables = dict(os.environ, TERM="xterm", **(environment or {}))
        self.process = subprocess.Popen([str(part) for part in command], stdin=slave, stdout=slave,
                                        stderr=slave, env=variables, preexec_fn=prepare)
        os.close(slave)
        self.output = ""

    def type(self, text):
        """What a person types; returns where in the output the answer begins."""
        begun = len(self.output)
        os.write(self.master, text.encode())
        return begun

    def wait_for(self, pattern, since=0, seconds=20):
        """Reads until the output behind `since` has the pattern; returns the match."""
        deadline = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.output[since:])
            if found:
                return found
            left = deadline - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"waited for {pattern!r}, the terminal has "
                                     f"{self.output[since:]!r}")

    def _read(self, seconds):
        """False at the end of the program's output."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            got = os.read(self.master, 65536)
        except OSError:
            return False
        self.output += got.decode(errors="replace")
        return bool(got)

    def end(self, seconds=20):
        """Reads to the end; returns the exit code."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._read(0.2):
            if self.process.poll() is not None and \
                    not select.select([self.master], [], [], 0.1)[0]:
                break
        return self.process.wait(timeout=seconds)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)
