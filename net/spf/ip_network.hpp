// Addresses as bits, and whether a network holds one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warmfront::spf {

struct ip_address {
  bool is_ipv6 = false;
  std::array<std::uint8_t, 16> octets{}; ///< the first four, when it is IPv4

  friend bool operator==(const ip_address&, const ip_address&) = default;
};

/// As written in a record: no brackets, no zone.
[[nodiscard]] std::optional<ip_address> parse_ip(std::string_view text);
/// An IPv4 address that is mapped into IPv6 as itself (RFC 7208 §5), every other one as it is.
[[nodiscard]] ip_address unmapped(const ip_address& address);
/// Whether the first `bits` are the same. Never for addresses of two families.
[[nodiscard]] bool is_within(const ip_address& address, const ip_address& network, unsigned bits);
/// As macros write it (RFC 7208 §7.3): `192.0.2.3`, or the nibbles with dots between.
[[nodiscard]] std::string dotted(const ip_address& address);
/// As people write it.
[[nodiscard]] std::string to_string(const ip_address& address);

} // namespace warmfront::spf
