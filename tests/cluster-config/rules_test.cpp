// Each key's bad values, keys that need each other, and files.
#include <catch2/catch.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "actors/core/random.hpp"
#include "cluster-config/config.hpp"
#include "cluster-config/keys.hpp"

using namespace warmfront;

namespace {

config::config valid() {
  config::config value;
  value.node.hostname = "mta1.example.net";
  value.node.data_dir = "/var/lib/warmfront";
  return value;
}

std::vector<std::string> keys_at_fault(const std::vector<config::fault>& faults) {
  std::vector<std::string> keys;
  for (const auto& fault : faults)
    keys.push_back(fault.key);
  return keys;
}

struct bad_value {
  std::string table, line, key;
};

const std::vector<bad_value> bad_values{
    {"backup", "keep = 0", "backup.keep"},
    {"backup", "every = \"never\"", "backup.every"},
    {"backup", "rate = \"fast\"", "backup.rate"},
    {"node", "name = \"\"", "node.name"},
    {"node", "name = \"a b\"", "node.name"},
    {"node", "name = \"-a\"", "node.name"},
    {"node", "name = true", "node.name"},
    {"smtp", "submission = \"127.0.0.1:25\"", "smtp.submission"},
    {"smtp", "submission = [\"localhost:25\"]", "smtp.submission[0]"},
    {"smtp", "submission = [\"127.0.0.1:65536\"]", "smtp.submission[0]"},
    {"smtp", "submission = [\"127.0.0.1:+25\"]", "smtp.submission[0]"},
    {"smtp", "submission = [\"::1:25\"]", "smtp.submission[0]"},
    {"smtp", "submission = [\"[127.0.0.1]:25\"]", "smtp.submission[0]"},
    {"smtp", "submissions = [\"127.0.0.1:465\"]", "smtp.submissions"},
    {"smtp", "inbound = [\":25\"]", "smtp.inbound[0]"},
    {"smtp", "relay_networks = [\"10.0.0.0\"]", "smtp.relay_networks[0]"},
    {"smtp", "relay_networks = [\"10.0.0.0/33\"]", "smtp.relay_networks[0]"},
    {"smtp", "relay_networks = [\"10.0.0.1/8\"]", "smtp.relay_networks[0]"},
    {"smtp", "relay_networks = [\"10.0.0.0/08\"]", "smtp.relay_networks[0]"},
    {"smtp", "relay_networks = [\"0.0.0.0/0\"]", "smtp.relay_networks[0]"},
    {"smtp", "relay_networks = [\"::/0\"]", "smtp.relay_networks[0]"},
    {"smtp", "max_message_size = \"10MB\"", "smtp.max_message_size"},
    {"smtp", "max_message_size = -1", "smtp.max_message_size"},
    {"smtp", "max_message_size = 1.5", "smtp.max_message_size"},
    {"smtp", "max_message_size = \"99999999999TiB\"", "smtp.max_message_size"},
    {"smtp", "max_message_size = 100", "smtp.max_message_size"},
    {"http", "admin = \"\"", "http.admin"},
    {"http", "admin = 1979-05-27", "http.admin"},
    {"http", "public = \"example.net:80\"", "http.public"},
    {"http", "tls = 1", "http.tls"},
    {"http", "public_url = \"t.example.net\"", "http.public_url"},
    {"http", "public_url = \"https://t.example.net/\"", "http.public_url"},
    {"http", "public_url = \"https://a@t.example.net\"", "http.public_url"},
    {"http", "public_url = \"https://t.example.net:x\"", "http.public_url"},
    {"http", "public_url = \"ftp://t.example.net\"", "http.public_url"},
    {"http", "public_tls = true", "http.public_tls"},
    {"http", "trusted_proxies = [\"0.0.0.0/0\"]", "http.trusted_proxies[0]"},
    {"http", "console = 1", "http.console"},
    {"tracking", "clicks = 1", "tracking.clicks"},
    {"dns", "servers = [\"ns.example.net\"]", "dns.servers[0]"},
    {"dns", "servers = [\"127.0.0.1@0\"]", "dns.servers[0]"},
    {"dns", "servers = [\"127.0.0.1:53\"]", "dns.servers[0]"},
    {"delivery", "routes = [{domain=\"*\", to=\"127.0.0.1:0\"}]", "delivery.routes[0].to"},
    {"delivery", "routes = [{domain=\"*\"}]", "delivery.routes[0].to"},
    {"delivery", "providers = [{name=\"a b\", hosts=[\"a.example\"]}]",
     "delivery.providers[0].name"},
    {"delivery", "providers = [{name=\"a\"}]", "delivery.providers[0]"},
    {"delivery", "providers = [{name=\"a\", hosts=[\"a b\"]}]", "delivery.providers[0].hosts[0]"},
    {"delivery", "providers = [{name=\"a\", hosts=[1]}]", "delivery.providers[0].hosts[0]"},
    {"delivery", "providers = [{name=\"a\", hosts=[\"a.example\"], mx=[]}]",
     "delivery.providers[0].mx"},
    {"delivery", "providers = [1]", "delivery.providers[0]"},
    {"delivery", "routes = [{domain=\"a b\", to=\"h:25\"}]", "delivery.routes[0].domain"},
    {"delivery", "routes = [{domain=1, to=\"h:25\"}]", "delivery.routes[0].domain"},
    {"delivery", "routes = [\"h:25\"]", "delivery.routes[0]"},
    {"delivery", "connections_per_site = 0", "delivery.connections_per_site"},
    {"delivery", "connections_per_site = 4294967296", "delivery.connections_per_site"},
    {"delivery", "retry_first = \"5\"", "delivery.retry_first"},
    {"delivery", "retry_last = \"5 m\"", "delivery.retry_last"},
    {"delivery", "expire_after = \"61d\"", "delivery.expire_after"},
    {"delivery", "mta_sts = \"yes\"", "delivery.mta_sts"},
    {"delivery", "ca_file = 1", "delivery.ca_file"},
    {"dns", "dnssec = 1", "dns.dnssec"},
    {"dns", "trust_anchor = \"\"", "dns.trust_anchor"},
    {"warmup", "day = \"-1h\"", "warmup.day"},
    {"warmup", "day = \"1H\"", "warmup.day"},
    {"warmup", "day = \"0.5h\"", "warmup.day"},
    {"identity", "require_verified = \"no\"", "identity.require_verified"},
    {"identity", "check_every = \"0s\"", "identity.check_every"},
    {"identity", "rotate_every = \"-1d\"", "identity.rotate_every"},
    {"identity", "mx_hosts = [\"a b\"]", "identity.mx_hosts[0]"},
    {"identity", "bulk_rules = \"maybe\"", "identity.bulk_rules"},
    {"cloud_api", "time_zone = \"8\"", "cloud_api.time_zone"},
    {"cloud_api", "time_zone = \"+15:00\"", "cloud_api.time_zone"},
    {"cloud_api", "time_zone = \"+08:60\"", "cloud_api.time_zone"},
    {"cloud_api", "review_templates = 0", "cloud_api.review_templates"},
    {"cloud_api", "requests_per_second = -1", "cloud_api.requests_per_second"},
    {"secrets", "key_file = 1", "secrets.key_file"},
    {"log", "level = \"loud\"", "log.level"},
    {"log", "file = []", "log.file"},
    {"storage", "reserve = \"2TiB\"", "storage.reserve"},
};

/// A directory that goes with its test.
class scratch_directory {
public:
  scratch_directory() {
    std::string path = (std::filesystem::temp_directory_path() / "warmfront-XXXXXX").string();
    REQUIRE(::mkdtemp(path.data()) != nullptr);
    path_ = path;
  }
  ~scratch_directory() { std::filesystem::remove_all(path_); }
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream{path_ / name} << text;
    return (path_ / name).string();
  }
  std::string in(const std::string& name) const { return (path_ / name).string(); }

private:
  std::filesystem::path path_;
};

} // namespace

TEST_CASE("config: each key refuses each bad value", "[config]") {
  for (const auto& row : bad_values) {
    CAPTURE(row.table, row.line);
    std::string text = "[node]\nhostname = \"a.example\"\ndata_dir = \"/d\"\n";
    text += (row.table == "node" ? "" : '[' + row.table + "]\n") + row.line + '\n';
    const auto loaded = config::parse(text, "f");
    REQUIRE(loaded.faults.size() == 1);
    CHECK(loaded.faults[0].key == row.key);
    CHECK(loaded.faults[0].line == (row.table == "node" ? 4u : 5u));
    CHECK_FALSE(loaded.faults[0].expected.empty());
  }
}

TEST_CASE("config: hostname and data_dir must be given and make sense", "[config]") {
  for (const std::string hostname : {"", "mta_1.example", "192.0.2.1", "a..b", "-a.example"}) {
    CAPTURE(hostname);
    auto value = valid();
    value.node.hostname = hostname;
    CHECK(keys_at_fault(validate(value)) == std::vector<std::string>{"node.hostname"});
  }
}

TEST_CASE("config: every declared key is complete", "[config]") {
  for (const auto& table : config::table_rules())
    for (const auto& key : table.keys) {
      CAPTURE(table.name, key.name);
      CHECK_FALSE(key.expected.empty());
      CHECK(key.read);
      CHECK(key.check);
    }
}

TEST_CASE("config: implicit TLS needs a certificate", "[config]") {
  auto value = valid();
  value.smtp.submissions = {"0.0.0.0:465"};
  CHECK(keys_at_fault(validate(value)) == std::vector<std::string>{"smtp.submissions"});
  value.tls = config::tls_config{"a.pem", "a.key"};
  CHECK(validate(value).empty());
}

TEST_CASE("config: the admin address is on loopback or has TLS", "[config]") {
  auto value = valid();
  for (const std::string address : {"0.0.0.0:8080", "192.0.2.1:80", "[::]:80", "[2001:db8::1]:1"}) {
    CAPTURE(address);
    value.http.admin = address;
    const auto faults = validate(value);
    REQUIRE(keys_at_fault(faults) == std::vector<std::string>{"http.admin"});
    CHECK_THAT(faults[0].expected, Catch::Contains("[http.tls]"));
  }
  value.http.tls = config::tls_config{"a.pem", "a.key"};
  CHECK(validate(value).empty());
  value.http.tls.reset();
  for (const std::string address : {"127.9.0.1:8080", "[::1]:80", "[::ffff:127.0.0.1]:1"}) {
    CAPTURE(address);
    value.http.admin = address;
    CHECK(validate(value).empty());
  }
}

TEST_CASE("config: two listeners do not share an address, but may both ask for port 0",
          "[config]") {
  auto value = valid();
  value.smtp.submission = {"127.0.0.1:0"};
  value.http.admin = value.http.public_address = "127.0.0.1:0";
  CHECK(validate(value).empty());
  value.smtp.inbound = {"127.0.0.1:25", "127.0.0.1:25"};
  CHECK(keys_at_fault(validate(value)) == std::vector<std::string>{"smtp.inbound[1]"});
}

TEST_CASE("config: a cluster needs its store, its address and all three certificates", "[config]") {
  auto value = valid();
  value.cluster.emplace();
  CHECK(keys_at_fault(validate(value)) ==
        std::vector<std::string>{"cluster.listen", "cluster.certificate", "cluster.key",
                                 "cluster.ca", "cluster.etcd"});
  value.cluster = config::cluster_config{};
  value.cluster->etcd = {"http://192.0.2.1:2379", "https://e:2379/x", "ftp://e:1"};
  value.cluster->listen = "127.0.0.1:7400";
  value.cluster->certificate = value.cluster->key = value.cluster->ca = "x.pem";
  CHECK(keys_at_fault(validate(value)).size() == 3);
}

TEST_CASE("config: retries fit between the first wait and the expiry", "[config]") {
  auto value = valid();
  value.delivery.retry_first = std::chrono::hours{5};
  CHECK(keys_at_fault(validate(value)) == std::vector<std::string>{"delivery.retry_last"});
  value.delivery.retry_last = std::chrono::hours{5};
  value.delivery.expire_after = std::chrono::hours{1};
  CHECK(keys_at_fault(validate(value)) == std::vector<std::string>{"delivery.expire_after"});
}

TEST_CASE("config: backups are made in a directory of their own", "[config]") {
  auto value = valid();
  value.backup.directory = "/var/lib/warmfront-backups";
  value.backup.every = std::chrono::hours{6};
  CHECK(config::validate(value).empty());
  value.backup.directory = "/var/lib/warmfront/backups";
  CHECK(keys_at_fault(config::validate(value)) == std::vector<std::string>{"backup.directory"});
  value.backup.directory = "/var/lib/x/../warmfront";
  CHECK(keys_at_fault(config::validate(value)) == std::vector<std::string>{"backup.directory"});
  value.backup.directory.clear();
  CHECK(keys_at_fault(config::validate(value)) == std::vector<std::string>{"backup.every"});
}

TEST_CASE("config: a domain has one route", "[config]") {
  auto value = valid();
  value.delivery.routes = {{"*", "a:25"}, {"x.example", "b:25"}, {"*", "c:25"}};
  CHECK(keys_at_fault(validate(value)) == std::vector<std::string>{"delivery.routes[2].domain"});
}

TEST_CASE("config: a file that cannot be read is a fault", "[config]") {
  const scratch_directory scratch;
  CHECK_THAT(config::to_string(config::load(scratch.in("none.toml")).faults.at(0)),
             Catch::Contains("cannot be read: No such file"));
  CHECK_THAT(config::to_string(config::load(scratch.in("")).faults.at(0)),
             Catch::Contains("Is a directory"));
}

TEST_CASE("config: certificates are looked for beside the file and must be readable", "[config]") {
  const scratch_directory scratch;
  const auto file = scratch.write("node.toml", "[node]\nhostname = \"a.example\"\n"
                                               "data_dir = \"data\"\n"
                                               "[tls]\ncertificate = \"a.pem\"\nkey = \"a.key\"\n");
  scratch.write("a.pem", "certificate");
  const auto loaded = config::load(file);
  REQUIRE(loaded.faults.size() == 1);
  CHECK(loaded.faults[0].key == "tls.key");
  CHECK(loaded.faults[0].line == 6);
  CHECK_THAT(loaded.faults[0].problem, Catch::Contains(scratch.in("a.key")));
  scratch.write("a.key", "key");
  const auto complete = config::load(file);
  CHECK(complete.faults.empty());
  CHECK(complete.value.tls->certificate == scratch.in("a.pem"));
  CHECK(complete.value.node.data_dir == scratch.in("data"));
}

TEST_CASE("config: the examples are valid", "[config]") {
  const std::filesystem::path examples{WARMFRONT_SOURCE_ROOT "/cluster-config/examples"};
  std::size_t read = 0;
  for (const auto& entry : std::filesystem::directory_iterator{examples}) {
    if (entry.path().extension() != ".toml")
      continue; // those of three-nodes/ need certificates: tests/system/examples_test.py
    CAPTURE(entry.path().string());
    const auto loaded = config::load(entry.path().string());
    std::string faults;
    for (const auto& fault : loaded.faults)
      faults += config::to_string(fault) + '\n';
    CHECK(faults.empty());
    ++read;
  }
  CHECK(read > 0);
}

TEST_CASE("config: random text never crashes and never passes unnoticed", "[config][property]") {
  const std::vector<std::string> pieces{"[node]\n", "[smtp]\n",   "[http.tls]\n",
                                        "[[x]]\n",  "hostname",   "=",
                                        "\"",       "'",          "\n",
                                        "[",        "]",          "{",
                                        "}",        ",",          ".",
                                        "#",        "5",          "-1",
                                        "1e9",      "true",       "nan",
                                        "24h",      "\\u",        "\xff",
                                        "\"\"\"",   "routes",     "submission",
                                        "07:32:00", "day",        "0x1F",
                                        "\r\n",     " ",          "domain",
                                        "\"*\"",    "[warmup]\n", "é",
                                        "inf",      "\"a\"",      "_",
                                        "'''"};
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    std::string text;
    for (auto count = random.next() % 40; count > 0; --count)
      text += random.next() % 16 == 0 ? std::string(1, static_cast<char>(random.next() % 256))
                                      : pieces[random.next() % pieces.size()];
    const auto loaded = config::parse(text, "f");
    REQUIRE_FALSE(loaded.faults.empty());
    for (const auto& fault : loaded.faults) {
      REQUIRE(fault.line > 0);
      REQUIRE_FALSE(fault.problem.empty());
    }
  }
}
