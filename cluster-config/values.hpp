// The small notations of node.toml, each read strictly: no sign, space or rest is overlooked.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warmfront::config {

/// `500ms`, `20s`, `5m`, `24h`, `5d`; at most 10 000 days.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// `10MiB`, `512KiB`, `2GiB`, `1TiB`, `100B` or plain `1000` octets; below 2^63.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
/// `+08:00`, `-03:30`, `Z`; from -12:00 to +14:00.
[[nodiscard]] std::optional<std::chrono::minutes> parse_utc_offset(std::string_view text);

/// The shortest notation that reads back: `24h` is `1d`.
[[nodiscard]] std::string duration_text(std::chrono::milliseconds value);
[[nodiscard]] std::string size_text(std::uint64_t value);

/// Whether `text` is an IPv4 or IPv6 address without brackets, zone or port.
[[nodiscard]] bool is_ip_address(std::string_view text);
/// Whether an address is in 127.0.0.0/8 or is ::1 (also when mapped into IPv6).
[[nodiscard]] bool is_loopback(std::string_view ip);

/// A host, without brackets, and a port.
struct endpoint {
  std::string host;
  std::uint16_t port = 0;
};
/// `192.0.2.1:25`, `mx.example.net:25`, `[2001:db8::1]:25`. The host is split off, not checked,
/// except that brackets hold an IPv6 address and only they do.
[[nodiscard]] std::optional<endpoint> parse_endpoint(std::string_view text);

/// A problem found in a value, worded to follow it: `has no port`; none when it is fine.
using problem = std::optional<std::string>;

/// An IP address and a port to listen on; port 0 lets the system choose.
[[nodiscard]] problem check_listener(std::string_view text);
/// A host name or IP address and a port from 1 to connect to.
[[nodiscard]] problem check_next_hop(std::string_view text);
/// A network such as `10.0.0.0/8`, no bits set beyond the prefix; `/0` is refused, since whoever
/// may relay from everywhere has built an open relay.
[[nodiscard]] problem check_relay_network(std::string_view text);
/// What links begin with: scheme, host, and a port where it is another one; or nothing.
[[nodiscard]] problem check_public_url(std::string_view text);
/// A name server, `127.0.0.1@5353` or an IP address alone.
[[nodiscard]] problem check_name_server(std::string_view text);
/// `https://HOST:PORT`; `http` only to loopback.
[[nodiscard]] problem check_etcd_url(std::string_view text);
/// 1 to 63 letters, digits and inner hyphens.
[[nodiscard]] problem check_node_name(std::string_view text);
/// A domain name in ASCII.
[[nodiscard]] problem check_hostname(std::string_view text);
/// A domain name in ASCII, or `*`.
[[nodiscard]] problem check_route_domain(std::string_view text);
/// A path: not empty, no NUL.
[[nodiscard]] problem check_path(std::string_view text);
/// As `check_path`, but may be empty.
[[nodiscard]] problem check_optional_path(std::string_view text);
/// trace, debug, info, warn or error.
[[nodiscard]] problem check_log_level(std::string_view text);
/// `refuse`, `warn`, `off`, or nothing.
[[nodiscard]] problem check_bulk_rules(std::string_view text);

/// Printable text in double quotes, cut after 80 octets; for messages.
[[nodiscard]] std::string quote(std::string_view text);
/// The text with control characters and octets above 127 shown as `?`.
[[nodiscard]] std::string printable(std::string_view text);

/// The candidate a mistyped word most likely means; empty when none is near.
[[nodiscard]] std::string nearest(std::string_view word,
                                  const std::vector<std::string>& candidates);

} // namespace warmfront::config
