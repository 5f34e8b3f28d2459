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

/// An A (4 octets) or AAAA (16 octets) record as text. Empty for any other length.
[[nodiscard]] std::optional<std::string> parse_address_record(std::string_view data);

} // namespace warmfront::dns
