// The control state of one store, copied into another: from a single node's own to a cluster's.
#pragma once

#include <cstddef>
#include <functional>

#include "storage/control_store.hpp"

namespace warmfront::storage {

struct migration_outcome {
  std::size_t copied = 0; ///< records
  /// Records that live under a lease, which says that somebody is there now: they stay behind.
  std::size_t left = 0;
};

/// Copies keys and values of all records, in transactions of at most 100, then reads both stores
/// and compares. `to` must have no record. Nothing may change either store meanwhile: `conflict`
/// says that something has. `already_exists`: `to` is not empty, and nothing was written. After any
/// other error `to` may hold a part: empty it before the next attempt. Both stores must outlive the
/// call of `done`, which comes once, from a thread of theirs.
void migrate_control_state(control_store& from, control_store& to,
                           std::function<void(const result<migration_outcome>&)> done);

} // namespace warmfront::storage
