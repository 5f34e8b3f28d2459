"""Child processes that never outlive the test, and waiting without blind sleeps."""
import ctypes
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
BIN = pathlib.Path(os.environ.get("WARMFRONT_BIN", ROOT / "build" / "debug" / "bin"))

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)
_pause = threading.Event()


class TimedOut(AssertionError):
    """What was waited for did not come; the message says what that was."""


def until(condition, what, seconds=30.0, every=0.02):
    """Returns the first true value of `condition()`; raises TimedOut after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimedOut(f"waited {seconds:g} s for {what}")
        _pause.wait(every)


def let_pass(seconds):
    """Lets time pass where time itself is the stimulus: a load that runs, a slow client."""
    _pause.wait(seconds)


_given_ports = set()


def free_port(address="127.0.0.1"):
    """A TCP port that was free a moment ago, never the same one twice: the kernel may well offer
    a port again that nobody has bound yet."""
    while True:
        with socket.socket() as probe:
            probe.bind((address, 0))
            port = probe.getsockname()[1]
        if port not in _given_ports:
            _given_ports.add(port)
            return port


def die_with_parent():
    """For preexec_fn: the kernel kills the child when the test process ends in whatever way."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _preparation(enter):
    """For preexec_fn: the child dies with this process, and calls `enter` first, if given."""

    def prepare():
        die_with_parent()
        if enter:
            enter()

    return prepare


def spawn(command, enter=None, **options):
    """Popen of a command that dies with this process; the child calls `enter` first, if given."""
    return subprocess.Popen([str(part) for part in command], preexec_fn=_preparation(enter),
                            **options)


def run(command, seconds=60, enter=None, **options):
    """Runs a command to its end; the result carries returncode, stdout and stderr as text."""
    options.setdefault("stdin", subprocess.DEVNULL)
    if "input" in options:
        del options["stdin"]
    return subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          timeout=seconds, check=False, preexec_fn=_preparation(enter), **options)
