// Counts and events of several nodes as one answer. Part of `across`.
#pragma once

#include <vector>

#include "admin/api/across.hpp"

namespace warmfront::admin {

/// One object, or a list of them with an `id` that all nodes have: their numbers add up; a text or
/// time that this node lacks is another's.
[[nodiscard]] http_response sum_counts(http_response own, const std::vector<peer_answer>& others);

/// Pages of events as one, in the order of their times. `next` says where each node's log goes on;
/// for one that gave no answer, where `request` said that it would.
[[nodiscard]] http_response join_events(const call& request, http_response own,
                                        const std::vector<peer_answer>& others);

} // namespace warmfront::admin
