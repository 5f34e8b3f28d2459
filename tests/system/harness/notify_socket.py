"""Plays systemd's end of sd_notify(3)."""
import os
import socket

from .processes import until


class NotifySocket:
    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path if isinstance(path, bytes) else str(path))
        self.socket.setblocking(False)
        if not isinstance(path, bytes):
            os.chmod(path, 0o666)
        self.heard = []

    def close(self):
        self.socket.close()

    def read(self):
        """All that was said so far, each as a dictionary."""
        while True:
            try:
                text = self.socket.recv(4096).decode()
            except BlockingIOError:
                return self.heard
            self.heard.append(dict(line.split("=", 1) for line in text.splitlines()))

    def wait_for(self, name, count=1, seconds=30):
        """Waits until `NAME=…` was said so often; returns the last of these."""
        def found():
            said = [each for each in self.read() if name in each]
            return said[count - 1] if len(said) >= count else None

        return until(found, f"{name} to be said {count} times", seconds)
