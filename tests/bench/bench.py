#!/usr/bin/python3
"""Benchmarks of a release build; each prints a table and writes build/bench/NAME.json.

  relay    end to end beside Postfix and beside sending straight into the sink
  backlog  a million held mails: memory, restart, first release
  permit   one permit in the warm-up rules
  warmup   ten thousand ledgers: memory, a change of the day, a forecast; `why` with a million held
  tasks    a million recipients imported and held; expanding a batch
  suppressions  ten million addresses that are not sent to: import, memory, look-ups
  clicks   redirects of the public address
  feedback bounces, complaints, opens and clicks written down
  cluster  three nodes: what the second copy costs, takeover, catching up
  dkim     whole mails signed, beside `openssl speed`
"""
import argparse
import json
import os
import pathlib
import platform
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("WARMFRONT_BIN", str(ROOT / "build" / "release" / "bin"))
sys.path.insert(0, str(ROOT / "tests" / "system"))

import backlog  # noqa: E402  pylint: disable=wrong-import-position
import clicks  # noqa: E402  pylint: disable=wrong-import-position
import cluster  # noqa: E402  pylint: disable=wrong-import-position
import dkim  # noqa: E402  pylint: disable=wrong-import-position
import relay  # noqa: E402  pylint: disable=wrong-import-position
import suppressions  # noqa: E402  pylint: disable=wrong-import-position
import tasks  # noqa: E402  pylint: disable=wrong-import-position
import warmup  # noqa: E402  pylint: disable=wrong-import-position
from harness.processes import BIN, run  # noqa: E402  pylint: disable=wrong-import-position

FOLDER = ROOT / "build" / "bench"


def machine():
    """What the numbers depend on."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    with open("/proc/meminfo", encoding="ascii") as file:
        memory = int(file.readline().split()[1]) // 1024
    disk = subprocess.run(["stat", "--file-system", "--format=%T", FOLDER], capture_output=True,
                          text=True, check=False).stdout.strip()
    return {
        "machine_cpu": models[0] if models else platform.machine(),
        "machine_cores": os.cpu_count(),
        "machine_memory_mib": memory,
        "machine_kernel": platform.release(),
        "machine_disk": disk,
    }


def permit(_options):
    """Runs the micro benchmark, which prints `key=value` lines."""
    result = run([BIN / "bench_permit"], seconds=300)
    if result.returncode != 0:
        sys.exit(f"bench_permit: {result.stderr}")
    pairs = (line.split("=", 1) for line in result.stdout.splitlines() if "=" in line)
    return {key.strip(): number(value.strip()) for key, value in pairs}


def feedback(options):
    """Runs the micro benchmark, which prints `key=value` lines."""
    result = run([BIN / "bench_feedback", options.folder / "feedback"], seconds=600)
    if result.returncode != 0:
        sys.exit(f"bench_feedback: {result.stderr}")
    pairs = (line.split("=", 1) for line in result.stdout.splitlines() if "=" in line)
    return {key.strip(): number(value.strip()) for key, value in pairs}


def number(text):
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text


BENCHES = {"relay": relay.measure, "backlog": backlog.measure, "permit": permit,
           "cluster": cluster.measure, "warmup": warmup.measure, "tasks": tasks.measure,
           "suppressions": suppressions.measure, "dkim": dkim.measure, "clicks": clicks.measure,
           "feedback": feedback}


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--rounds", type=int, default=3,
                        help="relay, cluster, dkim: rounds of each contestant")
    parser.add_argument("--seconds", type=float, default=8,
                        help="relay, cluster: length of a round's load")
    parser.add_argument("--sessions", type=int, default=100,
                        help="relay, cluster: client sessions")
    parser.add_argument("--revisions", type=int, default=100_000,
                        help="cluster: how far a node is behind that catches up")
    parser.add_argument("--contestants", default="direct,postfix,warmfront")
    parser.add_argument("--count", type=int, default=1_000_000, help="backlog, warmup: held mails; tasks: recipients")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in BENCHES]
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    options.folder = FOLDER
    for name in options.names or BENCHES:
        print(f"== {name}", flush=True)
        results = {**BENCHES[name](options), **machine()}
        file = FOLDER / f"{name}.json"
        file.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
        for key, value in results.items():
            print(f"  {key:<34} {value:.3f}" if isinstance(value, float)
                  else f"  {key:<34} {value}")
        print(f"  written to {file.relative_to(ROOT)}", flush=True)


if __name__ == "__main__":
    main()
