// `warmfront cluster migrate`: a single node's control state into the cluster's etcd.
#pragma once

#include <string>

#include "actors/core/error.hpp"

namespace warmfront::admin::cli {

/// Copies what the stopped node of this `node.toml` keeps in its data directory (accounts, keys,
/// pools, plans, ledgers) into the etcd of its `[cluster]`, which must hold nothing of a cluster
/// yet. The data directory stays as it is. Fails as `storage::migrate_control_state`, with
/// `storage_locked` while the node runs, `refused` for another user than the node's, and
/// `invalid_argument` for a faulty file.
/// @returns what to tell the user.
[[nodiscard]] result<std::string> migrate_control_state(const std::string& node_toml);

} // namespace warmfront::admin::cli
