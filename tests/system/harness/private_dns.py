"""A world whose DNS is a name server of the test: for programs that ask at /etc/resolv.conf only."""
import os
import pathlib
import subprocess
import sys
import tempfile

_MARK = "WARMFRONT_PRIVATE_DNS"


def enter_private_dns():
    """Runs this script again in a network of its own, where 127.0.0.1 port 53 is free and all of
    /etc/resolv.conf. Returns there; outside, ends with what came of it (77: it takes root)."""
    if os.environ.get(_MARK):
        return
    if os.geteuid() != 0:
        print("needs root: a network namespace with a DNS of its own")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="warmfront-dns-") as folder:
        resolv = pathlib.Path(folder, "resolv.conf")
        resolv.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:2\n", encoding="ascii")
        script = ('mount --bind "$1" /etc/resolv.conf && ip link set lo up && shift && exec "$@"')
        result = subprocess.run(
            ["unshare", "--mount", "--net", "--propagation", "private", "bash", "-c", script, "bash",
             resolv, sys.executable, "-B", *sys.argv],
            env=dict(os.environ, **{_MARK: "1"},
                     PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"), check=False)
    sys.exit(result.returncode)
