// From a backup to a data directory that a node may start from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "actors/backup/restored_state.hpp"
#include "actors/backup/spool_check.hpp"
#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "storage/backup_facts.hpp"

namespace warmfront {

struct restore_request {
  std::filesystem::path backups;
  std::optional<std::uint32_t> number; ///< none: the latest
  std::filesystem::path data;
  std::string node;        ///< whose data it becomes
  bool in_cluster = false; ///< that node is in one
  /// What the data directory holds is moved aside; a backup of another node is taken.
  bool force = false;
  bool peers_lost = false; ///< in a cluster: all others lost their data, too
  waiting_mail waiting = waiting_mail::hold;
};

struct restore_report {
  storage::stored_backup from;
  restored_counts counts;
  std::filesystem::path moved_to; ///< what was there before; empty: nothing was
};

/// Restores with the node stopped. Files beside the database, such as keys, stay as they are. The
/// data directory is as before, but for a folder `restoring`, until the last step puts the database
/// in its place; cut short within that, the directory does not start, and a restore can be done
/// again.
/// @returns `storage_locked`: the node runs; `already_exists`: there is data, and `force` is not
/// said; `invalid_argument`: the backup is of another node or of a node alone where this one is in
/// a cluster, or the other way round; otherwise as `storage::read_backup` and `make_safe`.
[[nodiscard]] result<restore_report> restore_backup(const restore_request& request,
                                                    const clock& time);

/// Reads a backup into `scratch`, opens it, checks its spool and removes it again.
/// @returns as `storage::read_backup`, or the errors of a store that does not open.
[[nodiscard]] result<spool_findings> check_backup(const std::filesystem::path& backups,
                                                  std::uint32_t number,
                                                  const std::filesystem::path& scratch);

/// The backup of a number, or the latest whose description can be read. `not_found`.
[[nodiscard]] result<storage::stored_backup> find_backup(const std::filesystem::path& backups,
                                                         std::optional<std::uint32_t> number);

} // namespace warmfront
