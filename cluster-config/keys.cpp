#include "cluster-config/keys.hpp"

#include <type_traits>
#include <utility>

#include "cluster-config/notation.hpp"
#include "cluster-config/readers.hpp"

namespace warmfront::config {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t tib = mib * mib;
constexpr auto day = 24h;

/// `reach` returns the member that holds the key's value, given a `config&` or a `const config&`.
template <class Reach, class Check>
key_rule key(std::string name, std::string expected, Reach reach, Check check) {
  key_rule rule{std::move(name), std::move(expected), {}, {}, {}, {}};
  rule.read = [reach](const raw_value& from, config& into, findings& faults) {
    read_value(from, reach(into), faults);
  };
  rule.check = [reach, check](const config& value, findings& faults) {
    check(reach(value), faults);
  };
  using member = std::remove_cvref_t<decltype(reach(std::declval<const config&>()))>;
  rule.type = type_name(static_cast<const member*>(nullptr));
  rule.show = [reach](const config& value) { return toml_text(reach(value)); };
  return rule;
}

// Lambdas rather than pointers to members: some tables lie inside others or are optional.
// NOLINTBEGIN(bugprone-macro-parentheses): a path of members cannot stand in parentheses.
#define WARMFRONT_MEMBER(path)                                                                     \
  [](auto& of) -> auto& {                                                                          \
    return of.path;                                                                                \
  }
// NOLINTEND(bugprone-macro-parentheses)

table_rule always(std::string name, std::vector<key_rule> keys) {
  return {std::move(name), std::move(keys), [](const config&) { return true; }, [](config&) {}};
}

/// A table whose presence means something: absent, the feature is off.
template <class Reach>
table_rule optional_table(std::string name, Reach reach, std::vector<key_rule> keys) {
  return {std::move(name), std::move(keys),
          [reach](const config& value) { return reach(value).has_value(); },
          [reach](config& value) { reach(value).emplace(); }};
}

void check_routes(const std::vector<route_config>& routes, findings& faults) {
  for (std::size_t i = 0; i < routes.size(); ++i) {
    const auto where = '[' + std::to_string(i) + ']';
    if (auto found = check_route_domain(routes[i].domain))
      faults.add(where + ".domain", *found);
    if (auto found = check_next_hop(routes[i].to))
      faults.add(where + ".to", *found);
    for (std::size_t earlier = 0; earlier < i; ++earlier)
      if (!routes[i].domain.empty() && routes[earlier].domain == routes[i].domain)
        faults.add(where + ".domain", quote(routes[i].domain) + " has a route already");
  }
}

void check_providers(const std::vector<provider_config>& providers, findings& faults) {
  for (std::size_t i = 0; i < providers.size(); ++i) {
    const auto& each = providers[i];
    const auto where = '[' + std::to_string(i) + ']';
    if (auto found = check_node_name(each.name))
      faults.add(where + ".name", *found);
    if (each.domains.empty() && each.hosts.empty())
      faults.add(where, "names neither domains nor hosts");
    for (std::size_t at = 0; at < each.domains.size(); ++at)
      if (auto found = check_hostname(each.domains[at]))
        faults.add(where + ".domains[" + std::to_string(at) + ']', *found);
    for (std::size_t at = 0; at < each.hosts.size(); ++at)
      if (auto found = check_hostname(each.hosts[at]))
        faults.add(where + ".hosts[" + std::to_string(at) + ']', *found);
  }
}

const char* const listeners = R"(a list of IP:PORT, as in ["127.0.0.1:2587", "[::1]:2587"])";
const char* const listener = R"(IP:PORT, as in "127.0.0.1:8080")";
const char* const pem = "the name of a PEM file";

table_rule node_table() {
  return always("node", {
                            key("name", "1 to 63 letters, digits and hyphens",
                                WARMFRONT_MEMBER(node.name), text(check_node_name)),
                            key("hostname", R"(a domain name, as in "mta1.example.net")",
                                WARMFRONT_MEMBER(node.hostname), text(check_hostname)),
                            key("data_dir", R"(a directory, as in "/var/lib/warmfront")",
                                WARMFRONT_MEMBER(node.data_dir), text(check_path)),
                        });
}

table_rule smtp_table() {
  return always(
      "smtp",
      {
          key("submission", listeners, WARMFRONT_MEMBER(smtp.submission), each(check_listener)),
          key("submissions", listeners, WARMFRONT_MEMBER(smtp.submissions), each(check_listener)),
          key("inbound", listeners, WARMFRONT_MEMBER(smtp.inbound), each(check_listener)),
          key("relay_networks", R"(a list of networks, as in ["10.1.0.0/16"])",
              WARMFRONT_MEMBER(smtp.relay_networks), each(check_relay_network)),
          key("max_message_size", R"(a size from 1KiB to 256MiB, as in "10MiB")",
              WARMFRONT_MEMBER(smtp.max_message_size), octets(kib, 256 * mib)),
          key("inbound_max_size", R"(a size from 16KiB to 16MiB, as in "1MiB")",
              WARMFRONT_MEMBER(smtp.inbound_max_size), octets(16 * kib, 16 * mib)),
      });
}

table_rule http_table() {
  return always(
      "http",
      {
          key("admin", listener, WARMFRONT_MEMBER(http.admin), text(check_listener)),
          key("public", listener, WARMFRONT_MEMBER(http.public_address), text(check_listener)),
          key("public_url", R"(an URL without path, as in "https://t.example.net")",
              WARMFRONT_MEMBER(http.public_url), text(check_public_url)),
          key("public_tls", "true or false", WARMFRONT_MEMBER(http.public_tls), anything{}),
          key("trusted_proxies", R"(a list of networks, as in ["10.1.0.0/16"])",
              WARMFRONT_MEMBER(http.trusted_proxies), each(check_relay_network)),
          key("console", "a directory, or \"\" for the one that came with the program",
              WARMFRONT_MEMBER(http.console), text(check_optional_path)),
      });
}

table_rule http_tls_table() {
  return optional_table(
      "http.tls", WARMFRONT_MEMBER(http.tls),
      {
          key("certificate", pem, WARMFRONT_MEMBER(http.tls->certificate), text(check_path)),
          key("key", pem, WARMFRONT_MEMBER(http.tls->key), text(check_path)),
      });
}

table_rule tls_table() {
  return optional_table(
      "tls", WARMFRONT_MEMBER(tls),
      {
          key("certificate", pem, WARMFRONT_MEMBER(tls->certificate), text(check_path)),
          key("key", pem, WARMFRONT_MEMBER(tls->key), text(check_path)),
      });
}

table_rule cluster_table() {
  return optional_table(
      "cluster", WARMFRONT_MEMBER(cluster),
      {
          key("etcd", R"(a list of URLs, as in ["https://127.0.0.1:2379"])",
              WARMFRONT_MEMBER(cluster->etcd), each(check_etcd_url)),
          key("listen", R"(IP:PORT, as in "192.0.2.1:7400")", WARMFRONT_MEMBER(cluster->listen),
              text(check_listener)),
          key("certificate", pem, WARMFRONT_MEMBER(cluster->certificate), text(check_path)),
          key("key", pem, WARMFRONT_MEMBER(cluster->key), text(check_path)),
          key("ca", pem, WARMFRONT_MEMBER(cluster->ca), text(check_path)),
          key("replication", R"("none", "preferred" or "required")",
              WARMFRONT_MEMBER(cluster->replication), anything{}),
          key("takeover_after", R"(a duration from 1s to 1d, as in "30s")",
              WARMFRONT_MEMBER(cluster->takeover_after), duration(1s, day)),
      });
}

table_rule delivery_table() {
  return always(
      "delivery",
      {
          key("routes", R"(a list of routes, as in [{ domain = "*", to = "192.0.2.1:25" }])",
              WARMFRONT_MEMBER(delivery.routes), check_routes),
          key("providers",
              R"(a list of providers, as in [{ name = "acme", hosts = ["mail.acme.example"] }])",
              WARMFRONT_MEMBER(delivery.providers), check_providers),
          key("connections_per_site", "a number from 1 to 10000",
              WARMFRONT_MEMBER(delivery.connections_per_site), number(1, 10'000)),
          key("loopback_hosts", "true or false", WARMFRONT_MEMBER(delivery.loopback_hosts),
              anything{}),
          key("mta_sts", "true or false", WARMFRONT_MEMBER(delivery.mta_sts), anything{}),
          key("ca_file", pem, WARMFRONT_MEMBER(delivery.ca_file), text(check_optional_path)),
          key("retry_first", R"(a duration from 10ms to 1d, as in "5m")",
              WARMFRONT_MEMBER(delivery.retry_first), duration(10ms, day)),
          key("retry_last", R"(a duration from 10ms to 7d, as in "4h")",
              WARMFRONT_MEMBER(delivery.retry_last), duration(10ms, 7 * day)),
          key("expire_after", R"(a duration from 1s to 60d, as in "5d")",
              WARMFRONT_MEMBER(delivery.expire_after), duration(1s, 60 * day)),
      });
}

table_rule identity_table() {
  return always("identity",
                {
                    key("require_verified", "true or false",
                        WARMFRONT_MEMBER(identity.require_verified), anything{}),
                    key("check_every", R"(a duration from 1s to 31d, as in "1h")",
                        WARMFRONT_MEMBER(identity.check_every), duration(1s, 31 * day)),
                    key("rotate_every", R"(a duration up to 1000d, as in "90d"; "0s" for never)",
                        WARMFRONT_MEMBER(identity.rotate_every), duration(0s, 1000 * day)),
                    key("mx_hosts", R"(a list of hosts, as in ["mx.example.net"])",
                        WARMFRONT_MEMBER(identity.mx_hosts), each(check_hostname)),
                    key("bulk_rules", R"("refuse", "warn" or "off")",
                        WARMFRONT_MEMBER(identity.bulk_rules), text(check_bulk_rules)),
                });
}

table_rule webhooks_table() {
  return always(
      "webhooks",
      {key("allowed_networks", R"(a list of networks, as in ["10.1.0.0/16"])",
           WARMFRONT_MEMBER(webhooks.allowed_networks), each(check_relay_network)),
       key("allow_plain", "true or false", WARMFRONT_MEMBER(webhooks.allow_plain), anything{}),
       key("ca_file", pem, WARMFRONT_MEMBER(webhooks.ca_file), text(check_optional_path))});
}

table_rule history_table() {
  return always("history", {key("keep", R"(a duration from 1m to 366d, as in "7d")",
                                WARMFRONT_MEMBER(history.keep), duration(1min, 366 * day))});
}

table_rule backup_table() {
  return always(
      "backup",
      {key("directory", R"(a directory, as in "/var/backups/warmfront")",
           WARMFRONT_MEMBER(backup.directory), text(check_optional_path)),
       key("every", R"(a duration up to 31d, as in "6h"; "0s" for only when asked)",
           WARMFRONT_MEMBER(backup.every), duration(0s, 31 * day)),
       key("keep", "a number from 1 to 1000", WARMFRONT_MEMBER(backup.keep), number(1, 1000)),
       key("rate", R"(a size a second up to 1TiB, as in "50MiB"; "0B" for no limit)",
           WARMFRONT_MEMBER(backup.rate), octets(0, tib))});
}

std::vector<table_rule> make_table_rules() {
  return {
      node_table(),
      smtp_table(),
      http_table(),
      http_tls_table(),
      tls_table(),
      cluster_table(),
      always("dns", {key("servers", R"(a list of IP@PORT, as in ["127.0.0.1@5353"])",
                         WARMFRONT_MEMBER(dns.servers), each(check_name_server)),
                     key("dnssec", "true or false", WARMFRONT_MEMBER(dns.dnssec), anything{}),
                     key("trust_anchor", R"(a file, as in "/usr/share/dns/root.key")",
                         WARMFRONT_MEMBER(dns.trust_anchor), text(check_path))}),
      delivery_table(),
      always("warmup", {key("day", R"(a duration from 1s to 31d, as in "24h")",
                            WARMFRONT_MEMBER(warmup.day), duration(1s, 31 * day))}),
      always("provisioning",
             {key("dns_lists", R"(a list of zones, as in ["bl.example.net"])",
                  WARMFRONT_MEMBER(provisioning.dns_lists), each(check_hostname)),
              key("check_every", R"(a duration from 1s to 31d, as in "1h")",
                  WARMFRONT_MEMBER(provisioning.check_every), duration(1s, 31 * day))}),
      identity_table(),
      always("cloud_api",
             {key("time_zone", R"(an offset from UTC, as in "+08:00")",
                  WARMFRONT_MEMBER(cloud_api.time_zone), anything{}),
              key("review_templates", "true or false", WARMFRONT_MEMBER(cloud_api.review_templates),
                  anything{}),
              key("requests_per_second", "a number up to 1000000",
                  WARMFRONT_MEMBER(cloud_api.requests_per_second), number(0, 1'000'000))}),
      always("secrets", {key("key_file", R"(a file, as in "secrets.key")",
                             WARMFRONT_MEMBER(secrets.key_file), text(check_optional_path))}),
      always("log", {key("level", R"("trace", "debug", "info", "warn" or "error")",
                         WARMFRONT_MEMBER(log.level), text(check_log_level)),
                     key("file", "a file name, or \"\" for standard error",
                         WARMFRONT_MEMBER(log.file), text(check_optional_path))}),
      always("storage", {key("reserve", R"(a size up to 1TiB, as in "1GiB")",
                             WARMFRONT_MEMBER(storage.reserve), octets(0, tib))}),
      always("tracking",
             {key("opens", "true or false", WARMFRONT_MEMBER(tracking.opens), anything{}),
              key("clicks", "true or false", WARMFRONT_MEMBER(tracking.clicks), anything{})}),
      webhooks_table(),
      history_table(),
      backup_table(),
      always("events", {key("keep", R"(a duration from 1m to 31d, as in "24h")",
                            WARMFRONT_MEMBER(events.keep), duration(1min, 31 * day)),
                        key("file", "a file name, or \"\" for none", WARMFRONT_MEMBER(events.file),
                            text(check_optional_path)),
                        key("file_size", R"(a size from 1KiB to 1TiB, as in "100MiB")",
                            WARMFRONT_MEMBER(events.file_size), octets(kib, tib))}),
      always("audit", {key("keep", R"(a duration from 1h to 4000d, as in "400d")",
                           WARMFRONT_MEMBER(audit.keep), duration(1h, 4000 * day)),
                       key("records", "a number from 1000 to 100000000",
                           WARMFRONT_MEMBER(audit.records), number(1'000, 100'000'000))}),
  };
}

} // namespace

const std::vector<table_rule>& table_rules() {
  static const std::vector<table_rule> rules = make_table_rules();
  return rules;
}

} // namespace warmfront::config
