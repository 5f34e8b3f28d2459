"""What `./dev demo --warmup` shows: twenty plan days of a new dedicated IP, beside the
forecast.

Each day has a few seconds. A batch that overflows the first days is submitted on day 1.
"""
import time
from datetime import datetime

from harness.one_node import OneNodeDemo
from harness.processes import let_pass, until
from harness.showing import say
from harness.sink import send_load

ADDRESS = "127.0.0.2"
DAY_SECONDS = 4
# The standard plan, a five-hundredth of it.
DAYS = [1, 2, 4, 10, 20, 40, 80, 120, 160, 200, 300, 400, 600, 800, 1000, 1200, 1400, 1600, 1800,
        2000]
BATCH_PART = 0.9  # batch mail leaves a tenth to triggered mail


class WarmupDemo(OneNodeDemo):
    address = ADDRESS
    look_at = f"warmup show {ADDRESS}"

    def __init__(self):
        super().__init__(f"{DAY_SECONDS}s")
        # It ends on the last day of the plan.
        self.recipients = int(sum(DAYS[:19]) * BATCH_PART) + 1000

    def show(self):
        self.node.custom_plan("twenty", DAYS)
        self.node.dedicated_pool("campaigns", ADDRESS, "twenty")
        self.first_end = parse_time(self.node.ledger(ADDRESS)["day_ends_at"])
        say(f"{ADDRESS} is new, on a plan of {len(DAYS)} days of {DAY_SECONDS} s, from {DAYS[0]} "
            f"to {DAYS[-1]} mails")
        forecast = self.look_ahead()
        self.submit()
        self.compare(forecast, self.follow(len(forecast["days"])))

    def look_ahead(self):
        forecast = self.node.rest.ask("POST", "/v1/forecast", {
            "pool": "campaigns", "recipients": self.recipients})[1]
        with_one_more = forecast["with_one_more_ip"]["finish_at"]
        saved = parse_time(forecast["finish_at"]) - parse_time(with_one_more)
        say(f"forecast: {self.recipients} recipients finish on day {forecast['days'][-1]['day']}; "
            f"with one more IP {saved / DAY_SECONDS:.0f} days earlier")
        return forecast

    def submit(self):
        fields = ["X-Warmfront-Pool: campaigns", "X-Warmfront-Class: batch"]
        accepted = send_load(self.node.smtp, self.recipients, sessions=20, octets=2048,
                             field=fields)["accepted"]
        self.expect(accepted == self.recipients, f"all {self.recipients} mails accepted")

    def day_of(self, at):
        return max(1, int((at - self.first_end) // DAY_SECONDS) + 2)

    def follow(self, days):
        """Waits until all has arrived, and tells of each day once it has ended."""
        print("\n  day   limit    sent    held", flush=True)
        for day in range(1, days + 1):
            end = self.first_end + (day - 1) * DAY_SECONDS
            until(lambda: time.time() > end, f"day {day} to end", DAY_SECONDS + 5)
            let_pass(0.3)  # what left in its last moment arrives
            sent = self.sent_by_day()
            held = self.recipients - sum(sent.get(past, 0) for past in range(1, day + 1))
            print(f"  {day:>3} {limit_on(day):>7} {sent.get(day, 0):>7} {held:>7}", flush=True)
        return self.sent_by_day()

    def sent_by_day(self):
        sent = {}
        for arrival in self.sink.accepted():
            day = self.day_of(arrival.time_ns / 1e9)
            sent[day] = sent.get(day, 0) + 1
        return sent

    def compare(self, forecast, sent):
        print("\n  day forecast    sent")
        expected = {day["day"]: day["sent"] for day in forecast["days"]}
        for day in sorted(set(expected) | set(sent)):
            print(f"  {day:>3} {expected.get(day, 0):>8} {sent.get(day, 0):>7}")
        print()
        self.expect(all(sent[day] <= limit_on(day) for day in sent),
                    "no day sent more than its limit")
        self.expect(sum(sent.values()) == self.recipients, "every recipient was sent to")
        self.expect(sent == expected, "each day sent what the forecast said")


def limit_on(day):
    return DAYS[min(day, len(DAYS)) - 1]


def parse_time(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
