// Who is not sent to, as intake knows it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"
#include "actors/messages/suppressions.hpp"

namespace warmfront {

/// Not thread-safe. Takes about a hundred octets an address.
class suppressed_addresses {
public:
  void clear() { accounts_.clear(); }
  void note(const suppression_change& change);
  /// Whether the account does not send to an address now. Case does not matter.
  [[nodiscard]] bool contains(const account_name& account, std::string_view address,
                              wall_time now) const;

private:
  using addresses = std::unordered_map<std::string, std::optional<wall_time>>; // until when
  std::unordered_map<account_name, addresses> accounts_;
};

} // namespace warmfront
