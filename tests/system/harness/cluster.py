"""Three nodes with an etcd member beside each, a sink, and every fault they have to stand."""
import contextlib

from .case import SystemTest
from .certificates import Pki
from .etcd import Etcd
from .namespaces import Network
from .node import Node
from .processes import until
from .rest import Rest
from .sink import Sink, Source

OUTSIDE = "outside"  # the host of the sink and of those who submit


class ClusterNode(Node):
    """A node on a host of its own. The admin key is the cluster's: one node made it."""

    def __init__(self, cluster, host, settings):
        self.cluster = cluster
        super().__init__(cluster.folder, settings, cluster.routes, name=host.name, host=host)

    def pick_ports(self):
        host = self.host
        self.smtp = f"{host.address}:{host.port(2587)}"
        self.public = f"{host.address}:{host.port(8081)}"
        self.peers = f"{host.address}:{host.port(7400)}"
        self.admin = f"{host.own}:{host.port(8080)}"
        self.rest = Rest(self.admin, host=host)
        self.write_config()

    def write_config(self):
        cluster = self.cluster
        self.wanted.setdefault("node", {})["hostname"] = f"{self.name}.warmfront.test"
        self.wanted.setdefault("smtp", {})["relay_networks"] = ["10.77.0.0/16", "127.0.0.0/8"]
        if cluster.federated:
            certificate, key = cluster.pki.node(self.name, self.host.address)
            self.wanted["cluster"] = {
                "etcd": [member.client for member in cluster.members.values()],
                "listen": self.peers, "certificate": str(certificate), "key": str(key),
                "ca": str(cluster.pki.ca), **cluster.federation}
        super().write_config()

    def start(self, seconds=30, enter=None, probe="/readyz"):
        return self._start_once(seconds, enter, probe)

    def read_key(self):
        if (self.data / "admin.key").exists():
            super().read_key()
            if self.cluster.federated:
                self.cluster.key = self.rest.key
        else:
            self.rest.key = until(self.cluster.find_key, "the admin key of the cluster", 5)

    def states(self):
        """What this node thinks of every node: {name: state}."""
        return {each["name"]: each["state"] for each in self.rest.get("/v1/cluster")["nodes"]}

    def own_ips(self, pool="shared", plan="warm"):
        """Puts the addresses of its host into a pool."""
        for address in self.host.sources:
            self.rest.put(f"/v1/pools/{pool}/ips/{address}", {"plan": plan, "node": self.name})


class Cluster:
    """Hosts `names` and the outside on a network; nothing runs before start().

    `federation` holds keys of [cluster]; `settings` further tables for every node. Without
    `federated` each node is a cluster of one. Faults of the network are made by `network`.
    """

    def __init__(self, folder, network=None, names=("n1", "n2", "n3"), federated=True,
                 federation=None, settings=None):
        self.folder = folder
        self.federated = federated
        self.federation = {"replication": "required", "takeover_after": "5s",
                           **(federation or {})}
        self.settings = settings or {}
        self.key = None
        self.sink = None
        self.routes = []
        self.nodes = {}
        self.members = {}
        self.network = network or Network()
        self.outside = self.network.add(OUTSIDE, 200)
        self.pki = Pki(folder / "pki")
        for name in names:
            host = self._new_host(name)
            self.members[name] = Etcd(folder, host, self.pki)

    def _new_host(self, name):
        host = self.network.add(name, len(self.network.hosts))
        self.pki.node(name, host.address)
        return host

    def start_sink(self, **options):
        listen = f"{self.outside.address}:{self.outside.port(2525)}"
        self.sink = Sink(self.folder, listen=listen, enter=self.outside.enter, **options)
        self.routes[:] = [{"domain": "*", "to": self.sink.address}]

    def start_etcd(self, seconds=30):
        for member in self.members.values():
            member.launch(list(self.members.values()))
        self.wait_etcd(seconds=seconds)

    def wait_etcd(self, names=None, seconds=30):
        for name in names or self.members:
            until(self.members[name].healthy, f"etcd {name} to be healthy", seconds, every=0.1)

    def restart_etcd(self, name):
        self.members[name].launch(list(self.members.values()))

    def start(self, seconds=60, enter=None, program=None):
        """The sink, etcd, and the nodes, each with its addresses in the shared pool.

        `enter(name)`, if given, is what the child calls before it becomes that node; `program`
        another warmfrontd than the one that was built.
        """
        self.start_sink()
        if self.federated:
            self.start_etcd()
        for name in self.members:
            node = self.new_node(name)
            node.program = program or node.program
            node.launch(enter and enter(name))
        for node in self.nodes.values():
            node.wait_ready(seconds)
        if self.federated:
            self.wait_states({name: "active" for name in self.nodes})
        for node in self.nodes.values():
            node.own_ips()

    def federate(self):
        """Nodes that were clusters of one find etcd in their configuration from now on."""
        self.federated = True
        self.start_etcd()
        for node in self.nodes.values():
            node.write_config()

    def new_node(self, name):
        """A node on the host of that name, which is made if there is none."""
        host = self.network.hosts.get(name) or self._new_host(name)
        self.nodes[name] = ClusterNode(self, host, self.settings)
        return self.nodes[name]

    def find_key(self):
        """Any node may have been the first, and has the key in its file then."""
        for node in self.nodes.values():
            file = node.data / "admin.key"
            if file.exists():
                self.key = file.read_text().strip()
        return self.key

    def wait_states(self, expected, among=None, seconds=30):
        """Until those nodes (all) agree on the states of the nodes named in `expected`."""
        def agreed():
            for name in among or self.nodes:
                try:
                    states = self.nodes[name].states()
                except OSError:
                    return False  # it starts anew: it was declared dead while it ran
                if any(states.get(each) != state for each, state in expected.items()):
                    return False
            return True

        until(agreed, f"the states {expected} on {among or 'all nodes'}", seconds, every=0.1)

    def load(self, name, mails=None, **options):
        """A source on the outside that submits to a node."""
        return Source(self.nodes[name].smtp, mails, enter=self.outside.enter, **options)

    def transactions(self):
        """Those of the control store that changed something, so far."""
        return next(iter(self.members.values())).revision()

    def stop(self):
        """In any state, and more than once."""
        with contextlib.ExitStack() as last:
            last.callback(self.network.close)
            if self.sink:
                last.callback(self.sink.stop)
            for each in [*self.members.values(), *self.nodes.values()]:
                last.callback(each.stop)
        self.nodes, self.members, self.sink = {}, {}, None


class ClusterTest(SystemTest):
    """A test of a cluster, all of which is gone after it."""

    def make_cluster(self, **options):
        """Not started."""
        cluster = Cluster(self.folder, **options)
        self.addCleanup(cluster.stop)
        return cluster

    def start_cluster(self, **options):
        cluster = self.make_cluster(**options)
        try:
            cluster.start()
        finally:
            self.nodes += cluster.nodes.values()  # their logs are shown when the test fails
        return cluster

    def start_load(self, cluster, name, mails=None, **options):
        source = cluster.load(name, mails, **options)
        self.addCleanup(source.stop)
        return source
