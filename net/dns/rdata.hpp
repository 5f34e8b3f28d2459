// The data of resource records as a resolver hands them over: uncompressed wire form (RFC 1035).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/dns/mx_route.hpp"

namespace warmfront::dns {

/// An MX record (RFC 1035 §3.3.9). Empty when it is cut short or its host is no host name: labels
/// of letters, digits, hyphens and underscores.
[[nodiscard]] std::optional<mx_record> parse_mx(std::string_view data);

/// The host name that a PTR record holds (RFC 1035 §3.3.12), as in an MX record. Never empty.
[[nodiscard]] std::optional<std::string> parse_ptr(std::string_view data);

/// The strings of a TXT record as one (RFC 7208 §3.3), what is not printable ASCII replaced by `?`.
/// Empty when it is cut short.
[[nodiscard]] std::optional<std::string> parse_txt(std::string_view data);

/// One record as text, by its type; empty when it is none.
[[nodiscard]] std::optional<std::string> parse_record(record_type type, std::string_view data);

/// An A (4 octets) or AAAA (16 octets) record as text. Empty for any other length.
[[nodiscard]] std::optional<std::string> parse_address_record(std::string_view data);

} // namespace warmfront::dns
