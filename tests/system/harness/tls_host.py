"""A mail host with a certificate of its own, and a web host for MTA-STS policies."""
import socket
import ssl
import threading


def _close(listener):
    """Once or more often; a close alone would leave the port to the thread that accepts."""
    if listener.fileno() >= 0:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


class TlsHost:
    """Takes mail on port 25 of an address. Without a certificate it offers no STARTTLS.

    `mails` holds a pair for each mail: whether it came through TLS, and its MAIL command.
    """

    def __init__(self, address, certificate=None, key=None, offers=()):
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate, key)
        self.offers = offers
        self.mails = []
        self.listener = socket.create_server((address, 25))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            with connection:
                self._talk(connection, secret=False)
        except (OSError, ssl.SSLError):
            pass

    def _hello(self, secret):
        lines = ["mail.example", "PIPELINING", *self.offers]
        if self.context and not secret:
            lines.append("STARTTLS")
        return "".join(f"250-{line}\r\n" for line in lines) + "250 SIZE\r\n"

    def _talk(self, connection, secret):
        reader = connection.makefile("rb")
        if not secret:
            connection.sendall(b"220 mail.example ESMTP\r\n")
        while line := reader.readline().strip().decode("ascii", "replace"):
            word = line.split()[0].upper()
            if word == "EHLO":
                connection.sendall(self._hello(secret).encode())
            elif word == "STARTTLS" and self.context and not secret:
                connection.sendall(b"220 go\r\n")
                with self.context.wrap_socket(connection, server_side=True) as inner:
                    self._talk(inner, secret=True)
                return
            elif word == "DATA":
                connection.sendall(b"354 go\r\n")
                while reader.readline().rstrip(b"\r\n") != b".":
                    pass
                self.mails.append((secret, mail))
                connection.sendall(b"250 2.0.0 taken\r\n")
            else:
                if word == "MAIL":
                    mail = line
                connection.sendall(b"221 bye\r\n" if word == "QUIT" else b"250 ok\r\n")
                if word == "QUIT":
                    return

    def stop(self):
        _close(self.listener)


class PolicyHost:
    """HTTPS on port 443 of an address: `policies` maps a domain to the text of its policy."""

    def __init__(self, address, certificate, key, policies):
        self.policies = policies
        self.asked = []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.listener = socket.create_server((address, 443))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            with self.context.wrap_socket(connection, server_side=True) as inner:
                reader = inner.makefile("rb")
                path = reader.readline().split()[1].decode()
                host = ""
                while line := reader.readline().strip().decode():
                    name, _, value = line.partition(":")
                    host = value.strip() if name.lower() == "host" else host
                inner.sendall(self._answer(host, path))
        except (OSError, ssl.SSLError, IndexError):
            pass

    def _answer(self, host, path):
        self.asked.append(host)
        policy = self.policies.get(host.removeprefix("mta-sts."))
        if path != "/.well-known/mta-sts.txt" or policy is None:
            return b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        body = policy.encode()
        return (b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n"
                b"Content-Length: %d\r\n\r\n" % len(body)) + body

    def stop(self):
        _close(self.listener)
