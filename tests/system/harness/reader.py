"""What a person does with a mail: looks at it, follows a link, wants no more."""
import email
import email.policy
import html.parser
import http.client
import urllib.parse

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


class _Links(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links = []
        self.pictures = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        if tag == "img" and values.get("src"):
            self.pictures.append(values["src"])


class Reader:
    """Of one mail, as octets; `program` is what the browser calls itself."""

    def __init__(self, octets, program=BROWSER):
        mail = email.message_from_bytes(octets, policy=email.policy.default)
        found = _Links(mail.get_body(("html",)).get_content())
        self.picture = found.pictures[-1]
        self.link = found.links[0]
        self.farewell = mail["List-Unsubscribe"].split(",")[0].strip("<>")
        self.program = program

    def open(self):
        return self._ask("GET", self.picture) == 200

    def click(self):
        return self._ask("GET", self.link) == 302

    def unsubscribe(self):
        return self._ask("POST", self.farewell, "List-Unsubscribe=One-Click") == 200

    def _ask(self, method, url, form=None):
        split = urllib.parse.urlsplit(url)
        fields = {"User-Agent": self.program}
        if form:
            fields["Content-Type"] = "application/x-www-form-urlencoded"
        to = http.client.HTTPConnection(split.netloc, timeout=20)
        try:
            to.request(method, url[len(f"{split.scheme}://{split.netloc}"):], form, fields)
            answer = to.getresponse()
            answer.read()
            return answer.status
        finally:
            to.close()
