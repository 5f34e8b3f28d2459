// Whether an address may send mail of a domain (RFC 7208 §4). Asks nobody: it says what it needs to
// know, and is called again with the answers.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/dns/resolver.hpp"

namespace warmfront::spf {

/// §2.6.
enum class outcome : std::uint8_t {
  none,    ///< no record, or no domain that could have one
  neutral, ///< the domain does not say
  pass,
  fail,
  softfail,
  temperror, ///< the DNS gave no answer: try again
  permerror, ///< the record cannot be evaluated
};
[[nodiscard]] std::string_view to_string(outcome value) noexcept;

/// Who sends.
struct client {
  std::string address; ///< of the connection, IPv4 or IPv6
  std::string sender;  ///< MAIL FROM; empty, for the null reverse-path: `postmaster@helo` (§2.4)
  std::string helo;
};

struct question {
  std::string name; ///< in lower case, without a dot at its end
  dns::record_type type = dns::record_type::txt;
  friend auto operator<=>(const question&, const question&) = default;
};
using answers = std::map<question, dns::record_answer>;

struct verdict {
  outcome what = outcome::none;
  std::string mechanism; ///< the term that matched, `-all`; empty: none did
  std::string domain;    ///< whose record that is, or in whose an error was found
  std::string why;       ///< for people: errors, and why there is no record
  unsigned look_ups = 0; ///< terms that needed the DNS: at most 10 (§4.6.4)
};

/// Either a verdict, or what to look up first.
struct progress {
  std::optional<verdict> decided;
  std::vector<question> wanted; ///< none of them answered yet; can be asked all at once
};

/// check_host() of the RFC. Call it with no answers, then with all those it has asked for so far:
/// it decides after some 120 answers at most. An answer `failed` is a temporary error.
[[nodiscard]] progress check_host(const client& who, const answers& known);

} // namespace warmfront::spf
