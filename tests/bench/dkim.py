"""The benchmark of DKIM: whole mails signed beside what `openssl speed` signs of a hash.

Both take turns, on as many threads as processes, so that a machine that is busy or throttled slows
them alike. A ratio is of the sums over all rounds.
"""
import os
import re
import statistics
import sys

from harness.processes import BIN, run

SIZES = (2048, 8192)
# The sign column: seconds a signature, seconds a verification, signatures a second.
COLUMNS = {"rsa": re.compile(r"rsa\s+2048 bits\s+\S+s\s+\S+s\s+([\d.]+)"),
           "ed25519": re.compile(r"EdDSA \(Ed25519\)\s+\S+s\s+\S+s\s+([\d.]+)")}
NAMES = {"rsa": "rsa2048", "ed25519": "ed25519"}


def measure(options):
    threads = os.cpu_count()
    seconds = max(1, min(3, int(options.seconds)))
    reference = {kind: [] for kind in COLUMNS}
    signed = {}
    for _ in range(options.rounds):
        for kind in COLUMNS:
            reference[kind].append(speed(kind, threads, seconds))
            for size in SIZES:
                signed.setdefault((kind, size), []).append(sign(kind, size, threads, seconds))
        for size in SIZES:
            signed.setdefault(("both", size), []).append(sign("both", size, threads, seconds))
    results = {"threads": threads, "seconds": seconds, "rounds": options.rounds}
    for kind, rates in reference.items():
        results[f"openssl_{NAMES[kind]}_per_second"] = statistics.mean(rates)
    for (kind, size), rates in signed.items():
        name = f"{NAMES.get(kind, kind)}_{size // 1024}k"
        results[f"{name}_mails_per_second"] = statistics.mean(rates)
        if kind in reference:
            results[f"{name}_ratio"] = sum(rates) / sum(reference[kind])
    return results


def speed(kind, threads, seconds):
    result = run(["openssl", "speed", "-multi", threads, "-seconds", seconds, NAMES[kind]],
                 seconds=60 + 20 * seconds)
    found = COLUMNS[kind].search(result.stdout)
    if result.returncode != 0 or not found:
        sys.exit(f"openssl speed: {result.stdout}{result.stderr}")
    return float(found.group(1))


def sign(kind, size, threads, seconds):
    result = run([BIN / "bench_dkim", kind, size, threads, seconds], seconds=60 + seconds)
    if result.returncode != 0:
        sys.exit(f"bench_dkim: {result.stderr}")
    return float(result.stdout.split("=", 1)[1])
