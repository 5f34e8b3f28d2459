"""Three nodes on this machine, each with etcd beside it, in network namespaces of their own.

The only next hop is a sink, so that nothing leaves the machine. Consoles and submission ports are
brought to loopback here. Ctrl-C ends and removes everything.
"""
import argparse
import pathlib
import secrets
import shutil
import socket
import sys
import tempfile
import threading

from harness.cluster import Cluster
from harness.namespaces import Network, why_not
from harness.processes import BIN, let_pass


class Gate:
    """A port on this machine's loopback that leads to an address as seen from a host."""

    def __init__(self, host, target):
        self.host = host
        name, port = target.rsplit(":", 1)
        self.target = (name, int(port))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            with self.host.entered():
                server = socket.create_connection(self.target, timeout=10)
            server.settimeout(None)
        except OSError:
            client.close()
            return
        threading.Thread(target=pass_on, args=(client, server), daemon=True).start()
        pass_on(server, client)

    def close(self):
        self.listener.close()


def pass_on(one, other):
    """Octets in one direction until they end."""
    try:
        while octets := one.recv(65536):
            other.sendall(octets)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        one.close()
        other.close()


def show(cluster):
    print(f"{'node':<6}{'console and REST':<28}{'SMTP':<20}{'etcd':<26}sends from")
    gates = []
    for name, node in cluster.nodes.items():
        admin, smtp = Gate(node.host, node.admin), Gate(node.host, node.smtp)
        gates += [admin, smtp]
        etcd = cluster.members[name].client if cluster.federated else "-"
        print(f"{name:<6}{'http://' + admin.address:<28}{smtp.address:<20}{etcd:<26}"
              f"{' '.join(node.host.sources)}")
    first = next(iter(cluster.nodes.values()))
    print(f"\nKey      {first.rest.key}\nLogs     {cluster.folder}\n"
          f"Next hop {cluster.sink.address}, a sink that counts\n"
          f"\nTry      export WARMFRONT_SERVER=http://{gates[0].address}\n"
          f"         export WARMFRONT_KEY={first.rest.key}\n"
          f"         {BIN}/warmfront cluster status\n"
          f"         {BIN}/smtp_source --to {gates[1].address} --count 100\n"
          f"Inside   nsenter --net=/proc/{first.host.process.pid}/ns/net ip address   # "
          f"{first.name}'s network\n\nCtrl-C ends everything.", flush=True)
    return gates


def watch(cluster):
    """Says what arrives and what ends, until Ctrl-C."""
    seen, gone = {}, set()
    while True:
        let_pass(1.0)
        counts = cluster.sink.stat()["by_source"]
        news = {source: count for source, count in sorted(counts.items())
                if count != seen.get(source, 0)}
        if news:
            print("the sink has " + ", ".join(f"{count} from {source}"
                                              for source, count in news.items()), flush=True)
        seen = counts
        ended = {name for name, node in cluster.nodes.items() if not node.running()}
        for name in ended - gone:
            print(f"{name} ended; its log is {cluster.nodes[name].log}", flush=True)
        gone = ended


def make_secrets_key(folder):
    """What all nodes seal their secrets and the sessions of the console with."""
    file = folder / "secrets.key"
    file.touch(mode=0o600)
    file.write_text(secrets.token_hex(32) + "\n", encoding="ascii")
    return file


def main():
    parser = argparse.ArgumentParser(prog="local-cluster.sh", description=__doc__)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--replication", default="required",
                        choices=("none", "preferred", "required"))
    parser.add_argument("--takeover-after", default="5s")
    parser.add_argument("--apart", action="store_true",
                        help="no cluster: every node alone with an embedded control store")
    options = parser.parse_args()
    reason = why_not()
    if reason:
        sys.exit(f"local-cluster: {reason}")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="warmfront-cluster-"))
    names = [f"n{number}" for number in range(1, options.nodes + 1)]
    cluster = None
    gates = []
    try:
        cluster = Cluster(folder, Network(), names, federated=not options.apart, federation={
            "replication": options.replication, "takeover_after": options.takeover_after},
            settings={"secrets": {"key_file": str(make_secrets_key(folder))}})
        cluster.start()
        gates = show(cluster)
        watch(cluster)
    except KeyboardInterrupt:
        print()
    finally:
        for gate in gates:
            gate.close()
        if cluster:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
