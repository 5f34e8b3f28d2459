"""What the relay benchmark compares: Postfix in a private instance, and a warmfrontd."""
import ctypes
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess

from harness.node import Node
from harness.processes import free_port, until

TICKS = os.sysconf("SC_CLK_TCK")


class ProcessGroup:
    """Processor time of a contestant with all its descendants.

    A control group counts exactly, ended children included. Without one (no root), the times of the
    living processes and of the children they have waited for are summed: Linux truncates each to
    hundredths of a second, which flatters a contestant of many processes a little.
    """

    def __init__(self, name):
        self.path = None
        for base, field in (("/sys/fs/cgroup/cpuacct", "cpuacct.usage"),
                            ("/sys/fs/cgroup", "cpu.stat")):
            if not os.path.exists(f"{base}/{field}"):
                continue
            path = f"{base}/warmfront-bench-{os.getpid()}-{name}"
            try:
                os.mkdir(path)
                self.path, self.field = path, field
                break
            except OSError:
                continue
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: orphans come to us
        self.root = None

    def enter(self):
        """For preexec_fn of the contestant's first process."""
        if self.path:
            with open(f"{self.path}/cgroup.procs", "w", encoding="ascii") as file:
                file.write("0")

    def how(self):
        return "control group" if self.path else "process times"

    def pids(self):
        if self.path:
            with open(f"{self.path}/cgroup.procs", encoding="ascii") as file:
                return [int(line) for line in file]
        return descendants(self.root)

    def seconds(self):
        if self.path:
            with open(f"{self.path}/{self.field}", encoding="ascii") as file:
                text = file.read()
            if self.field == "cpuacct.usage":
                return int(text) / 1e9
            return int(re.search(r"usage_usec (\d+)", text).group(1)) / 1e6
        return sum(process_seconds(pid) for pid in self.pids())

    def remove(self):
        """Ends what is left in the group, and the group."""
        if not self.path:
            return

        def gone():
            for pid in self.pids():
                try:
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, os.WNOHANG)
                except OSError:
                    pass
            try:
                os.rmdir(self.path)
                return True
            except OSError:
                return False

        until(gone, f"the end of the processes in {self.path}", 20)


def stat_fields(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        return file.read().rsplit(")", 1)[1].split()


def process_seconds(pid):
    """User and system time of a process and of its children that have ended."""
    try:
        return sum(int(field) for field in stat_fields(pid)[11:15]) / TICKS
    except OSError:
        return 0.0


def descendants(root):
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                parents[int(name)] = int(stat_fields(name)[1])
            except OSError:
                pass
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def answers_smtp(port):
    """Whether somebody greets on that port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            greeted = client.recv(200).startswith(b"220")
            client.sendall(b"QUIT\r\n")
            client.recv(200)
            return greeted
    except OSError:
        return False


POSTFIX_MAIN = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
shlib_directory = /usr/lib/postfix
meta_directory = /etc/postfix
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.bench.test
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
local_transport = error:no local mail
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
smtpd_client_connection_count_limit = 0
relayhost = [127.0.0.1]:{sink}
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_tls_security_level = none
smtpd_tls_security_level = none
smtputf8_enable = no
default_process_limit = 150
in_flow_delay = 0
default_destination_concurrency_limit = 20
initial_destination_concurrency = 20
default_destination_concurrency_failed_cohort_limit = 10
qmgr_message_active_limit = 40000
qmgr_message_recipient_limit = 40000
enable_long_queue_ids = yes
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
"""

POSTFIX_MASTER = """127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - 20 smtp
relay unix - - n - 20 smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """Debian's Postfix with a configuration, queue and port of its own; the system's is untouched.

    Set up for throughput, not against it: no DNS, no name lookups, as many smtpd as the load has
    sessions, 20 deliveries at once, no slowing of the input. Its fsync per mail stays, of course.
    """

    name = "postfix"

    @staticmethod
    def missing():
        """Why it cannot run here, or nothing."""
        if os.geteuid() != 0:
            return "Postfix starts only as root"
        return None if os.path.exists("/usr/sbin/postfix") else "Postfix is not installed"

    def start(self, folder, sink_port):
        self.folder = pathlib.Path(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in ("conf", "data", "queue"):
            (self.folder / name).mkdir(parents=True)
        shutil.chown(self.folder / "data", "postfix")
        port = free_port()
        values = {"folder": self.folder, "sink": sink_port, "port": port}
        (self.folder / "conf/main.cf").write_text(POSTFIX_MAIN.format(**values), encoding="ascii")
        (self.folder / "conf/master.cf").write_text(POSTFIX_MASTER.format(**values),
                                                    encoding="ascii")
        self.group = ProcessGroup(self.name)
        with open(self.folder / "out.log", "ab") as log:
            # master makes itself the leader of its process group: no parent-death signal here.
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with
                ["/usr/sbin/postfix", "-c", str(self.folder / "conf"), "start-fg"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=self.group.enter,
                start_new_session=True)
        self.group.root = self.process.pid
        until(lambda: answers_smtp(port), "Postfix to greet", 30)
        return f"127.0.0.1:{port}"

    def stop(self):
        subprocess.run(["/usr/sbin/postfix", "-c", str(self.folder / "conf"), "abort"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.group.remove()
        shutil.rmtree(self.folder, ignore_errors=True)


class Warmfront:
    """A node as it comes, with one warm shared IP."""

    name = "warmfront"

    @staticmethod
    def missing():
        return None

    def start(self, folder, sink_port):
        self.folder = pathlib.Path(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.node = Node(self.folder, {
            "smtp": {"relay_networks": ["127.0.0.0/8"]},
            "storage": {},
        }, [{"domain": "*", "to": f"127.0.0.1:{sink_port}"}], name="bench")
        self.group = ProcessGroup(self.name)
        self.node.start(enter=self.group.enter)
        self.group.root = self.node.process.pid
        self.node.shared_ip()
        return self.node.smtp

    def stop(self):
        self.node.terminate()
        self.group.remove()
        shutil.rmtree(self.folder, ignore_errors=True)
