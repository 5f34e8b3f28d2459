"""What `./dev demo` shows: a real batch through one node, under the warm-up limit.

With --nodes 3: a batch through three nodes, one of which is killed in the middle.
With --warmup: twenty plan days of a few seconds each, beside what was forecast.
With --tasks: a batch, a scheduled and a recurring send to imported groups, partly by an SDK.

One node, two warm IPs in the shared pool, one dedicated IP on the standard plan; all are loopback
addresses, and the only next hop is a sink on this machine. What console_demo.py makes besides lets
every page of the console have something to show.
"""
import argparse
import sys
import time

from cluster_demo import ClusterDemo
from console_demo import ConsoleDemo
from harness.processes import let_pass
from harness.showing import say
from harness.sink import send_load
from tasks_demo import TasksDemo
from warmup_demo import WarmupDemo

SHARED = ("127.0.0.1", "127.0.0.3")
DEDICATED = "127.0.0.2"
SHARED_BY_SMTP, SHARED_BY_HTTP = 300, 200
DEDICATED_BY_HTTP = 100
FIRST_DAY, SECOND_DAY = 500, 1000


class Demo(ConsoleDemo):
    address = DEDICATED

    def __init__(self, day):
        super().__init__(day)
        # 700 of the 1 200 mails are for the dedicated IP; to watch day 2 there must be more.
        self.dedicated = 700 if day == "24h" else FIRST_DAY + SECOND_DAY + 200

    def show(self):
        for address in SHARED:
            self.node.shared_ip(address)
        self.node.dedicated_pool("dedicated", DEDICATED, "standard")
        say(f"pool shared: {' and '.join(SHARED)}, warm; pool dedicated: {DEDICATED} on the "
            f"standard plan, a day of {self.day}")
        self.submit()
        self.show_first_day()
        if self.day != "24h":
            self.show_second_day()
        self.fill()

    def submit(self):
        begun = time.monotonic()
        by_smtp = send_load(self.node.smtp, SHARED_BY_SMTP, sessions=10)["accepted"]
        by_smtp += send_load(self.node.smtp, self.dedicated - DEDICATED_BY_HTTP, sessions=10,
                             first=100_000, field="X-Warmfront-Pool: dedicated")["accepted"]
        by_http = self.post(SHARED_BY_HTTP, "shared") + self.post(DEDICATED_BY_HTTP, "dedicated")
        total = SHARED_BY_SMTP + SHARED_BY_HTTP + self.dedicated
        say(f"submitted {by_smtp} mails by SMTP and {by_http} by POST /v1/messages in "
            f"{time.monotonic() - begun:.1f} s")
        self.expect(by_smtp + by_http == total, f"all {total} mails accepted")

    def post(self, count, pool):
        done = 0
        for number in range(count):
            status, _, _ = self.node.rest.ask("POST", "/v1/messages", {
                "from": "demo@source.test", "to": [f"{pool}{number}@http.test"], "pool": pool,
                "subject": f"Mail {number}", "text": "Hello from the demo.\n"})
            done += status == 202
        return done

    def show_first_day(self):
        shared = SHARED_BY_SMTP + SHARED_BY_HTTP
        self.wait(lambda: self.shared_sent() >= shared, "the shared pool to deliver")
        self.expect(self.shared_sent() == shared, f"the shared pool delivered {shared} at once")
        self.expect(all(self.sent_by(a) > 0 for a in SHARED), "both shared IPs sent mail")
        self.wait(lambda: self.sent_by(DEDICATED) >= FIRST_DAY, "the dedicated IP to deliver")
        let_pass(0.5)  # mail 501 would come now
        self.expect(self.sent_by(DEDICATED) == FIRST_DAY,
                    f"the dedicated IP delivered exactly {FIRST_DAY}")
        held = self.wait(self.held, "held mail") or []
        expected = self.dedicated - FIRST_DAY
        self.expect(len(held) == expected, f"{expected} mails are held for the next day")
        if held:
            self.show_why(held[-1]["id"])

    def held(self):
        items = self.node.rest.every("/v1/messages?state=held&limit=500")
        return items if len(items) == self.dedicated - FIRST_DAY else None

    def show_why(self, identifier):
        told = self.node.cli("message", "why", identifier)
        print(f"\n$ warmfront message why {identifier}\n{told.stdout}{told.stderr}")
        reasons = self.node.rest.get(f"/v1/messages/{identifier}/why")["reasons"]
        release = next((r["expected_at"] for r in reasons if r["ledger"] == DEDICATED), None)
        self.expect(told.returncode == 0 and release is not None and DEDICATED in told.stdout,
                    f"`warmfront message why` names the ledger and the release time {release}")

    def show_second_day(self):
        say("waiting for day 2 …")
        both = FIRST_DAY + SECOND_DAY
        self.wait(lambda: self.sent_by(DEDICATED) >= both, "day 2", seconds=180)
        let_pass(0.5)
        sent = self.sent_by(DEDICATED) - FIRST_DAY
        self.expect(sent == SECOND_DAY, f"day 2 released {sent} mails")

    def shared_sent(self):
        return sum(self.sent_by(address) for address in SHARED)


def main():
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__)
    parser.add_argument("--day", default="24h",
                        help="length of a plan day; 20s to watch day 2 release 1 000 mails")
    parser.add_argument("--exit", action="store_true", help="stop after the summary")
    parser.add_argument("--nodes", type=int, default=1, choices=(1, 3),
                        help="3: a cluster, one node of which is killed in the middle")
    parser.add_argument("--warmup", action="store_true",
                        help="twenty plan days of a few seconds, beside the forecast")
    parser.add_argument("--tasks", action="store_true",
                        help="a batch, a scheduled and a recurring send to imported groups")
    options = parser.parse_args()
    if options.tasks:
        return TasksDemo().run(options.exit)
    if options.warmup:
        return WarmupDemo().run(options.exit)
    if options.nodes == 3:
        return ClusterDemo().run(options.exit)
    return Demo(options.day).run(options.exit)


if __name__ == "__main__":
    sys.exit(main())
