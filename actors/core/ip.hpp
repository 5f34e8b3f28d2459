// IP addresses as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace warmfront {

/// The canonical text of an IPv4 or IPv6 address (RFC 5952); none when it is neither. No prefix
/// length, zone or brackets.
[[nodiscard]] std::optional<std::string> canonical_ip(std::string_view text);

} // namespace warmfront
