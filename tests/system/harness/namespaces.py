"""Hosts of a test: network namespaces on a bridge of their own, or addresses of loopback.

The namespaces have no names and live only as long as processes of this one: nothing outlives a test
that is killed, and runs beside each other cannot meet.
"""
import contextlib
import ctypes
import os
import shutil
import subprocess

from .processes import free_port, run, spawn

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _enter(descriptor):
    if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def _leave_network():
    if _libc.unshare(_CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")


def leave_network():
    """This process has a network of its own from now on, with nothing in it but loopback."""
    _leave_network()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True, stdin=subprocess.DEVNULL)


def why_not():
    """Why namespaces cannot be made here, or nothing."""
    if os.geteuid() != 0:
        return "needs root to make network namespaces"
    for tool, package in (("ip", "iproute2"), ("nft", "nftables")):
        if not shutil.which(tool, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"):
            return f"needs {tool} (package {package})"
    try:
        with contextlib.closing(Namespace()) as first, contextlib.closing(Namespace()) as second:
            first.tool("ip link add bridge type bridge")
            first.tool(f"ip link add port type veth peer name eth0 netns {second.process.pid}")
            second.tool("nft list ruleset")
    except (OSError, RuntimeError, subprocess.SubprocessError) as fault:
        return f"network namespaces cannot be made here: {fault}"
    return None


class Namespace:
    """A network namespace, kept by a process that does nothing."""

    def __init__(self):
        self.process = spawn(["sleep", "infinity"], enter=_leave_network,
                             stdin=subprocess.DEVNULL)
        self.descriptor = os.open(f"/proc/{self.process.pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self.tool("ip link set lo up")

    def enter(self):
        """For the child of spawn() and run(), before it becomes the command."""
        _enter(self.descriptor)

    @contextlib.contextmanager
    def entered(self):
        """This thread inside; a socket made here stays here."""
        with open("/proc/thread-self/ns/net", "rb") as home:
            _enter(self.descriptor)
            try:
                yield
            finally:
                _enter(home.fileno())

    def tool(self, command, text=None):
        """Runs a command of the administrator; raises when it fails."""
        paths = dict(os.environ, PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        options = {"input": text} if text is not None else {}
        result = run(command.split(), enter=self.enter, env=paths, **options)
        if result.returncode != 0:
            raise RuntimeError(f"{command}: {result.stderr.strip()}")
        return result.stdout

    def close(self):
        """The namespace is gone once its last process is."""
        os.close(self.descriptor)
        self.process.kill()
        self.process.wait()


class Host(Namespace):
    """A machine on the bridge: `address` is its first one, `sources` are those mail leaves from."""

    def __init__(self, name, number, sources=3):
        super().__init__()
        self.name = name
        self.block = f"10.77.{number}.0/24"
        self.address = f"10.77.{number}.1"
        self.own = "127.0.0.1"  # for what nobody else may reach
        self.sources = [f"10.77.{number}.{11 + index}" for index in range(sources)]

    def port(self, wanted):
        """Ports are all free in a namespace of one's own."""
        return wanted

    def drop(self, others):
        """Lets nothing in from those hosts any more, and everything from all others."""
        rules = "".join(f"    ip saddr {other.block} drop\n" for other in others)
        self.tool("nft -f -", "table inet cut\ndelete table inet cut\ntable inet cut {\n"
                  "  chain input {\n    type filter hook input priority 0; policy accept;\n"
                  f"{rules}  }}\n}}\n")


class Network:
    """Hosts on one bridge, and the faults between them."""

    def __init__(self):
        self.hosts = {}
        self.cuts = set()  # (from, to): what the one sends does not reach the other
        self.bridge = Namespace()
        self.bridge.tool("ip link add bridge type bridge")
        self.bridge.tool("ip link set bridge up")

    def add(self, name, number, sources=3):
        host = Host(name, number, sources)
        self.hosts[name] = host
        port = f"port{number}"
        self.bridge.tool(f"ip link add {port} type veth peer name eth0 netns {host.process.pid}")
        self.bridge.tool(f"ip link set {port} master bridge up")
        # The first address is that of connections which choose none.
        host.tool(f"ip address add {host.address}/16 dev eth0")
        for source in host.sources:
            host.tool(f"ip address add {source}/32 dev eth0")
        host.tool("ip link set eth0 up")
        return host

    def partition(self, one, other, one_way=False):
        """Cuts two hosts off from each other; one way: only what `one` sends is lost."""
        self.cuts.add((one, other))
        if not one_way:
            self.cuts.add((other, one))
        self._apply()

    def isolate(self, name, keep=()):
        """Cuts a host off from all others but those to keep."""
        for other in self.hosts:
            if other != name and other not in keep:
                self.cuts |= {(name, other), (other, name)}
        self._apply()

    def heal(self):
        """Takes all cuts back and brings all links up."""
        self.cuts.clear()
        self._apply()
        for name in self.hosts:
            self.link(name, up=True)

    def link(self, name, up):
        """Pulls the cable of a host, or puts it back."""
        self.hosts[name].tool(f"ip link set eth0 {'up' if up else 'down'}")

    def _apply(self):
        for name, host in self.hosts.items():
            host.drop([self.hosts[one] for one, other in sorted(self.cuts) if other == name])

    def close(self):
        for host in self.hosts.values():
            host.close()
        self.bridge.close()


class LoopbackHost:
    """Addresses 127.0.N.* of this machine: no root needed, no faults of the network to be had."""

    def __init__(self, name, number, sources=3):
        self.name = name
        self.address = self.own = f"127.0.{number}.1"
        self.sources = [f"127.0.{number}.{11 + index}" for index in range(sources)]

    def enter(self):
        """Every process is there already."""

    def entered(self):
        return contextlib.nullcontext()

    def port(self, _wanted):
        return free_port(self.address)


class Loopback:
    """The hosts of a Network without its faults."""

    def __init__(self):
        self.hosts = {}

    def add(self, name, number, sources=3):
        self.hosts[name] = LoopbackHost(name, number, sources)
        return self.hosts[name]

    def close(self):
        """Nothing was made."""
