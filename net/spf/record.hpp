// An SPF record as its terms (RFC 7208 §4.5, §4.6, §12).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"
#include "net/spf/ip_network.hpp"

namespace warmfront::spf {

/// What a mechanism says of mail that it matches (§4.6.2).
enum class qualifier : std::uint8_t { pass, fail, softfail, neutral };

enum class mechanism_kind : std::uint8_t { all, include, a, mx, ptr, ip4, ip6, exists };

struct mechanism {
  mechanism_kind kind = mechanism_kind::all;
  qualifier says = qualifier::pass;
  std::string text;   ///< as written, `~all`
  std::string target; ///< a domain-spec; empty: the domain whose record it is
  ip_address network; ///< of `ip4`, `ip6`
  unsigned ipv4_bits = 32;
  unsigned ipv6_bits = 128;
};

struct record {
  std::vector<mechanism> mechanisms; ///< in their order
  std::string redirect;              ///< a domain-spec; empty: none
};

/// Whether a TXT text is one: `v=spf1` and then a blank or nothing.
[[nodiscard]] bool is_record(std::string_view text) noexcept;
/// `invalid_argument` names the term at fault: one bad term makes the whole record bad (§4.6).
[[nodiscard]] result<record> parse_record(std::string_view text);

} // namespace warmfront::spf
