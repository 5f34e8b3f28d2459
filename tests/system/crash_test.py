"""SIGKILL at random moments under load: nothing acknowledged is lost, no quota is exceeded."""
import os
import random
import time

from harness.case import SystemTest, main
from harness.processes import let_pass, until
from harness.sink import members, read_numbers

COLD = "127.0.0.2"
KILLS = int(os.environ.get("WARMFRONT_KILLS", "50"))
CONNECTIONS = 10
COLD_QUOTA = 3000
SHARED, COLD_MAIL = (0, 40_000_000)  # first numbers of the two loads


class Crash(SystemTest):
    def setUp(self):
        super().setUp()
        seed = int(os.environ.get("WARMFRONT_SEED", time.time_ns() % 1_000_000))
        print(f"seed {seed} (WARMFRONT_SEED repeats it), {KILLS} kills")
        self.random = random.Random(seed)
        self.sink = self.start_sink()

    def load(self, node, name, **options):
        """A source that goes on until it is told to end, over all restarts."""
        return self.start_source(node.smtp, octets=4096, silence=30,
                                 acknowledged=self.folder / f"{name}.numbers", **options)

    def kill_and_restart(self, node, times):
        slowest = 0.0
        for _ in range(times):
            let_pass(self.random.uniform(0.02, 1.0))
            node.kill()
            slowest = max(slowest, node.start())
        return slowest

    def lost(self, name):
        """How many acknowledged recipients the sink never saw, and the first of them."""
        acknowledged = read_numbers(self.folder / f"{name}.numbers")
        self.assertGreater(acknowledged.bit_count(), 100, f"the load {name} hardly ran")
        missing = acknowledged & ~self.sink.numbers(self.folder / "sink.numbers")
        return missing.bit_count(), members(missing)

    def test_fifty_kills_under_load(self):
        node = self.start_node(self.sink, delivery={"connections_per_site": CONNECTIONS})
        node.custom_plan("capped", [COLD_QUOTA, COLD_QUOTA + 1])
        node.dedicated_pool("cold", COLD, "capped")
        seconds = 1.2 * KILLS + 20
        loads = [
            self.load(node, "shared", sessions=8, seconds=seconds, first=SHARED),
            self.load(node, "cold", sessions=4, seconds=seconds, first=COLD_MAIL,
                      field="X-Warmfront-Pool: cold"),
        ]
        slowest = self.kill_and_restart(node, KILLS)
        self.assertLess(slowest, 10.0, "a restart took too long")
        totals = [load.result() for load in loads]
        print(f"slowest restart {slowest:.2f} s; shared {totals[0]}; cold {totals[1]}")

        until(lambda: self.lost("shared")[0] == 0, "all shared mail to arrive", 60, every=0.5)
        by_source = self.sink.stat()["by_source"]
        print(f"arrived by source address: {by_source}")
        self.assertLessEqual(by_source[COLD], COLD_QUOTA, "the day's quota was exceeded")
        self.assertGreaterEqual(by_source[COLD], COLD_QUOTA // 4,
                                "crashes burnt most of the day's permits")

        # What the quota held back is still there: it comes as soon as the plan allows.
        node.act_on_ledger(COLD, "set_plan", plan="warm")
        until(lambda: self.lost("cold")[0] == 0, "all held mail to arrive", 120, every=0.5)
        self.assertEqual(self.lost("shared"), (0, []))
        self.check_doubles(kills=KILLS)

    def check_doubles(self, kills):
        statistics = self.sink.stat()
        print(f"{statistics['unique']} recipients, {statistics['duplicate']} twice")
        self.assertEqual((statistics["corrupt"], statistics["misaddressed"]), (0, 0))
        # A mail is in doubt from its final dot until the answer to it is durable: at most one a
        # connection and source address, and the batch of outcomes being written.
        self.assertLessEqual(statistics["duplicate"], kills * 4 * CONNECTIONS)

    def test_quotas_hold_over_kills_and_day_changes(self):
        quota, day = 40, 3.0
        node = self.start_node(self.sink, warmup={"day": f"{day:g}s"})
        node.custom_plan("flat", [quota] * 100)
        node.dedicated_pool("cold", COLD, "flat")
        load = self.load(node, "cold", sessions=4, seconds=12, first=0,
                         field="X-Warmfront-Pool: cold")
        until(lambda: self.sink.stat()["mails"] > 0, "the first mail")
        self.kill_and_restart(node, 10)
        load.result()
        ledger = node.ledger(COLD)
        self.assertGreater(ledger["day"], 1)
        # Days are counted from the first: by the end of day n at most n quotas were sent.
        arrivals = [a for a in self.sink.accepted() if a.source == COLD]
        started = arrivals[0].time_ns
        for index, arrival in enumerate(arrivals):
            days_at_most = (arrival.time_ns - started) / 1e9 // day + 2
            self.assertLessEqual(index + 1, days_at_most * quota)


if __name__ == "__main__":
    main()
