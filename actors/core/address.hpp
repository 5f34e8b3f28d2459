// Mail addresses (RFC 5321 §4.1.2, RFC 6531 §3.3).
#pragma once

#include <string>
#include <string_view>

#include "actors/core/error.hpp"

namespace warmfront {

/// A mailbox taken apart. The local part keeps its case and quoting (RFC 5321 §2.4); the domain is
/// lower case, without a trailing dot; an address literal keeps its brackets.
struct mail_address {
  std::string local;
  std::string domain;

  /// `local@domain`.
  [[nodiscard]] std::string str() const { return local + '@' + domain; }
  friend bool operator==(const mail_address&, const mail_address&) = default;
};

/// Parses a mailbox without angle brackets: dot-atom or quoted local part, domain or literal.
/// Local part at most 64 octets, domain 255 (RFC 5321 §4.5.3.1). Octets above 127 must be valid
/// UTF-8 and are accepted only when `utf8` is set. Source routes, `%` routing tricks in quoted
/// form, control characters and trailing garbage are refused with `errc::invalid_argument`.
[[nodiscard]] result<mail_address> parse_address(std::string_view text, bool utf8);

/// The domain of an address as written, lower-cased; empty when there is none.
[[nodiscard]] std::string domain_of(std::string_view address);

/// With the letters of ASCII in lower case.
[[nodiscard]] std::string in_lower_case(std::string_view text);

/// Whether `text` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// Whether `text` is a syntactically valid domain of letters, digits and hyphens, at most 255
/// octets in labels of at most 63 (RFC 1035, underscore refused); U-labels when `utf8` is set.
[[nodiscard]] bool is_domain(std::string_view text, bool utf8) noexcept;

} // namespace warmfront
