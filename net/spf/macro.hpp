// Macros in SPF records (RFC 7208 §7): names that depend on the mail.
#pragma once

#include <string>
#include <string_view>

#include "net/spf/ip_network.hpp"

namespace warmfront::spf {

/// What macros stand for.
struct macro_values {
  std::string local_part;    ///< `l`
  std::string sender_domain; ///< `o`; with `l` it makes `s`
  std::string domain;        ///< `d`: whose record is being read
  std::string helo;          ///< `h`
  ip_address address;        ///< `i`, `v`
  std::string name;          ///< `p`: the address's own name, or `unknown`
};

/// Whether it is a domain-spec (§7.1): macros without `c`, `r`, `t`, and an end that is a top label
/// or a macro.
[[nodiscard]] bool is_domain_spec(std::string_view text) noexcept;
/// Whether it is a macro-string: the value of a modifier.
[[nodiscard]] bool is_macro_string(std::string_view text) noexcept;
/// Whether `p` is in it: finding that name costs look-ups.
[[nodiscard]] bool uses_name(std::string_view text) noexcept;

/// The name: labels on the left are dropped while it has over 253 octets (§7.3), as is a dot at its
/// end. @pre `is_domain_spec(text)`.
[[nodiscard]] std::string expand(std::string_view text, const macro_values& values);

} // namespace warmfront::spf
