// How far a task is, on all nodes: the control store has what has ended, each node the rest of the
// segments that it sends. Pure.
#pragma once

#include "admin/api/json.hpp"

namespace warmfront::admin {

/// Adds what another node counts to a task or an occurrence, which both have. Nothing when the two
/// speak of different firings. What waits is never less than nothing: a segment may have changed
/// nodes between the two answers.
void add_progress(ordered_json& sum, const ordered_json& part);

/// The same for lists of them, by `id` or `number`.
void add_progress_of_all(ordered_json& items, const ordered_json& parts);

} // namespace warmfront::admin
