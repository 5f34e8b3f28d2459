"""The benchmark of the suppression list: ten million entries."""
import sys

from harness.processes import BIN, run


def measure(options):
    """Runs the micro benchmark, which prints `key=value` lines."""
    entries = 10 * options.count
    result = run([BIN / "bench_suppressions", options.folder / "suppressions", str(entries)],
                 seconds=1800)
    if result.returncode != 0:
        sys.exit(f"bench_suppressions: {result.stderr}")
    pairs = (line.split("=", 1) for line in result.stdout.splitlines() if "=" in line)
    return {"entries": entries, **{key: float(value) for key, value in pairs}}
