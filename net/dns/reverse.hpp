// The names under which the DNS speaks of an address.
#pragma once

#include <string>
#include <string_view>

namespace warmfront::dns {

/// Where an address has its name: `1.2.0.192.in-addr.arpa` (RFC 1035 §3.5), or nibbles under
/// `ip6.arpa` (RFC 3596 §2.5). Empty when it is no IP address.
[[nodiscard]] std::string reverse_name(std::string_view address);

/// Where a DNS list that blocks or permits addresses has an entry: `1.2.0.192.` or nibbles before
/// the list's zone (RFC 5782 §2). Empty when it is no IP address.
[[nodiscard]] std::string listing_name(std::string_view address, std::string_view zone);

/// The address of the same family that every working list holds, and nothing else is meant by it
/// (RFC 5782 §5): 127.0.0.2, ::ffff:7f00:2.
[[nodiscard]] std::string listed_test_address(std::string_view address);
/// And the one that no working list holds: 127.0.0.1, ::ffff:7f00:1.
[[nodiscard]] std::string unlisted_test_address(std::string_view address);

} // namespace warmfront::dns
