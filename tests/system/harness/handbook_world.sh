# What pages of the handbook take for granted: a next hop, a node, a name server. Their <!-- run blocks
# call these functions; handbook.py reads this file into the shell of each page.

# until COMMAND…: repeats it for at most 20 s.
until_true() {
  local tries=200
  while ! "$@" >/dev/null 2>&1; do
    ((tries-- > 0)) || { echo "never true: $*"; return 1; }
    sleep 0.1
  done
}

# A next hop at 127.0.0.1:2526 that writes what it gets to sink.log.
sink() {
  python3 -W ignore -u -m smtpd -n -c DebuggingServer 127.0.0.1:2526 >sink.log 2>&1 &
  until_true bash -c '</dev/tcp/127.0.0.1/2526'
}

# A node on default ports that sends everything to the sink, with more settings on standard input.
# The key of its administrator is in WARMFRONT_KEY.
trial_node() {
  local more
  more=$(cat)
  {
    printf '[node]\nname = "n1"\nhostname = "mta1.example.net"\ndata_dir = "data"\n'
    [[ $more == *"[delivery]"* ]] || printf '[delivery]\nroutes = [{ domain = "*", to = "127.0.0.1:2526" }]\n'
    [[ $more == *"[identity]"* ]] || printf '[identity]\nrequire_verified = false\n'
    [[ $more == *"[storage]"* ]] || printf '[storage]\nreserve = "64MiB"\n'
    printf '%s\n' "$more"
  } >node.toml
  warmfrontd --config node.toml >node.log 2>&1 &
  NODE=$!
  until_true curl --silent --fail http://127.0.0.1:8080/readyz || { cat node.log; return 1; }
  WARMFRONT_KEY=$(cat data/admin.key)
  export WARMFRONT_KEY
}

# zone NAME: its records are on standard input; serves it from now on, at 127.0.0.1@5353.
zone() {
  mkdir -p dns
  { printf '$ORIGIN %s.\n$TTL 1\n@ IN SOA ns hostmaster %s 3600 600 86400 1\n@ IN NS ns\nns IN A 127.0.0.1\n' \
      "$1" "$(date +%s%N | cut -c4-12)"; cat; } >"dns/$1.zone"
  {
    printf 'server:\n  ip-address: 127.0.0.1\n  port: 5353\n  username: ""\n  zonesdir: "%s"\n' "$PWD/dns"
    printf '  database: ""\n  pidfile: "%s/nsd.pid"\n  xfrdfile: "%s/x"\n' "$PWD/dns" "$PWD/dns"
    printf '  zonelistfile: "%s/l"\n  xfrdir: "%s"\n  logfile: "%s/nsd.log"\n' "$PWD/dns" "$PWD/dns" "$PWD/dns"
    printf '  rrl-ratelimit: 0\nremote-control:\n  control-enable: no\n'
    local file
    for file in dns/*.zone; do
      printf 'zone:\n  name: %s\n  zonefile: %s\n' "$(basename "$file" .zone)" "$PWD/$file"
    done
  } >dns/nsd.conf
  if [[ -n ${NSD:-} ]]; then
    kill "$NSD"
    wait "$NSD" 2>/dev/null || true
  fi
  # The one before may hold the port a moment longer: its children end after it.
  local tries=100
  while ((tries-- > 0)); do
    rm -f dns/nsd.log
    nsd -d -c "$PWD/dns/nsd.conf" >/dev/null 2>&1 &
    NSD=$!
    while kill -0 "$NSD" 2>/dev/null && ! grep -qs "nsd started" dns/nsd.log; do
      sleep 0.05
    done
    kill -0 "$NSD" 2>/dev/null && return
    sleep 0.1
  done
  echo "the name server does not start"
  cat dns/nsd.log
  return 1
}
