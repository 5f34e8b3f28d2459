"""SMTP and HTTP spoken octet by octet, for what well-behaved clients never send."""
import socket


class Closed(Exception):
    """The other side closed the connection."""


class Talk:
    """One connection. Replies are (code, text)."""

    def __init__(self, address, seconds=10, greet=True):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=seconds)
        self.buffer = b""
        self.greeting = self.reply() if greet else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, octets):
        self.socket.sendall(octets if isinstance(octets, bytes) else octets.encode("utf-8"))

    def line(self):
        while b"\n" not in self.buffer:
            try:
                piece = self.socket.recv(65536)
            except ConnectionError as fault:
                raise Closed from fault
            if not piece:
                raise Closed
            self.buffer += piece
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def reply(self):
        lines = []
        while True:
            line = self.line()
            lines.append(line[4:])
            if line[3:4] != "-":
                return int(line[:3]), "\n".join(lines)

    def command(self, text):
        """Sends one line and returns the reply."""
        self.send(text + "\r\n")
        return self.reply()

    def hello(self, name="client.test"):
        return self.command(f"EHLO {name}")

    def mail(self, recipient, content, sender="a@sender.test"):
        """MAIL, RCPT, DATA and the content as it is; returns the reply to what ends it."""
        for text in (f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA"):
            code, answer = self.command(text)
            if code >= 400:
                return code, answer
        self.send(content)
        return self.reply()

    def rest(self):
        """All that comes until the other side closes, or until the time-out."""
        octets = self.buffer
        self.buffer = b""
        try:
            while True:
                piece = self.socket.recv(65536)
                if not piece:
                    return octets
                octets += piece
        except (TimeoutError, ConnectionError):
            return octets


def http_exchange(address, octets, seconds=10):
    """Sends octets to an HTTP port; returns (status or 0 when closed without an answer, answer)."""
    with Talk(address, seconds, greet=False) as talk:
        try:
            talk.send(octets)
        except (ConnectionError, TimeoutError):
            pass  # refused before all of it was read; the answer may still be there
        answer = talk.rest()
    if answer.startswith(b"HTTP/1."):
        return int(answer.split(b" ", 2)[1]), answer
    return 0, answer
