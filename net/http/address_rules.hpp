// Which addresses of strangers may be called: public ones, and those that the operator allows.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"
#include "net/smtp/server_networks.hpp"

namespace warmfront::http {

/// Immutable. What is not known to be public is refused: an address that somebody else chose must
/// not reach into the networks of ours.
class address_rules {
public:
  /// Public addresses alone.
  address_rules() = default;
  /// These networks too, as `10.1.0.0/16`. Errors name the entry.
  [[nodiscard]] static result<address_rules>
  parse(const std::vector<std::string>& allowed_networks);

  /// Why this address may not be called; none when it may. An IPv4-mapped address is judged by the
  /// IPv4 address in it; addresses that others are hidden in (NAT64, 6to4, Teredo) are refused.
  [[nodiscard]] std::optional<std::string> objection(std::string_view address) const;

private:
  smtp::network_list allowed_;
};

/// A URL in its parts, as far as somebody who calls it has to know them.
struct callable_url {
  bool is_plain = false; ///< `http`
  std::string host;      ///< in lower case, without brackets
  std::uint16_t port = 0;
};

/// Reads an absolute `https` or `http` URL. `invalid_argument` for anything else and for what
/// two programs might understand in two ways: user names, octets outside of ASCII, blanks, control
/// characters, backslashes, hosts that are numbers but no address in the usual form, more than
/// 2 048 octets.
[[nodiscard]] result<callable_url> parse_callable_url(std::string_view url);

/// Whether a URL may be kept to be called later: `https` (or `plain_too`), and no host that is
/// private by its looks; what its name leads to is looked at when it is called. `invalid_argument`
/// or `refused`.
[[nodiscard]] result<void> check_url(std::string_view url, const address_rules& rules,
                                     bool plain_too);

} // namespace warmfront::http
