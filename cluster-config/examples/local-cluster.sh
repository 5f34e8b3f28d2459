#!/usr/bin/env bash
# The three nodes of three-nodes/ on one machine, in network namespaces: each with addresses of its
# own, etcd beside it, and a sink outside as the only next hop. Needs root; Ctrl-C ends everything.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
WARMFRONT_BIN=${WARMFRONT_BIN:-$root/build/release/bin} \
  exec /usr/bin/python3 -B "$root/tests/system/local_cluster.py" "$@"
