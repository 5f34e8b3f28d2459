"""The backlog benchmark: a million mails held by warm-up cost disk, not memory or start-up time."""
import shutil
import sys
import time
from datetime import datetime

from harness.node import Node
from harness.processes import until
from harness.sink import Sink, send_load

COLD = "127.0.0.2"
DAY_SECONDS = 60
PER_DAY = 100


def measure(options):
    folder = options.folder / "backlog"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sink = Sink(folder)
    # No mail is due except PER_DAY a day, so that several days can be seen to open.
    node = Node(folder, {
        "smtp": {"relay_networks": ["127.0.0.0/8"]},
        "warmup": {"day": f"{DAY_SECONDS}s"},
    }, [{"domain": "*", "to": sink.address}], name="bench")
    try:
        return measure_node(node, sink, options)
    finally:
        node.stop()
        sink.stop()
        shutil.rmtree(folder, ignore_errors=True)


def measure_node(node, sink, options):
    node.start()
    results = {"count": options.count, "memory_idle_mib": mebibytes(node.memory()[0])}
    # Ascending by one, so that a plan that must grow is satisfied, too.
    node.custom_plan("trickle", [PER_DAY + day for day in range(366)])
    node.dedicated_pool("cold", COLD, "trickle")
    totals = send_load(node.smtp, options.count, sessions=100, octets=4096,
                       seconds=3600, field="X-Warmfront-Pool: cold")
    if totals["accepted"] != options.count:
        sys.exit(f"backlog: only {totals['accepted']} mails accepted: {totals['last_fault']}")
    seconds = (totals["last_ns"] - totals["start_ns"]) / 1e9
    resident, most = node.memory()
    results.update(
        inject_seconds=seconds, inject_rate=options.count / seconds,
        memory_peak_mib=mebibytes(most), memory_after_inject_mib=mebibytes(resident),
        sent_while_injecting=sink.stat()["unique"])
    show(results)

    node.kill()
    results["restart_seconds_after_kill"] = node.start(seconds=120)
    code, stop_seconds = node.terminate(seconds=30)
    results.update(stop_seconds=stop_seconds, stop_code=code)
    results["restart_seconds_after_stop"] = node.start(seconds=120)
    results["memory_after_restart_mib"] = mebibytes(node.memory()[0])
    show(results)

    results.update(first_release(node, sink))
    resident, most = node.memory()
    results.update(memory_end_mib=mebibytes(resident),
                   memory_peak_after_restart_mib=mebibytes(most),
                   memory_most_mib=max(results["memory_peak_mib"], mebibytes(most)))
    results["disk_mib"] = mebibytes(sum(f.stat().st_blocks * 512
                                        for f in node.data.rglob("*") if f.is_file()))
    counts = sink.stat()
    if counts["duplicate"] or counts["corrupt"]:
        sys.exit(f"backlog: {counts['duplicate']} doubles, {counts['corrupt']} damaged")
    return results


def first_release(node, sink):
    """Seconds from the opening of a day to the first arrival, and to the last of its mails."""
    ledger = node.ledger(COLD)
    opens = parse_time(ledger["day_ends_at"])
    if opens - time.time() < 2:  # too near to be sure of which day a mail is
        until(lambda: node.ledger(COLD)["day"] > ledger["day"], "the next day", DAY_SECONDS)
        ledger = node.ledger(COLD)
        opens = parse_time(ledger["day_ends_at"])
    until(lambda: time.time() > opens, "the day to open", DAY_SECONDS + 5)
    due = PER_DAY + ledger["day"]  # the plan's limit for the day that opens

    def released():
        times = [a.time_ns / 1e9 for a in sink.accepted() if a.time_ns / 1e9 >= opens]
        return times if len(times) >= min(due, PER_DAY) else None

    times = until(released, "the first mails of the day", DAY_SECONDS)
    return {"first_release_seconds": min(times) - opens,
            "hundred_released_seconds": max(times) - opens}


def parse_time(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def mebibytes(octets):
    return octets / (1024 * 1024)


def show(results):
    print("  " + ", ".join(f"{key} {value:.2f}" if isinstance(value, float) else f"{key} {value}"
                           for key, value in results.items()), flush=True)
