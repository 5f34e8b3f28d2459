// Fixed next hops of the configuration: `routes = [{ domain = "*", to = "127.0.0.1:2526" }]`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "actors/core/error.hpp"

namespace warmfront::dns {

/// One row as configured.
struct static_route {
  std::string domain; ///< `example.com`, `*.example.com` (any depth below it, not itself), `*`
  std::string to; ///< `HOST:PORT`, `192.0.2.1:25`, `[2001:db8::1]:25`; `mx`: as if no row fitted
};

/// Where a row leads.
struct fixed_hop {
  std::string host; ///< an IP address without brackets, or a name to be resolved by A and AAAA
  std::uint16_t port = 25;
  bool is_address = false;
  friend bool operator==(const fixed_hop&, const fixed_hop&) = default;
};

/// The table. The most exact row wins: the domain, then the longest wildcard, then `*`.
class static_routes {
public:
  /// An empty table: every domain uses its MX.
  static_routes() = default;
  /// @returns `errc::invalid_argument` with field `routes[i].domain` or `routes[i].to`.
  [[nodiscard]] static result<static_routes> make(const std::vector<static_route>& rows);

  /// Empty: use MX.
  [[nodiscard]] std::optional<fixed_hop> find(std::string_view domain) const;
  [[nodiscard]] bool empty() const noexcept { return exact_.empty() && below_.empty(); }

private:
  using table = std::unordered_map<std::string, std::optional<fixed_hop>>;
  table exact_;
  table below_; ///< keyed by what follows `*.`; the empty key is `*`
};

} // namespace warmfront::dns
