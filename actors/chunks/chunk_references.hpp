// Which chunks are of use, by what the control store refers to. Pure.
#pragma once

#include <set>
#include <vector>

#include "actors/core/chunk_id.hpp"
#include "actors/core/error.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// Of the versions of templates, the current versions of groups, tasks that are not over, and
/// occurrences that are being sent.
struct chunk_references {
  std::set<chunk_id> chunks;       ///< the lists among them
  std::vector<chunk_id> manifests; ///< lists: what they name is of use, too
};

/// All records of a prefix, added to `to`. Fails where a record cannot be read: what a later
/// release refers to is not known.
[[nodiscard]] result<void> add_template_references(chunk_references& to,
                                                   const storage::control_snapshot& all);
[[nodiscard]] result<void> add_group_references(chunk_references& to,
                                                const storage::control_snapshot& all);
[[nodiscard]] result<void> add_task_references(chunk_references& to,
                                               const storage::control_snapshot& all);
/// What a list names.
[[nodiscard]] result<void> add_manifest_references(chunk_references& to, std::string_view octets);

} // namespace warmfront
