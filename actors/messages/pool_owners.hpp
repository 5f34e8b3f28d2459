// Which nodes can send the mail of which pool.
#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "actors/core/ids.hpp"
#include "actors/messages/reports.hpp"

namespace warmfront {

/// From the pools as configured: who has an address that may send. Where none may, those who have
/// one at all. A pool without addresses is nobody's.
class pool_owners {
public:
  pool_owners() = default;
  explicit pool_owners(const std::vector<pool>& pools) {
    for (const auto& each : pools) {
      const bool some_can = std::ranges::any_of(each.addresses, is_able);
      for (const auto& address : each.addresses)
        if (auto& owners = owners_[each.name];
            (is_able(address) || !some_can) &&
            std::ranges::find(owners, address.node) == owners.end())
          owners.push_back(address.node);
    }
  }
  [[nodiscard]] bool can_send(const node_name& node, const pool_name& of) const {
    const auto found = owners_.find(of);
    return found != owners_.end() && std::ranges::find(found->second, node) != found->second.end();
  }
  /// Whether there is a pool that one node can send and another cannot.
  [[nodiscard]] bool can_send_more(const node_name& node, const node_name& than) const {
    return std::ranges::any_of(owners_, [&](const auto& each) {
      return can_send(node, each.first) && !can_send(than, each.first);
    });
  }

private:
  static bool is_able(const pool_address& address) {
    return address.weight > 0 && may_send(address.state);
  }

  std::map<pool_name, std::vector<node_name>> owners_;
};

} // namespace warmfront
