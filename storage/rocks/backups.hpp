// Backups of the store on disk: made while it works, checked and read back without it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "storage/backup_facts.hpp"
#include "storage/store.hpp"

namespace warmfront::storage {

struct backup_options {
  std::filesystem::path directory;   ///< of the backups; not the data directory, nor below it
  std::uint64_t octets_a_second = 0; ///< read at most so fast; 0: as fast as it goes
  /// Called for every few MiB that were copied, by the thread that makes the backup. False ends
  /// it, and leaves nothing behind. Empty: nobody asks.
  std::function<bool(std::uint64_t octets)> progressed;
  /// Called with what ends the backup, from any thread and whatever it is doing: `progressed` is
  /// not called while files are read that older backups have. Called with nothing before
  /// `make_backup` returns; what it was given before must not be called any more then. Empty:
  /// nobody asks.
  std::function<void(std::function<void()> end)> begun;
};

/// Makes a backup of an open store on disk, next to the ones before it: files that those have are
/// not copied again. Blocks for as long as it takes; the store goes on meanwhile. Not while another
/// process writes to the directory.
/// `facts.commits`, `facts.data_schema` and `facts.messages` are filled in.
/// @returns `invalid_argument`: the store is not on disk, or the backups are of another node;
/// `stopping`: `progressed` or who has `end` said so, or the store has to be reopened or runs low
/// on space; `storage_locked`; `storage_full` and `storage_failed` of the directory of the backups.
/// The older ones stay good.
[[nodiscard]] result<stored_backup> make_backup(store& of, backup_facts facts,
                                                const backup_options& options);

/// The backups, oldest first. Those whose description cannot be read have `facts` without a node.
/// None where the directory is empty or absent.
[[nodiscard]] result<std::vector<stored_backup>>
list_backups(const std::filesystem::path& directory);

/// Reads every file of a backup and compares its checksum.
/// @returns `not_found`: there is none of this number; `storage_corrupt`: names the file.
[[nodiscard]] result<void> verify_backup(const std::filesystem::path& directory,
                                         std::uint32_t number);

/// Copies a backup into a data directory that holds no database: into `rocks`, and a `high-water`
/// mark of where it ends. Opening the store then finds what was committed before the backup began.
/// @returns `already_exists`: it holds one; otherwise as `verify_backup`.
[[nodiscard]] result<void> read_backup(const std::filesystem::path& directory, std::uint32_t number,
                                       const std::filesystem::path& into);

/// Removes all but the `keep` latest, and what an interrupted backup has left. @pre keep > 0
/// @returns how many were removed.
[[nodiscard]] result<std::size_t> prune_backups(const std::filesystem::path& directory,
                                                std::uint32_t keep);

} // namespace warmfront::storage
