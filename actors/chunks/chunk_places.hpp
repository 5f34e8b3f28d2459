// Which nodes keep a chunk. Pure.
#pragma once

#include <vector>

#include "actors/core/chunk_id.hpp"
#include "actors/core/ids.hpp"

namespace warmfront {

/// The nodes in order of preference for a chunk: rendezvous hashing, so that a node that comes or
/// goes moves its share only. The same on every node that knows the same ones.
[[nodiscard]] std::vector<node_name> ranked_nodes(std::vector<node_name> nodes, const chunk_id& id);

/// Whom a node that has a chunk offers it to: of the first two of all nodes, itself among them, the
/// one that it is not. So a chunk ends up on the first two, whoever had it. Empty name: there is
/// nobody else.
[[nodiscard]] node_name chunk_holder(const node_name& self, const std::vector<node_name>& others,
                                     const chunk_id& id);

} // namespace warmfront
