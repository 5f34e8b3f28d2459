// Messages about the cluster's members; all of them stay inside one process.
#pragma once

#include <memory>
#include <vector>

#include <caf/actor_control_block.hpp>

#include "actors/core/ids.hpp"
#include "actors/messages/member.hpp"

namespace warmfront {

/// Admin → cluster.
struct list_nodes {};
/// Node → cluster, at start: answered once this node is a member, or never will be.
struct join_cluster {};
/// Node → cluster: whom to tell of changes (`members_changed`); they are told at once how things
/// stand.
struct connect_members {
  std::vector<caf::strong_actor_ptr> listeners;
};
/// Cluster → listeners: all members as they are now, sorted by name.
struct members_changed {
  std::shared_ptr<const std::vector<member>> members;
  node_name self;
};
/// Cluster → settler: this node now acts under another epoch than its data was written under.
/// Others may have taken what it held before. The fence stays closed until `settle_epoch` answers.
struct epoch_began {
  std::uint64_t old_epoch = 0; ///< 0: none, the data is new
  std::uint64_t new_epoch = 0;
};
/// Settler → cluster: what others took is gone from this node's queues, and the epoch is durable.
struct settle_epoch {
  std::uint64_t epoch = 0;
};
/// Node → cluster: whether anything is left on this node while it drains.
struct report_drained {
  bool drained = false;
};
/// Node → cluster, last: close the fence and do nothing any more. The lease is left to run out, so
/// that peers wait for a short restart as they do after a crash.
struct leave_cluster {};

} // namespace warmfront
