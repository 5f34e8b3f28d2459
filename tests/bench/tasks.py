"""The benchmark of tasks: import, expansion, and a batch that is held."""
import shutil
import sys
import time

from harness.node import Node
from harness.processes import BIN, let_pass, run, until
from harness.sink import Sink

COLD = "127.0.0.2"


def measure(options):
    results = expand(options)
    folder = options.folder / "tasks"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sink = Sink(folder)
    node = Node(folder, {}, [{"domain": "*", "to": sink.address}], name="bench")
    try:
        node.start()
        results.update(import_list(node, folder, options.count))
        results.update(hold(node, options.count))
        return results
    finally:
        node.stop()
        sink.stop()
        shutil.rmtree(folder, ignore_errors=True)


def expand(options):
    """Runs the micro benchmark, which prints `key=value` lines."""
    result = run([BIN / "bench_tasks", options.folder / "tasks-expand"], seconds=600)
    if result.returncode != 0:
        sys.exit(f"bench_tasks: {result.stderr}")
    pairs = (line.split("=", 1) for line in result.stdout.splitlines() if "=" in line)
    results = {key: float(value) for key, value in pairs}
    results["written_by_mail_octets"] = (results["spool_written_octets_per_recipient"]
                                         / results["mail_octets"])
    return results


def import_list(node, folder, count):
    """With three variables, over HTTP from a file, as the command line does it."""
    file = folder / "list.csv"
    with open(file, "w", encoding="utf-8") as out:
        out.write("email,name,city,code\n")
        out.writelines(f"reader{i}@example{i % 50}.test,Name {i},Oslo,{i}\n" for i in range(count))
    idle = node.memory()[0]
    begin = time.monotonic()
    result = node.cli("group", "import", "Readers", file)
    seconds = time.monotonic() - begin
    if result.returncode != 0:
        sys.exit(f"tasks: {result.stderr}")
    group = node.rest.get("/v1/groups/Readers")
    if group["recipients"] != count:
        sys.exit(f"tasks: {group['recipients']} of {count} recipients imported")
    return {"count": count, "list_mib": mebibytes(file.stat().st_size), "import_seconds": seconds,
            "import_per_second": count / seconds, "memory_idle_mib": mebibytes(idle),
            "memory_import_peak_mib": mebibytes(node.memory()[1]),
            "disk_list_mib": disk(node)}


def hold(node, count):
    """A batch of which a day's 450 leave: all others are the list."""
    node.rest.post("/v1/templates", {"name": "News", "subject": "News for {{name}}",
                                     "text": "Dear {{name}} in {{city}}: {{code}}. " * 100})
    node.dedicated_pool("cold", COLD)
    before = disk(node)
    resident = node.memory()[0]
    task = node.rest.post("/v1/tasks", {"template": "News", "group": "Readers", "pool": "cold",
                                        "from": "News <n@sender.test>"})["id"]

    def held():
        progress = node.rest.get(f"/v1/tasks/{task}")["progress"] or {"delivered": 0}
        return progress["delivered"] == 450 and progress["cached"] >= count - 2000
    until(held, "the batch to be held", 60)
    let_pass(5)  # what would grow with the backlog grows meanwhile
    return {"held_disk_mib": disk(node) - before, "memory_before_hold_mib": mebibytes(resident),
            "memory_held_mib": mebibytes(node.memory()[0])}


def disk(node):
    return mebibytes(sum(file.stat().st_blocks * 512
                         for file in node.data.rglob("*") if file.is_file()))


def mebibytes(octets):
    return octets / (1024 * 1024)
