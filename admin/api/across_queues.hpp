// What waits on several nodes, and what is done with it, as one answer. Pure.
#pragma once

#include <vector>

#include "actors/messages/inquiries.hpp"
#include "admin/api/json.hpp"
#include "admin/http/http_message.hpp"

namespace warmfront::admin {

/// Adds another node's counts of what waits to this one's.
void add_waiting(ordered_json& sum, const ordered_json& part);
/// Adds another node's part of an action to this one's.
void add_queue_action(ordered_json& sum, const ordered_json& part);

/// A joined page of a search is complete when all its pages are.
void take_completeness(ordered_json& list, const std::vector<ordered_json>& pages);

/// The answer for all nodes; this node's own may be that it knows no such action.
[[nodiscard]] http_response sum_queue_parts(http_response own,
                                            const std::vector<peer_answer>& others);

} // namespace warmfront::admin
