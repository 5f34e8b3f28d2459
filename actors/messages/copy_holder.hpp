// Who keeps the second copy of a mail.
#pragma once

#include <vector>

#include "actors/core/ids.hpp"
#include "actors/messages/pool_owners.hpp"
#include "storage/copies.hpp"

namespace warmfront {

/// A node that can hold copies, with the bond that they would be under.
struct copy_holder {
  node_name name;
  storage::message_copy copy;
  friend bool operator==(const copy_holder&, const copy_holder&) = default;
};

/// The holder of a message's copy: one that can send its pool's mail, if there is any, since a mail
/// goes to the holder of its copy and to nobody else. Holder 0: there is none.
[[nodiscard]] inline storage::message_copy choose_holder(const std::vector<copy_holder>& holders,
                                                         const pool_owners& owners,
                                                         const pool_name& pool,
                                                         const message_id& id) {
  std::vector<storage::message_copy> all;
  std::vector<storage::message_copy> able;
  for (const auto& each : holders) {
    all.push_back(each.copy);
    if (owners.can_send(each.name, pool))
      able.push_back(each.copy);
  }
  return storage::choose_holder(able.empty() ? all : able, id);
}

} // namespace warmfront
