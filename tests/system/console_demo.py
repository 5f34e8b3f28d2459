"""A node whose console has something to show on every page: a bookshop's.

Before the show an address comes into service and sends four plan days of two seconds each; after
it the rest of what a shop has is made, as a person would make it: by the command line, REST, SMTP,
and by readers who open, click and complain.
"""
import datetime
import json
import pathlib
import re

from console_pages import FUNNEL, PAGES
from harness.name_server import NameServer
from harness.node import Node
from harness.one_node import OneNodeDemo
from harness.processes import free_port, let_pass
from harness.reader import BROWSER, Reader
from harness.receiver import Receiver
from harness.rest import Rest
from harness.showing import say
from harness.sink import Sink
from harness.talk import Talk

DOMAIN, OTHER_DOMAIN = "bookshop.example", "letters.example"
AUTHOR = f"Bookshop <news@{DOMAIN}>"
CAMPAIGNS, INVOICES, UNNAMED = "127.0.0.4", "127.0.0.5", "127.0.0.6"
PAST_DAYS, PAST_DAY = 4, "2s"
DAYS = [40, 80, 160, 320, 600, 800, 1000, 1200, 1500, 2000]
OUTLOOK_DAYS = [8, 16, 32, 64, 90, 120, 160, 200, 240, 300]
READERS, MEMBERS = 6000, 60
PROVIDERS = ("gmail.com", "outlook.com", "yahoo.com", "icloud.com", "proton.me", "post.example")
NAMES = ("Ada", "Bela", "Chen", "Dina", "Emil", "Fatima", "Goran", "Hana", "Ivo", "Joana", "Kim")
CITIES = ("Oslo", "Lisbon", "Graz", "Turin", "Ghent")
HOST_DOMAIN = "mailhost.example"
FORWARD = "mta IN A 127.0.0.1\n" + "".join(f"out{n} IN A 127.0.0.{n}\n" for n in range(2, 6))
REVERSE = f"1.0.0 IN PTR mta.{HOST_DOMAIN}.\n" + "".join(
    f"{n}.0.0 IN PTR out{n}.{HOST_DOMAIN}.\n" for n in range(2, 6))
REFUSED = ("refuse gone*@* 550 5.1.1 no such user here",
           "refuse *@gmx.de 451 4.7.1 greylisted, come back later")
SCANNER = "Mozilla/5.0 (compatible; Barracuda Link Protection)"
NEWS = ("<h1>News for {{name}}</h1><p>New on our shelves in {{city}}: "
        "<a href=\"https://bookshop.example/new\">twelve books</a>.</p>"
        "{{#voucher}}<p>Your voucher: <b>{{voucher}}</b></p>{{/voucher}}"
        "<p><a href=\"{{unsubscribe_url}}\">No more of this</a></p>")


def in_days(days):
    due = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return due.strftime("%Y-%m-%dT%H:%M:%SZ")


class ConsoleDemo(OneNodeDemo):
    """Subclasses have a show of their own between `start` and `fill`."""

    def __init__(self, day):
        super().__init__(day)
        self.shown = {"domain": DOMAIN, "ledger": CAMPAIGNS}  # what pages of one thing are about

    def prepare(self):
        self.sink = Sink(self.folder, keep=True)
        self.names = NameServer(self.folder, {
            HOST_DOMAIN: FORWARD, DOMAIN: "", OTHER_DOMAIN: "", "127.in-addr.arpa": REVERSE})
        self.receiver = Receiver({"/orders": 200, "/reports": 503})
        self.inbound = f"127.0.0.1:{free_port()}"
        self.node = Node(self.folder, {
            "node": {"hostname": f"mta.{HOST_DOMAIN}"},
            "smtp": {"relay_networks": ["127.0.0.0/8"], "inbound": [self.inbound]},
            "dns": {"servers": [self.names.address]},
            "warmup": {"day": PAST_DAY},
            "identity": {"check_every": "10s"},
            "webhooks": {"allowed_networks": ["127.0.0.0/8"], "allow_plain": True},
        }, [{"domain": "*", "to": self.sink.address}], name="demo")
        self.node.wanted["http"] = {"public_url": f"http://{self.node.public}"}
        self.node.write_config()

    def start(self):
        self.node.start()
        self.live_through_past()
        self.node.terminate()
        self.node.wanted["warmup"]["day"] = self.day
        self.node.write_config()
        super().start()

    def stop(self):
        super().stop()
        self.receiver.stop()
        self.names.stop()

    # ---- before the show ----

    def live_through_past(self):
        """An address comes into service, and each plan day sends all that it may."""
        self.node.rest.post("/v1/plans", {"name": "bookshop", "days": DAYS,
                                          "providers": {"outlook": OUTLOOK_DAYS}})
        self.node.rest.post("/v1/pools", {"name": "campaigns", "kind": "dedicated",
                                          "account": "default"})
        self.command("provision", "start", "campaigns", "--add", CAMPAIGNS, "--plan", "bookshop",
                     "--gate-day", 2)
        self.wait(lambda: self.node.rest.get("/v1/pools/campaigns")["ips"], "the address's turn")
        total = sum(DAYS[:PAST_DAYS]) + 1  # the last one opens the day that it is now
        for number in range(total):
            self.mail(f"customer{number}@gmail.com", pool="campaigns", from_=f"orders@{DOMAIN}")
        self.wait(lambda: not self.node.rest.get("/v1/queues")["items"], "the days of the past")
        run = self.wait(self.finished_run, "the address to be in service")
        self.expect(bool(run), f"{CAMPAIGNS} came into service and had {PAST_DAYS} days of "
                    f"{PAST_DAY}, {total} mails")

    def finished_run(self):
        return [run for run in self.node.rest.get("/v1/provisionings")["items"]
                if run["state"] == "finished"]

    # ---- after it ----

    def fill(self):
        say("the rest of what a shop has:")
        for rule in REFUSED:
            self.sink.rule(rule)
        self.make_keys()
        self.make_pools()
        self.publish_identities()
        self.make_webhooks()
        self.make_templates()
        self.import_groups()
        self.make_tasks()
        self.show_attempts()
        self.show_readers()
        self.suppress()
        self.fill_queues()
        self.show_pages()

    def command(self, *words, key=None):
        told = self.node.cli(*words, key=key)
        if told.returncode != 0:
            self.expect(False, f"warmfront {' '.join(map(str, words))}: {told.stderr.strip()}")
        return told.stdout

    def mail(self, to, pool="shared", from_=AUTHOR, **more):
        return self.node.rest.post("/v1/messages", {
            "from": from_, "to": [to], "pool": pool, "subject": "Your order",
            "text": "It is on its way.\n", **more})["id"]

    def recipient(self, message):
        return self.node.rest.get(f"/v1/messages/{message}")["recipients"][0]

    def make_keys(self):
        """Who else works here; what they did and tried is in the audit log."""
        self.command("account", "create", "partner")
        self.keys = {role: self.node.new_key(role)[1] for role in ("operator", "sender", "viewer")}
        self.command("key", "create", "default", "--role", "sender", "--kind", "signature")
        self.command("key", "create", "partner", "--role", "sender")
        viewer = Rest(self.node.admin, self.keys["viewer"])
        refused = viewer.ask("DELETE", "/v1/pools/campaigns")[0]
        stranger = Rest(self.node.admin, "0000.none").ask("DELETE", "/v1/pools/campaigns")[0]
        self.expect((refused, stranger) == (403, 401), "who only looks may not delete a pool, "
                    "and a stranger nothing")

    def make_pools(self):
        """A second dedicated address is paced; one without a reverse name waits for a person."""
        self.node.dedicated_pool("invoices", INVOICES, "conservative")
        self.command("provision", "start", "campaigns", "--add", UNNAMED, "--plan", "standard",
                     key=self.keys["operator"])

        def reason():
            run = self.node.rest.get("/v1/provisionings")["items"][0]
            self.shown["run"] = run["id"]
            return run["steps"][0]["reason"]

        seen = self.wait(lambda: "reverse name" in reason(), f"{UNNAMED} to be looked at")
        self.expect(seen, f"the next address waits for a person: {reason()}")

    def publish_identities(self):
        """One domain has all its records, one has a wrong one."""
        for domain in (DOMAIN, OTHER_DOMAIN):
            self.command("identity", "add", domain, "--tag", "team=web")
            self.command("identity", "add-sender", domain, f"news@{domain}", "--display-name",
                         "Bookshop")
        password = self.folder / "password"
        password.write_text("correct horse battery\n", encoding="utf-8")
        self.command("identity", "password", DOMAIN, f"news@{DOMAIN}", "--password-file", password)
        self.names.change(DOMAIN, self.command("identity", "dns", DOMAIN))
        zone = self.command("identity", "dns", OTHER_DOMAIN)
        self.names.change(OTHER_DOMAIN, zone.replace(f"ip4:{CAMPAIGNS}", "ip4:192.0.2.4"))

        def verified(domain):
            return self.node.rest.post(f"/v1/identities/{domain}/verify", None)["verified"]

        self.wait(lambda: verified(DOMAIN), f"{DOMAIN} to be verified")
        self.expect(not verified(OTHER_DOMAIN), f"{DOMAIN} is verified by its DNS, {OTHER_DOMAIN} "
                    "is not: a record is wrong")

    def make_webhooks(self):
        """One takes what it is told, one does not."""
        for path, kinds in (("/orders", []), ("/reports", ["delivered", "bounced", "opened"])):
            made = self.node.rest.post("/v1/webhooks", {
                "url": self.receiver.address + path, "kinds": kinds,
                "description": f"for {path[1:]}"})
            self.shown["webhook"] = made["id"]

    def make_templates(self):
        news = {"subject": "News for {{name}}", "text": "Dear {{name}} in {{city}}", "html": NEWS}
        operator = Rest(self.node.admin, self.keys["operator"])
        operator.post("/v1/templates", {"name": "News", **news, "subject": "News"})
        operator.put("/v1/templates/News", news)
        operator.post("/v1/templates", {
            "name": "Order", "subject": "Order {{number}}", "text": "Dear {{name}}, thank you."})
        operator.post("/v1/templates", {"name": "Sale", "subject": "!!! SALE !!!", "text": "Buy."})
        self.command("template", "reject", "Sale", "--reason", "this is not how we speak")

    def import_groups(self):
        for name, count in (("Readers", READERS), ("Members", MEMBERS)):
            rows = [f"{name.lower()}{n}@{PROVIDERS[n % len(PROVIDERS)]},"
                    f"{NAMES[n % len(NAMES)]},{CITIES[n % len(CITIES)]}" for n in range(count)]
            rows[7:7] = ["no address,Nobody,Oslo", "two@@signs.example,Twice,Bergen", rows[0]]
            if name == "Members":
                rows[-1] = "gone@post.example,Nora,Oslo"
            file = self.folder / f"{name}.csv"
            file.write_text("email,name,city\n" + "\n".join(rows) + "\n", encoding="utf-8")
            told = json.loads(self.command("group", "import", name, file, "-o", "json",
                                           key=self.keys["operator"]) or "{}")
            self.expect((told.get("accepted"), told.get("rejected")) == (count, 2),
                        f"group {name}: {count} of {len(rows)} lines are recipients, 2 are refused")

    def make_tasks(self):
        def task(group, **more):
            return self.node.rest.post("/v1/tasks", {
                "template": "News", "group": group, "from": AUTHOR, **more})["id"]

        def told(number):
            return self.node.rest.get(f"/v1/tasks/{number}")

        members = task("Members", variables={"voucher": "SPRING"})
        held = task("Readers", pool="campaigns")
        daily = {"every": "24h", "misfire": "catch_up"}
        again = task("Members", subject="Book of the day", start_at=in_days(-2), repeat=daily)
        monday = {"rrule": "FREQ=WEEKLY;BYDAY=MO", "timezone": "Europe/Berlin"}
        task("Members", subject="Books of the week", start_at=in_days(1), repeat=monday)
        task("Members", subject="Before the holidays", start_at=in_days(14))
        paused = task("Readers", subject="A survey", start_at=in_days(3))
        cancelled = task("Readers", subject="Sent by mistake", start_at=in_days(2))
        self.command("task", "pause", paused, key=self.keys["operator"])
        self.command("task", "cancel", cancelled)
        self.wait(lambda: (told(held)["progress"] or {}).get("delivered"), "the batch to begin")
        self.wait(lambda: told(members)["state"] == "finished", "the members' mail to arrive")
        self.wait(lambda: told(again)["fired"] == 3, "three times of the daily task")
        self.shown.update(task=held, daily=again)
        finish = told(held)["progress"]["finish_at"]
        self.expect(finish is not None, f"the batch to {READERS} readers is finished at {finish}")

    def show_attempts(self):
        """One mail that its receiver takes the third time."""
        self.sink.rule("refuse ada@web.de 451 4.7.1 greylisted, come back later")
        message = self.mail("ada@web.de")
        for attempts in (1, 2):
            self.wait(lambda n=attempts: self.recipient(message)["attempts"] >= n and
                      self.recipient(message)["state"] == "deferred", f"attempt {attempts}")
            if attempts == 2:
                self.sink.rule("refuse_none")
                for rule in REFUSED:
                    self.sink.rule(rule)
            self.command("message", "retry", message, key=self.keys["operator"])
        self.wait(lambda: self.recipient(message)["state"] == "delivered", "the third attempt")
        self.shown["message"] = message
        self.expect(self.recipient(message)["attempts"] == 3,
                    f"{message} was delivered at the third attempt")

    def show_readers(self):
        """Half of them look, some follow a link, one leaves, one complains."""
        let_pass(2.1)  # who is faster than people is taken for a program
        done = []
        for arrival in self.sink.accepted():
            found = re.match(r"(members|readers)(\d+)@", arrival.recipient)
            turn = int(found[2]) // len(PROVIDERS) if found else 1
            if turn % 2 == 0:
                octets = pathlib.Path(arrival.file).read_bytes()
                done += self.read(octets, arrival.recipient, turn)
        self.expect(done and all(done), "recipients have opened and clicked, one left, one "
                    "complained")

    def read(self, octets, recipient, turn):
        """What one of them does; some mails only a scanner looks at."""
        reader = Reader(octets, SCANNER if turn % 10 == 8 else BROWSER)
        yield reader.open()
        if turn % 6 == 0:
            yield reader.click()
        if recipient.startswith("members12@"):
            yield reader.unsubscribe()
        if recipient.startswith("members24@"):
            yield self.complain(octets, recipient)

    def complain(self, octets, member):
        """An abuse report (RFC 5965), as providers send them."""
        address = self.node.rest.get("/v1/complaint-address")["address"]
        identifier = re.search(rb"^Message-ID: <[^>]+>", octets, re.M | re.I).group().decode()
        with Talk(self.inbound) as talk:
            talk.hello()
            return talk.mail(address, (
                "From: fbl@isp.test\r\nSubject: complaint\r\nContent-Type: multipart/report; "
                "report-type=feedback-report; boundary=x\r\n\r\n--x\r\n\r\nan abuse report\r\n"
                "--x\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n"
                f"User-Agent: isp/1\r\nVersion: 1\r\nOriginal-Rcpt-To: {member}\r\n\r\n"
                f"--x\r\nContent-Type: message/rfc822\r\n\r\n{identifier}\r\nSubject: s\r\n\r\n"
                "x\r\n--x--\r\n.\r\n"), sender="fbl@isp.test")[0] == 250

    def suppress(self):
        self.command("suppression", "add", "eve@post.example", "--text", "asked by telephone")
        self.command("suppression", "add", "bob@post.example", "--until", in_days(30), "--text",
                     "on a long journey")
        message = self.mail("eve@post.example")
        self.wait(lambda: self.recipient(message)["state"] == "suppressed", "a mail to be left out")
        listed = {each["reason"] for each in self.node.rest.every("/v1/suppressions")}
        self.expect(listed == {"manual", "hard_bounce", "complaint", "unsubscribe"},
                    f"addresses are suppressed by {', '.join(sorted(listed))}")

    def fill_queues(self):
        """Mail that is paced, mail of a domain that is paused, mail that was put off."""
        self.command("warmup", "set-plan", OTHER_DOMAIN, "standard")
        self.mail(f"first@{PROVIDERS[0]}", from_=f"news@{OTHER_DOMAIN}")
        self.command("warmup", "pause", OTHER_DOMAIN, key=self.keys["operator"])
        for number in range(12):
            self.mail(f"customer{number}@gmail.com", pool="invoices", subject="Your invoice")
            self.shown["held"] = self.mail(f"friend{number}@proton.me",
                                           from_=f"news@{OTHER_DOMAIN}")
            self.node.rest.post("/v1/messages", {
                "from": AUTHOR, "to": [f"customer{number}@gmx.de"], "template": "Order",
                "variables": {"name": NAMES[number % len(NAMES)], "number": str(4711 + number)}})

        def causes():
            return {each["cause"] for each in self.node.rest.get("/v1/queues")["items"]}

        waits = self.wait(lambda: {"limit", "paused", "retry"} <= causes(), "mail to wait")
        self.expect(waits, f"mail waits for different reasons: {', '.join(sorted(causes()))}")

    def show_pages(self):
        """Every page of the console with what its lists have; an empty list is a failure."""
        # Mail is put off last: the minute that counts it is the last one with much mail.
        self.wait(lambda: any(self.node.rest.get("/v1/series?names=deferred")["series"][0]
                              ["values"]), "the curves, sampled once a minute", 90, every=0.5)
        say(f"the console at http://{self.node.admin}, page by page:")
        for page, lists in PAGES:
            told = []
            for what, path, field in lists:
                answer = self.node.rest.get(path.format(**self.shown))
                told.append((len(answer[field]), what))
            self.expect(all(count for count, _ in told), f"{page.format(**self.shown):<26} "
                        + ", ".join(f"{count} {what}" for count, what in told))
        self.show_funnel()

    def show_funnel(self):
        row, = self.node.rest.get(f"/v1/statistics?by=domain&domain={DOMAIN}")["items"]
        numbers = {name: row[name] for name in FUNNEL}
        self.expect(all(numbers.values()), "the funnel: " + ", ".join(
            f"{count} {name}" for name, count in numbers.items()))
