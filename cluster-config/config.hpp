// The node's configuration: typed, with defaults, checked as a whole before anything starts.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/core/error.hpp"

namespace warmfront::config {

/// What to do when a second copy cannot be made.
enum class replication_mode : std::uint8_t { none, preferred, required };

/// `[node]`
struct node_config {
  std::string name = "n1"; ///< unique in the cluster; letters, digits, hyphens
  std::string hostname;    ///< HELO and banner; a domain name
  std::string data_dir;
};

/// `[smtp]`
struct smtp_config {
  std::vector<std::string> submission{"127.0.0.1:2587"};
  std::vector<std::string> submissions;
  std::vector<std::string> inbound;
  std::vector<std::string> relay_networks;
  std::uint64_t max_message_size = 10ull * 1024 * 1024; ///< octets
  std::uint64_t inbound_max_size = 1024 * 1024;         ///< octets of what comes back
};

/// `[tls]`, `[http.tls]`: PEM files. `load` reads relative paths from the configuration's
/// directory.
struct tls_config {
  std::string certificate;
  std::string key;
};

/// `[http]`
struct http_config {
  std::string admin = "127.0.0.1:8080";
  std::string public_address = "127.0.0.1:8081"; ///< key `public`
  std::optional<tls_config> tls;
  /// What links in mail begin with. Empty: the public address, in links that were asked for; then
  /// mail gets none that were not.
  std::string public_url;
  bool public_tls = false;                  ///< the public address speaks TLS with `[http.tls]`
  std::vector<std::string> trusted_proxies; ///< networks whose X-Forwarded-For is believed
  std::string console;                      ///< folder of the web console; empty: it is looked for
};

/// `[tracking]`: of the readers of batch mail, where neither task nor message says.
struct tracking_config {
  bool opens = true;
  bool clicks = true;
};

/// `[cluster]`
struct cluster_config {
  std::vector<std::string> etcd;
  std::string listen;
  std::string certificate;
  std::string key;
  std::string ca;
  replication_mode replication = replication_mode::preferred;
  std::chrono::milliseconds takeover_after{30'000};
};

/// `[dns]`
struct dns_config {
  std::vector<std::string> servers; ///< `127.0.0.1@5353`; empty: the system's
  /// Answers are validated, and DANE holds. The servers asked must pass signatures on.
  bool dnssec = false;
  std::string trust_anchor = "/usr/share/dns/root.key"; ///< DS or DNSKEY records
};

/// A fixed next hop: mail for `domain` (or `*`) goes `to` host:port instead of to its MX.
struct route_config {
  std::string domain;
  std::string to;
};

/// A receiving provider beside those that are built in, or more of one of them.
struct provider_config {
  std::string name;
  std::vector<std::string> domains; ///< of recipients
  std::vector<std::string> hosts;   ///< MX hosts: these domains and all below them
};

/// `[delivery]`
struct delivery_config {
  std::vector<route_config> routes;
  std::vector<provider_config> providers;  ///< alike on all nodes: their limits are shared
  std::uint32_t connections_per_site = 20; ///< at once, per site and source IP
  bool loopback_hosts = false;             ///< MX hosts may be on loopback: for trials and tests
  bool mta_sts = true;                     ///< receivers' policies (RFC 8461) hold
  /// Whose certificates are believed, of mail hosts and policy hosts: PEM; empty: the system's.
  std::string ca_file;
  std::chrono::milliseconds retry_first{300'000};      ///< first back-off
  std::chrono::milliseconds retry_last{14'400'000};    ///< longest back-off
  std::chrono::milliseconds expire_after{432'000'000}; ///< five days
};

/// `[warmup]`
struct warmup_config {
  std::chrono::milliseconds day{86'400'000};
};

/// `[provisioning]`
struct provisioning_config {
  std::vector<std::string> dns_lists;               ///< zones that must not list an address
  std::chrono::milliseconds check_every{3'600'000}; ///< how often they are asked
};

/// `[identity]`
struct identity_config {
  bool require_verified = true;
  std::chrono::milliseconds check_every{3'600'000}; ///< how often records are looked at
  std::chrono::milliseconds rotate_every{0};        ///< age of a DKIM key; 0: new ones by hand
  std::vector<std::string> mx_hosts; ///< that take bounces, alike on all nodes; empty: the hostname
  std::string bulk_rules;            ///< `refuse`, `warn` or `off`; empty: by `require_verified`
};

/// `[cloud_api]`
struct cloud_api_config {
  std::chrono::minutes time_zone{480}; ///< offset of its naive times
  bool review_templates = false;
  std::uint32_t requests_per_second = 20; ///< of each key and action, at each node; 0: no limit
};

/// `[secrets]`
struct secrets_config {
  /// What secrets are sealed with; the same on all nodes of a cluster. Empty: `secrets.key` in the
  /// data directory, which a node that is alone makes itself.
  std::string key_file;
};

/// `[log]`
struct log_config {
  std::string level = "info"; ///< trace debug info warn error
  std::string file;           ///< empty: standard error
};

/// `[storage]`
struct storage_config {
  std::uint64_t reserve = 1024ull * 1024 * 1024; ///< octets of free disk kept for delivery
};

/// `[webhooks]`
struct webhooks_config {
  std::vector<std::string> allowed_networks; ///< that may be called though they are not public
  bool allow_plain = false;                  ///< `http://`, too: for trials and tests
  std::string ca_file;                       ///< PEM; empty: the system's authorities
};

/// `[events]`
struct events_config {
  std::chrono::milliseconds keep{86'400'000};     ///< what all have read
  std::string file;                               ///< a line for each event; empty: none
  std::uint64_t file_size = 100ull * 1024 * 1024; ///< octets; then the next file begins
};

/// `[audit]`: the log of changes made through the management API.
struct audit_config {
  std::chrono::milliseconds keep{34'560'000'000}; ///< 400 days
  std::uint32_t records = 1'000'000;              ///< at most, on this node: the oldest go first
};

/// `[history]`
struct history_config {
  /// Since its acceptance: so long what became of a message is known, once all of it has ended.
  std::chrono::milliseconds keep{7 * 86'400'000};
};

/// `[backup]`
struct backup_config {
  std::string directory;                    ///< of this node's backups alone; empty: it makes none
  std::chrono::milliseconds every{0};       ///< 0: only when asked
  std::uint32_t keep = 8;                   ///< the older ones are removed
  std::uint64_t rate = 50ull * 1024 * 1024; ///< octets a second that are read at most; 0: no limit
};

/// All of node.toml.
struct config {
  node_config node;
  smtp_config smtp;
  http_config http;
  std::optional<tls_config> tls;
  std::optional<cluster_config> cluster;
  dns_config dns;
  delivery_config delivery;
  warmup_config warmup;
  provisioning_config provisioning;
  identity_config identity;
  cloud_api_config cloud_api;
  secrets_config secrets;
  log_config log;
  storage_config storage;
  tracking_config tracking;
  webhooks_config webhooks;
  events_config events;
  audit_config audit;
  history_config history;
  backup_config backup;
};

/// A fault in a configuration file: where, what was found, what was expected.
struct fault {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string key;      ///< `smtp.submission[0]`
  std::string problem;  ///< `is not an address with a port`
  std::string expected; ///< `HOST:PORT, as in "127.0.0.1:2587"`
};

/// `node.toml:7:1: smtp.submission[0]: is not …; expected …`
[[nodiscard]] std::string to_string(const fault& value);

/// A configuration, or every fault found in it.
struct loaded_config {
  config value;
  std::vector<fault> faults; ///< empty: `value` is complete and valid
};

/// Every fault of a configuration, as the pure rules see it: ranges, notations, keys that need each
/// other. No file, line or column: a configuration made by a program has none. Opens no files.
[[nodiscard]] std::vector<fault> validate(const config& value);

/// Reads and checks a file; a missing or unreadable file is a fault too, and so is a certificate or
/// key that cannot be read. Relative paths in it are taken from the directory of the file, not from
/// the one the process was started in, and are returned resolved.
[[nodiscard]] loaded_config load(const std::string& path);
/// The same for text already read; `file` is only named in faults.
[[nodiscard]] loaded_config parse(const std::string& text, const std::string& file);

} // namespace warmfront::config
