"""The warm-up benchmark: ledgers by the ten thousand, and `why` on a node that holds a million mails."""
import shutil
import statistics
import sys
import time

from harness.node import Node
from harness.processes import BIN, run
from harness.sink import Sink, send_load

COLD = "127.0.0.2"
QUESTIONS = 200


def measure(options):
    results = measure_ledgers(options)
    results.update(measure_why(options))
    return results


def measure_ledgers(options):
    """Runs the micro benchmark, which prints `key=value` lines."""
    folder = options.folder / "warmup-ledgers"
    result = run([BIN / "bench_warmup", folder], seconds=300)
    if result.returncode != 0:
        sys.exit(f"bench_warmup: {result.stderr}")
    pairs = (line.split("=", 1) for line in result.stdout.splitlines() if "=" in line)
    return {key: float(value) for key, value in pairs}


def measure_why(options):
    folder = options.folder / "warmup"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sink = Sink(folder)
    node = Node(folder, {"smtp": {"relay_networks": ["127.0.0.0/8"]}},
                [{"domain": "*", "to": sink.address}], name="bench")
    try:
        node.start()
        node.dedicated_pool("cold", COLD)
        totals = send_load(node.smtp, options.count, sessions=100, octets=1024, seconds=3600,
                           field="X-Warmfront-Pool: cold")
        if totals["accepted"] != options.count:
            sys.exit(f"warmup: only {totals['accepted']} mails accepted: {totals['last_fault']}")
        return {"held": options.count, **time_why(node)}
    finally:
        node.stop()
        sink.stop()
        shutil.rmtree(folder, ignore_errors=True)


def time_why(node):
    """Over HTTP, as whoever asks sees it: the newest mails, which have all others before them."""
    held = node.rest.get(f"/v1/messages?state=held&limit={QUESTIONS}")["items"]
    taken = []
    for message in held:
        begin = time.perf_counter()
        why = node.rest.get(f"/v1/messages/{message['id']}/why")
        taken.append((time.perf_counter() - begin) * 1000)
        if not why["reasons"] or not why["reasons"][0]["expected_at"]:
            sys.exit(f"warmup: {message['id']} waits for no reason: {why}")
    taken.sort()
    begin = time.perf_counter()
    node.rest.get("/v1/queues")
    return {"why_ms": statistics.median(taken), "why_ms_p99": taken[int(len(taken) * 0.99)],
            "queues_ms": (time.perf_counter() - begin) * 1000}
