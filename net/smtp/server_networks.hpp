// Networks whose clients may submit without AUTH.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"

namespace warmfront::smtp {

/// A list of networks in CIDR notation. Immutable.
class network_list {
public:
  network_list() = default;
  /// `192.0.2.0/24`, `2001:db8::/32`, or an address for itself. Errors name the entry: not an
  /// address, prefix too long, bits set behind the prefix.
  [[nodiscard]] static result<network_list> parse(const std::vector<std::string>& networks);

  /// Whether the address (text form; IPv4-mapped IPv6 counts as IPv4) is in one of them.
  [[nodiscard]] bool contains(std::string_view address) const;

private:
  struct network {
    std::array<std::uint8_t, 16> octets{}; ///< IPv4 as IPv4-mapped IPv6
    unsigned bits = 0;
  };
  std::vector<network> networks_;
};

} // namespace warmfront::smtp
