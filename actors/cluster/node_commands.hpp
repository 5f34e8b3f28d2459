// The transactions that change a node's record. Pure: built from what has been seen, compared with
// it when they happen.
#pragma once

#include "actors/cluster/node_book.hpp"
#include "actors/core/error.hpp"
#include "actors/messages/member.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// What an operator asked for. Empty when it is so already. `not_found` for an unknown node,
/// `refused` for a removed one (and for `forget`: for one that is not), `conflict` when `remove`
/// is not forced and the node is neither dead nor drained.
[[nodiscard]] result<storage::control_transaction>
build_node_change(const node_book& book, const change_node& command, wall_time now);

/// Declares a node dead, or a removed one ended: its epoch grows, and what it held may be taken.
/// Happens only while it gives no sign of life. @pre `name` has a readable record that is not ended
[[nodiscard]] storage::control_transaction build_declaration(const node_book& book,
                                                             const node_name& name, wall_time now);

} // namespace warmfront
