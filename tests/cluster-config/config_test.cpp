#include "cluster-config/config.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace warmfront;
using namespace std::chrono_literals;

namespace {

const std::string node_part = "[node]\n"
                              "hostname = \"mta1.example.net\"\n"
                              "data_dir = \"/var/lib/warmfront\"\n";

config::loaded_config parse(const std::string& text) {
  return config::parse(text, "node.toml");
}

/// The one fault of a text, in words; all of them when there are more.
std::string fault_of(const std::string& text) {
  std::string lines;
  for (const auto& fault : parse(text).faults)
    lines += (lines.empty() ? "" : "\n") + config::to_string(fault);
  return lines;
}

} // namespace

TEST_CASE("config: the least file has all defaults", "[config]") {
  const auto loaded = parse(node_part);
  REQUIRE(loaded.faults.empty());
  CHECK(loaded.value.node.name == "n1");
  CHECK(loaded.value.smtp.submission == std::vector<std::string>{"127.0.0.1:2587"});
  CHECK(loaded.value.smtp.max_message_size == 10 * 1024 * 1024);
  CHECK(loaded.value.delivery.expire_after == 5 * 24h);
  CHECK(loaded.value.warmup.day == 24h);
  CHECK(loaded.value.identity.require_verified);
  CHECK(loaded.value.cloud_api.time_zone == 8h);
  CHECK(loaded.value.storage.reserve == 1024ull * 1024 * 1024);
  CHECK_FALSE(loaded.value.cluster.has_value());
  CHECK_FALSE(loaded.value.tls.has_value());
}

TEST_CASE("config: every key of the smtp, http and dns tables is read", "[config]") {
  const auto loaded = parse(node_part + R"(
[smtp]
submission = ["127.0.0.1:0", "[::1]:2587"]
submissions = ["0.0.0.0:465"]
inbound = ["192.0.2.1:25"]
relay_networks = ["10.0.0.0/8", "2001:db8::/32"]
max_message_size = 1048576
[http]
admin = "192.0.2.1:8443"
public = "0.0.0.0:8081"
public_url = "https://t.example.net:8443"
public_tls = true
trusted_proxies = ["10.1.0.0/16"]
console = "console"
[http.tls]
certificate = "admin.pem"
key = "admin.key"
[tls]
certificate = "mta.pem"
key = "mta.key"
[dns]
servers = ["127.0.0.1@5353", "::1"]
[tracking]
opens = false
)");
  REQUIRE(loaded.faults.empty());
  const auto& value = loaded.value;
  CHECK(value.smtp.submission == std::vector<std::string>{"127.0.0.1:0", "[::1]:2587"});
  CHECK(value.smtp.submissions == std::vector<std::string>{"0.0.0.0:465"});
  CHECK(value.smtp.inbound == std::vector<std::string>{"192.0.2.1:25"});
  CHECK(value.smtp.relay_networks == std::vector<std::string>{"10.0.0.0/8", "2001:db8::/32"});
  CHECK(value.smtp.max_message_size == 1024 * 1024);
  CHECK(value.http.admin == "192.0.2.1:8443");
  CHECK(value.http.public_address == "0.0.0.0:8081");
  CHECK(value.http.public_url == "https://t.example.net:8443");
  CHECK(value.http.public_tls);
  CHECK(value.http.trusted_proxies == std::vector<std::string>{"10.1.0.0/16"});
  CHECK(value.http.console == "console");
  REQUIRE(value.http.tls.has_value());
  CHECK(value.http.tls->certificate == "admin.pem");
  CHECK(value.http.tls->key == "admin.key");
  REQUIRE(value.tls.has_value());
  CHECK(value.tls->key == "mta.key");
  CHECK(value.dns.servers == std::vector<std::string>{"127.0.0.1@5353", "::1"});
  CHECK_FALSE(value.tracking.opens);
  CHECK(value.tracking.clicks);
}

TEST_CASE("config: every key of the other tables is read", "[config]") {
  const auto loaded = parse(R"(
[node]
name = "n2"
hostname = "mta2.example.net"
data_dir = "data"
[cluster]
etcd = ["https://etcd1:2379", "http://[::1]:2379"]
listen = "192.0.2.1:7400"
certificate = "n1.pem"
key = "n1.key"
ca = "ca.pem"
replication = "required"
takeover_after = "45s"
[delivery]
routes = [
  { domain = "*", to = "127.0.0.1:2526" },
  { to = "mx.example.org:25", domain = "example.org" },
]
connections_per_site = 5
retry_first = "500ms"
retry_last = "1h"
expire_after = "2d"
[warmup]
day = "20s"
[identity]
require_verified = false
[cloud_api]
time_zone = "-03:30"
review_templates = true
[log]
level = "debug"
file = "node.log"
[storage]
reserve = "512KiB"
)");
  REQUIRE(loaded.faults.empty());
  const auto& value = loaded.value;
  CHECK(value.node.name == "n2");
  REQUIRE(value.cluster.has_value());
  CHECK(value.cluster->etcd.size() == 2);
  CHECK(value.cluster->replication == config::replication_mode::required);
  CHECK(value.cluster->takeover_after == 45s);
  REQUIRE(value.delivery.routes.size() == 2);
  CHECK(value.delivery.routes[1].domain == "example.org");
  CHECK(value.delivery.routes[1].to == "mx.example.org:25");
  CHECK(value.delivery.connections_per_site == 5);
  CHECK(value.delivery.retry_first == 500ms);
  CHECK(value.delivery.retry_last == 1h);
  CHECK(value.delivery.expire_after == 48h);
  CHECK(value.warmup.day == 20s);
  CHECK_FALSE(value.identity.require_verified);
  CHECK(value.cloud_api.time_zone == -210min);
  CHECK(value.cloud_api.review_templates);
  CHECK(value.log.level == "debug");
  CHECK(value.log.file == "node.log");
  CHECK(value.storage.reserve == 512 * 1024);
}

TEST_CASE("config: every key of the compatible API and of its keys is read", "[config]") {
  const auto loaded = parse(R"(
[node]
name = "n2"
hostname = "mta2.example.net"
data_dir = "data"
[cloud_api]
time_zone = "+05:45"
review_templates = true
requests_per_second = 0
[secrets]
key_file = "seal.key"
)");
  REQUIRE(loaded.faults.empty());
  CHECK(loaded.value.cloud_api.time_zone == 345min);
  CHECK(loaded.value.cloud_api.review_templates);
  CHECK(loaded.value.cloud_api.requests_per_second == 0);
  CHECK(loaded.value.secrets.key_file == "seal.key");
}

TEST_CASE("config: what the way to receivers has to prove is read, and checked where it is needed",
          "[config]") {
  const auto loaded = parse(node_part + R"(
[dns]
trust_anchor = "root.key"
[delivery]
mta_sts = false
)");
  REQUIRE(loaded.faults.empty());
  CHECK_FALSE(loaded.value.dns.dnssec);
  CHECK(loaded.value.dns.trust_anchor == "root.key");
  CHECK_FALSE(loaded.value.delivery.mta_sts);
  CHECK(loaded.value.delivery.ca_file.empty());
}

TEST_CASE("config: a fault names file, line, column, what was found and what was expected",
          "[config]") {
  CHECK(fault_of(node_part + "[warmup]\nday = 24\n") ==
        "node.toml:5:7: warmup.day: is the number 24; expected a duration from 1s to 31d, "
        "as in \"24h\"");
  CHECK(fault_of(node_part + "[smtp]\nsubmission = [\"127.0.0.1:2587\",\n  \"127.0.0.1\"]\n") ==
        "node.toml:6:3: smtp.submission[1]: \"127.0.0.1\" is not an address with a port; expected "
        "a list of IP:PORT, as in [\"127.0.0.1:2587\", \"[::1]:2587\"]");
}

TEST_CASE("config: all faults are reported at once, in the order of the file", "[config]") {
  const auto loaded = parse("[node]\n"
                            "hostname = 5\n"
                            "[smtp]\n"
                            "submission = [\"x\", 7]\n"
                            "max_message_size = \"10MB\"\n"
                            "[warmup]\n"
                            "day = \"0s\"\n"
                            "[nonsense]\n");
  std::vector<std::string> keys;
  for (const auto& fault : loaded.faults)
    keys.push_back(fault.key);
  CHECK(keys == std::vector<std::string>{"node.data_dir", "node.hostname", "smtp.submission[0]",
                                         "smtp.submission[1]", "smtp.max_message_size",
                                         "warmup.day", "nonsense"});
}

TEST_CASE("config: a missing table or key is a fault at the nearest place", "[config]") {
  const auto empty = parse("");
  REQUIRE(empty.faults.size() == 2);
  CHECK(empty.faults[0].line == 1);
  CHECK(empty.faults[0].problem == "is not given");
  CHECK(fault_of("\n[node]\nhostname = \"a.example\"\n") ==
        "node.toml:2:1: node.data_dir: is not given; expected a directory, as in "
        "\"/var/lib/warmfront\"");
}

TEST_CASE("config: an unknown key is refused with what it was probably meant to be", "[config]") {
  CHECK_THAT(
      fault_of(node_part + "[smtp]\nsubmision = []\n"),
      Catch::Contains("node.toml:5:1: smtp.submision: is unknown, did you mean submission?"));
  CHECK_THAT(fault_of(node_part + "[warm_up]\nday = \"24h\"\n"),
             Catch::Contains("warm_up: is unknown, did you mean warmup?"));
  CHECK_THAT(fault_of(node_part + "[smtp]\nreserve = \"1GiB\"\n"),
             Catch::Contains("did you mean storage.reserve?"));
  CHECK_THAT(fault_of(node_part + "[dns]\nxyzzy = 1\n"),
             Catch::Contains("dns.xyzzy: is unknown; expected one of servers"));
  CHECK_THAT(fault_of(node_part + "[delivery]\nroutes = [{domain=\"*\", to=\"h:1\", via=\"x\"}]\n"),
             Catch::Contains("delivery.routes[0].via: is not a key of a route"));
  CHECK_THAT(fault_of(node_part + "[http.tsl]\nkey = \"x\"\n"),
             Catch::Contains("http.tsl: is unknown, did you mean tls?"));
}

TEST_CASE("config: a table written as something else is a fault", "[config]") {
  CHECK_THAT(fault_of("smtp = 5\n" + node_part),
             Catch::Contains("smtp: is the number 5; expected a table, [smtp]"));
  CHECK_THAT(fault_of(node_part + "[[warmup]]\nday = \"1d\"\n"),
             Catch::Contains("warmup: is a list; expected a table, [warmup]"));
}

TEST_CASE("config: what is not TOML is one fault with its place", "[config]") {
  const auto loaded = parse("[node\nname = 1");
  REQUIRE(loaded.faults.size() == 1);
  CHECK(loaded.faults[0].line == 1);
  CHECK_FALSE(loaded.faults[0].problem.empty());
  CHECK(parse(node_part + node_part).faults.size() == 1);
}

TEST_CASE("config: text that would exhaust the parser is refused", "[config]") {
  std::string deep = "a";
  for (int i = 0; i < 100'000; ++i)
    deep += ".a";
  CHECK_FALSE(parse(deep + " = 1").faults.empty());
  CHECK_FALSE(parse("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s = 1").faults.empty());
  CHECK_FALSE(parse("x = " + std::string(100'000, '[')).faults.empty());
  CHECK_FALSE(parse(std::string(300'000, '\n')).faults.empty());
}

TEST_CASE("config: how sender domains are looked at", "[config]") {
  const auto loaded = config::parse(R"([node]
hostname = "a.example"
data_dir = "/d"
[identity]
check_every = "10m"
rotate_every = "90d"
mx_hosts = ["mx.example.net"]
bulk_rules = "warn"
)",
                                    "f");
  REQUIRE(loaded.faults.empty());
  const auto& value = loaded.value.identity;
  CHECK(value.check_every == 10min);
  CHECK(value.rotate_every == 90 * 24h);
  CHECK(value.mx_hosts == std::vector<std::string>{"mx.example.net"});
  CHECK(value.bulk_rules == "warn");
}
