"""Links of outgoing mail, and the public address that they lead to."""
import datetime
import email
import email.policy
import html.parser
import http.client
import urllib.parse

from harness.case import SystemTest, main
from harness.processes import until
from harness.talk import Talk

TARGET = "https://shop.test/sale?a=1&b=é"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


class Tags(html.parser.HTMLParser):
    """The links and pictures of a page."""

    def __init__(self, text):
        super().__init__()
        self.links = []
        self.pictures = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "a":
            self.links.append(values.get("href"))
        if tag == "img":
            self.pictures.append(values.get("src"))


class Links(SystemTest):
    def setUp(self):
        super().setUp()
        self.sink = self.start_sink(keep=True)
        self.node = self.new_node([{"domain": "*", "to": self.sink.address}],
                                  smtp={"relay_networks": ["127.0.0.0/8"]})
        self.base = f"http://{self.node.public}"
        self.node.wanted["http"] = {"public_url": self.base}
        self.node.write_config()
        self.node.start()
        self.node.shared_ip()

    def received(self, recipient):
        content, = self.sink.contents(recipient)
        mail = email.message_from_bytes(content, policy=email.policy.default)
        return mail, Tags(mail.get_body(("html",)).get_content())

    def call(self, method, url, body=None, **fields):
        split = urllib.parse.urlsplit(url)
        self.assertEqual(f"{split.scheme}://{split.netloc}", self.base)
        to = http.client.HTTPConnection(split.netloc, timeout=20)
        self.addCleanup(to.close)
        target = url[len(self.base):]
        to.request(method, target, body, {"User-Agent": BROWSER, **fields})
        answer = to.getresponse()
        return answer, answer.read()

    def send_task(self, recipients, **details):
        self.node.rest.post("/v1/templates", {
            "name": "News", "subject": "News", "html":
                "<body><p>Dear {{name}}</p><a href=\"{{url}}\">Sale</a>"
                "<a href='mailto:a@b.test'>Write</a><a href='{{unsubscribe_url}}'>Bye</a></body>",
            "text": "Dear {{name}}: {{url}}"})
        file = self.folder / "list.csv"
        file.write_text("email,name,url\n" + "".join(
            f'r{i}@next.test,N{i},"{TARGET}&n={i}"\n' for i in range(recipients)),
            encoding="utf-8")
        result = self.node.cli("group", "import", "Readers", file)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.node.rest.post("/v1/tasks", dict({
            "template": "News", "group": "Readers", "from": "News <n@sender.test>"}, **details))
        self.sink.wait_for(recipients)

    def test_links_and_pictures_of_a_task_lead_through_the_node(self):
        self.send_task(2)
        mail, tags = self.received("r1@next.test")
        click, write, bye = tags.links
        self.assertEqual(write, "mailto:a@b.test")
        answer, _ = self.call("GET", click)
        self.assertEqual(answer.status, 302)
        self.assertEqual(answer.headers["Location"], f"{TARGET}&n=1".replace("é", "%C3%A9"))
        self.assertIsNone(answer.headers["Set-Cookie"])
        picture, = tags.pictures
        answer, octets = self.call("GET", picture)
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "image/gif"))
        self.assertTrue(octets.startswith(b"GIF89a"))
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(mail["List-Unsubscribe"], f"<{bye}>")
        self.assertIsNone(mail["List-Unsubscribe-Post"])  # not without TLS
        answer, page = self.call("GET", bye)
        self.assertEqual(answer.status, 200)
        self.assertIn(b"r1@next.test", page)
        other, _ = self.received("r0@next.test")
        self.assertNotEqual(other["List-Unsubscribe"], mail["List-Unsubscribe"])
        text = mail.get_body(("plain",)).get_content()
        self.assertIn(TARGET, text)

    def test_a_redirect_goes_nowhere_else(self):
        self.send_task(1)
        _, tags = self.received("r0@next.test")
        click = tags.links[0]
        for changed in (click.replace("shop.test", "evil.test"), click[:-1], click + "&u=x",
                        click.replace("/c/", "/c/a"), click.split("?")[0],
                        f"{self.base}/c/x?u=https%3A%2F%2Fevil.test&s=x"):
            answer, _ = self.call("GET", changed)
            self.assertEqual((answer.status, answer.headers["Location"]), (400, None), changed)
        for path in ("/", "/v1/messages", "/healthz", "/metrics", "/openapi.json", "/c/", "/x"):
            self.assertEqual(self.call("GET", self.base + path)[0].status, 404, path)
        self.assertEqual(self.call("HEAD", click)[0].status, 302)
        self.assertEqual(self.call("POST", click, "x")[0].status, 405)

    def test_one_click_ends_mail_to_a_recipient(self):
        self.send_task(2)
        mail, tags = self.received("r1@next.test")
        url = mail["List-Unsubscribe"].strip("<>")
        self.assertEqual(self.call("GET", url)[0].status, 200)
        self.assertEqual(self.call("HEAD", url)[0].status, 200)
        self.assertEqual(self.suppressed(), [])
        self.assertEqual(self.call("POST", url, "no=1")[0].status, 400)
        answer, page = self.call("POST", url, "List-Unsubscribe=One-Click", **{
            "Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(answer.status, 200, page)
        self.assertIsNone(answer.headers["Set-Cookie"])
        self.assertEqual(self.suppressed(), [("r1@next.test", "unsubscribe")])
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.assertEqual(self.call("POST", url, "confirm=yes", **form)[0].status, 200)
        self.assertEqual(len(self.suppressed()), 1)
        sent = self.node.rest.post("/v1/messages", {
            "from": "n@sender.test", "to": ["r1@next.test"], "subject": "s", "text": "t"})["id"]
        until(lambda: self.node.rest.get(f"/v1/messages/{sent}")["recipients"][0]["state"]
              == "suppressed", "the recipient to be left out", 20)

    def suppressed(self):
        return [(each["address"], each["reason"])
                for each in self.node.rest.get("/v1/suppressions")["items"]]

    def test_opens_and_clicks_are_told_of_the_message(self):
        # Who is faster than people is taken for a program: this mail is older when it arrives.
        due = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=4)
        sent = self.node.rest.post("/v1/messages", {
            "send_at": due.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "from": "n@sender.test", "to": ["r@next.test"], "subject": "s",
            "html": f'<a href="{TARGET}">x</a>',
            "tracking": {"opens": True, "clicks": True}})["id"]
        self.sink.wait_for(1)
        _, tags = self.received("r@next.test")
        until(lambda: self.node.rest.get(f"/v1/messages/{sent}")["recipients"][0]["state"]
              == "delivered", "the delivery to be known", 20)
        for url in (tags.pictures[0], tags.links[0], tags.links[0]):
            self.call("GET", url)

        def kinds():
            recipient = self.node.rest.get(f"/v1/messages/{sent}")["recipients"][0]
            return sorted({each["kind"] for each in recipient["feedback"]})

        until(lambda: kinds() == ["clicked", "opened"], "both to be recorded", 20)
        self.assertEqual(self.node.rest.get(f"/v1/messages/{sent}")["recipients"][0]["state"],
                         "delivered")

    def test_a_task_may_do_without(self):
        self.send_task(1, tracking={"opens": False, "clicks": False})
        _, tags = self.received("r0@next.test")
        self.assertEqual(tags.links[0], f"{TARGET}&n=0")
        self.assertEqual(tags.pictures, [])

    def test_single_mails_are_tracked_when_they_ask_for_it(self):
        page = f'<a href="{TARGET}">x</a>'
        for recipient, tracking in (("yes@next.test", {"clicks": True}), ("no@next.test", None)):
            mail = {"from": "n@sender.test", "to": [recipient, "b." + recipient], "subject": "s",
                    "html": page}
            self.node.rest.post("/v1/messages", dict(mail, **({"tracking": tracking}
                                                              if tracking else {})))
        self.sink.wait_for(4)
        _, tags = self.received("yes@next.test")
        _, other = self.received("b.yes@next.test")
        self.assertTrue(tags.links[0].startswith(self.base + "/c/"))
        self.assertNotEqual(tags.links, other.links)
        self.assertEqual(tags.pictures, [])
        self.assertEqual(self.call("GET", tags.links[0])[0].headers["Location"],
                         TARGET.replace("é", "%C3%A9"))
        self.assertEqual(self.received("no@next.test")[1].links, [TARGET])

    def test_over_smtp_a_field_asks_for_it(self):
        for recipient, field in (("yes", "X-Warmfront-Track: opens, clicks\r\n"), ("no", "")):
            with Talk(self.node.smtp) as talk:
                talk.hello()
                code, _ = talk.mail(
                    f"{recipient}@next.test",
                    f"From: n@sender.test\r\n{field}Content-Type: text/html\r\n\r\n"
                    "<a href='https://shop.test/'>x</a>\r\n.\r\n", "n@sender.test")
                self.assertEqual(code, 250)
        with Talk(self.node.smtp) as talk:
            talk.hello()
            code, _ = talk.mail("r@next.test", "X-Warmfront-Track: me\r\n\r\nx\r\n.\r\n",
                                "a@b.test")
            self.assertEqual(code, 554)
        self.sink.wait_for(2)
        mail, tags = self.received("yes@next.test")
        self.assertIsNone(mail["X-Warmfront-Track"])
        self.assertTrue(tags.links[0].startswith(self.base + "/c/"))
        self.assertEqual(len(tags.pictures), 1)
        self.assertEqual(self.received("no@next.test")[1].links, ["https://shop.test/"])


if __name__ == "__main__":
    main()
