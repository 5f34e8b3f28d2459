"""The relay benchmark: accept, make durable, deliver; every mail counted at the sink.

Contestants take turns, round by round, each freshly started and warmed up, so that a machine that
gets slower or faster hits all of them. A round sends for some seconds and ends when everything that
was acknowledged has arrived; the rate is mails by that whole time.
"""
import statistics
import sys

from contestants import Postfix, Warmfront
from harness.sink import Sink, read_numbers, send_load

CONTESTANTS = {each.name: each for each in (Postfix, Warmfront)}
WARM_UP, MEASURED = 1, 2  # series


def measure(options):
    names = options.contestants.split(",")
    for name in names:
        reason = name != "direct" and CONTESTANTS[name].missing()
        if reason:
            sys.exit(f"relay: {reason}")
    rounds = {name: [] for name in names}
    print(f"  {'round':<6}{'contestant':<12}{'mails':>8}{'accepted/s':>12}{'end to end/s':>14}"
          f"{'cpu ms/mail':>13}{'p50 ms':>8}{'p99 ms':>8}")
    for index in range(options.rounds):
        for shift in range(len(names)):
            name = names[(index + shift) % len(names)]
            result = one_round(name, options)
            rounds[name].append(result)
            print(f"  {index + 1:<6}{name:<12}{result['mails']:>8}{result['accept_rate']:>12.0f}"
                  f"{result['rate']:>14.0f}{result['cpu_ms']:>13.3f}{result['p50_ms']:>8.1f}"
                  f"{result['p99_ms']:>8.1f}", flush=True)
    return summary(rounds, options)


def one_round(name, options):
    sink = Sink(options.folder, f"relay-{name}", log=False)
    contestant = None
    to = sink.address
    try:
        if name != "direct":
            contestant = CONTESTANTS[name]()
            to = contestant.start(options.folder / f"relay-{name}", sink.port)
        warm_up(sink, to, options)
        return measured_load(sink, to, contestant, options)
    finally:
        if contestant:
            contestant.stop()
        sink.stop()


def warm_up(sink, to, options):
    sink.reset(WARM_UP)
    count = max(1000, 5 * options.sessions)
    totals = send_load(to, count, sessions=options.sessions, series=WARM_UP)
    sink.wait_for(totals["accepted"], "unique", seconds=120)


def measured_load(sink, to, contestant, options):
    sink.reset(MEASURED)
    before_sink = sink.stat()["processor_s"]
    before = contestant.group.seconds() if contestant else 0.0
    acknowledged = options.folder / "relay.acknowledged"
    totals = send_load(to, sessions=options.sessions, seconds=options.seconds, series=MEASURED,
                       octets=4096, acknowledged=acknowledged)
    numbers = read_numbers(acknowledged)
    mails = totals["accepted"]
    arrived = sink.wait_for(mails, "unique", seconds=300)
    check_exactness(numbers, sink, options)
    cpu = (contestant.group.seconds() - before if contestant
           else totals["processor_s"] + arrived["processor_s"] - before_sink)
    ended = max(arrived["last_ns"], 0 if contestant else totals["last_ns"])
    return {
        "mails": mails,
        "accept_rate": mails / ((totals["last_ns"] - totals["start_ns"]) / 1e9),
        "rate": mails / ((ended - totals["start_ns"]) / 1e9),
        "cpu_ms": 1000 * cpu / mails,
        "p50_ms": totals["p50_us"] / 1000,
        "p99_ms": totals["p99_us"] / 1000,
        "how": contestant.group.how() if contestant else "process times",
    }


def check_exactness(acknowledged, sink, options):
    """Every acknowledged mail is there, once and whole; one arriving late would still show."""
    arrived = sink.numbers(options.folder / "relay.arrived")
    counts = sink.stat()
    faults = {"missing": (acknowledged & ~arrived).bit_count(),
              "not acknowledged": (arrived & ~acknowledged).bit_count(),
              **{key: counts[key] for key in ("duplicate", "corrupt", "misaddressed",
                                              "without_stamp", "bare_line_ends")}}
    wrong = {key: count for key, count in faults.items() if count}
    if wrong:
        sys.exit(f"relay: the mails do not add up: {wrong}")


def summary(rounds, options):
    def median(name, key):
        return statistics.median(each[key] for each in rounds[name]) if name in rounds else None

    def ratio(above, below):
        return above / below if above and below else None

    ours, postfix = median("warmfront", "rate"), median("postfix", "rate")
    results = {
        "ratio_to_postfix": ratio(ours, postfix),
        "cpu_ratio_to_postfix": ratio(median("warmfront", "cpu_ms"), median("postfix", "cpu_ms")),
        "ratio_to_direct": ratio(ours, median("direct", "rate")),
    }
    for name in rounds:
        results[f"rate_{name}"] = median(name, "rate")
        results[f"accept_rate_{name}"] = median(name, "accept_rate")
        results[f"cpu_ms_per_mail_{name}"] = median(name, "cpu_ms")
        results[f"p99_ms_{name}"] = median(name, "p99_ms")
        results[f"mails_{name}"] = sum(each["mails"] for each in rounds[name])
    results.update(sessions=options.sessions, octets=4096, rounds=options.rounds,
                   seconds=options.seconds,
                   cpu_counted_by=next(each["how"] for each in reversed(
                       [r[0] for r in rounds.values()])))
    return {key: value for key, value in results.items() if value is not None}
