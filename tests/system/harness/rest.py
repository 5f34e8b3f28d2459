"""A client for a node's REST interface, on http.client."""
import contextlib
import http.client
import json


class RestError(AssertionError):
    """An answer that was not expected; carries status and body."""

    def __init__(self, what, status, body):
        super().__init__(f"{what}: {status} {json.dumps(body)[:600]}")
        self.status = status
        self.body = body


class Rest:
    """`host`, if given, is where connections are made (namespaces.py)."""

    def __init__(self, address, key=None, host=None):
        self.address = address
        self.key = key
        self.host = host

    def ask(self, method, path, body=None, headers=None, seconds=30):
        """Returns (status, decoded body, headers). JSON is decoded, anything else is text."""
        fields = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        data = body
        if body is not None and not isinstance(body, (bytes, str)):
            data = json.dumps(body)
            fields["Content-Type"] = "application/json"
        fields.update(headers or {})
        connection = http.client.HTTPConnection(self.address, timeout=seconds)
        try:
            with self.host.entered() if self.host else contextlib.nullcontext():
                connection.connect()
            connection.request(method, path, body=data, headers=fields)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
            kind = answer.headers.get("Content-Type", "")
            decoded = json.loads(text) if "json" in kind and text else text
            return answer.status, decoded, answer.headers
        finally:
            connection.close()

    def _expect(self, method, path, body=None):
        status, answer, _ = self.ask(method, path, body)
        if not 200 <= status < 300:
            raise RestError(f"{method} {path}", status, answer)
        return answer

    def get(self, path):
        return self._expect("GET", path)

    def post(self, path, body=None):
        return self._expect("POST", path, body)

    def put(self, path, body):
        return self._expect("PUT", path, body)

    def delete(self, path):
        return self._expect("DELETE", path)

    def status(self, path):
        """The status of a GET, or 0 when nobody answers."""
        try:
            return self.ask("GET", path, seconds=5)[0]
        except (OSError, http.client.HTTPException):
            return 0

    def metric(self, name):
        """The value of a metric without labels."""
        for line in self.get("/metrics").splitlines():
            if line.startswith(name + " "):
                return float(line.rsplit(" ", 1)[1])
        raise KeyError(name)

    def every(self, path):
        """All items of a list, page by page."""
        items = []
        after = None
        joint = "&" if "?" in path else "?"
        while True:
            page = self.get(path + (f"{joint}after={after}" if after else ""))
            items += page["items"]
            after = page.get("next")
            if not after:
                return items
