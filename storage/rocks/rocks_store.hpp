// The store on disk: RocksDB behind a group commit, guarded against what was measured to go wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "storage/store.hpp"

namespace warmfront::storage {

/// The format of the data on disk that this release writes. Counts up when an older release could
/// not read what a newer one wrote.
inline constexpr std::uint32_t schema_version = 1;

/// What the database is about to do to one of its files; for tests that let the disk fail.
struct disk_operation {
  enum class kind : std::uint8_t { append, sync };
  kind what;
  std::string_view path;
  std::size_t octets; ///< of an append
};

struct rocks_options {
  /// Created when absent. Holds `lock`, `high-water` and the database in `rocks/`.
  std::filesystem::path directory;
  /// Free space that growth may not touch. Outcomes and removals may, and so may compaction. Below
  /// 256 MiB the database may lack the space to write out its memory and recover by itself.
  std::uint64_t reserve_octets = std::uint64_t{512} << 20;
  /// Octets of waiting commits from which on growth is answered with `unavailable`.
  std::size_t queue_octets_max = std::size_t{64} << 20;
  /// Sync before every acknowledgement. False only to measure what the sync costs.
  bool sync = true;
  /// The schema this release writes; another one only in tests of upgrades.
  std::uint32_t schema = schema_version;
  /// Free octets of the file system of `directory`; empty: ask the file system.
  std::function<std::uint64_t()> free_space;
  /// Called before every write and sync of the database, from any of its threads. An `errno` other
  /// than 0 is the answer of the disk. Empty: the disk answers.
  std::function<int(const disk_operation&)> before_disk_operation;
  /// Warnings of the database, a line each, from any thread. Empty: dropped.
  std::function<void(std::string_view)> log_line;
};

/// Opens or creates the store. One process at a time.
/// @returns `storage_locked`: another one has it; `storage_newer`: a later release wrote it;
/// `storage_corrupt`: files are missing, damaged or older than what was acknowledged;
/// `storage_full`, `storage_failed`: the disk says no.
/// Its destructor commits what is queued, calls the callbacks and returns.
[[nodiscard]] result<std::unique_ptr<store>> open_rocks_store(rocks_options options);

} // namespace warmfront::storage
