// RocksDB as the store uses it: opened with checks, written by one thread, read by many.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include "storage/rocks/guarded_files.hpp"
#include "storage/rocks/log_sequence_check.hpp"
#include "storage/store.hpp"

namespace warmfront::storage {

/// What a status of RocksDB means to the callers of the store.
/// @param attempted what was tried, on which object
[[nodiscard]] error to_error(const rocksdb::Status& status, std::string_view attempted);

/// Reads are thread-safe; `write` is for one thread.
class database {
public:
  struct settings {
    std::filesystem::path directory;
    bool create = false; ///< nothing was acknowledged yet: what is missing is made
    bool sync = true;
    std::uint32_t schema = 0;     ///< what this release writes
    std::uint64_t groups_min = 0; ///< what was acknowledged; less is a loss
    std::function<void(std::string_view)> log_line;
    std::shared_ptr<guarded_files> files;
  };

  /// Opens, creates when told to, and checks that nothing is missing: log records in sequence, the
  /// high-water mark reached, every table and blob file there at its size, the schema known.
  [[nodiscard]] static result<std::unique_ptr<database>> open(settings with);
  ~database();
  database(const database&) = delete;
  database& operator=(const database&) = delete;

  /// Writes one more group of changes, and syncs when so set.
  /// @returns `storage_full` when there was no space, `storage_failed` for anything else.
  result<void> write(rocksdb::WriteBatch& changes);
  /// Adds one change to a batch for `write`.
  void translate(const batch::change& change, rocksdb::WriteBatch& into) const;

  [[nodiscard]] result<std::optional<std::string>> get(family where, std::string_view key) const;
  [[nodiscard]] result<std::vector<key_value>>
  scan(family where, std::string_view from, std::string_view before, std::size_t limit) const;
  [[nodiscard]] result<std::optional<key_value>> last(family where, std::string_view from,
                                                      std::string_view before) const;

  /// Counts entries without a trace in the cache, which is for what mail uses. `goes_on` is called
  /// for every few kB with the octets that were read since, and may take its time.
  /// @returns `stopping` when `goes_on` says no.
  [[nodiscard]] result<std::uint64_t>
  count(family where, std::string_view from, std::string_view before,
        const std::function<bool(std::size_t octets)>& goes_on) const;

  /// The groups ever written. Its record is part of each group: the sequence numbers of RocksDB
  /// would not do, they fall back when the last changes have undone each other.
  [[nodiscard]] std::uint64_t groups() const noexcept { return groups_; }
  /// For `backups` alone.
  [[nodiscard]] rocksdb::DB& engine() const noexcept { return *db_; }
  /// Gives back the space of what was removed: writes out the memory, so that logs can go, and
  /// drops removed bodies. Rewrites no living one, since there may be no space for that. Failures
  /// show in `background_failure`.
  void reclaim(std::atomic<bool>& cancelled) const;
  /// The first error of a flush or compaction since the database was opened.
  [[nodiscard]] std::optional<error> background_failure() const;

private:
  class failure_listener;

  explicit database(settings with);
  result<void> open_families();
  result<void> check_files() const;
  result<void> check_groups();
  result<void> check_schema();
  result<void> write_synced(rocksdb::WriteBatch& changes);
  /// A number kept in the default family; 0 when absent.
  [[nodiscard]] result<std::uint64_t> own_number(const char* key) const;
  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(family where) const {
    return families_.at(static_cast<std::size_t>(where) + 1);
  }

  const settings settings_;
  const std::unique_ptr<rocksdb::Env> environment_;
  const std::shared_ptr<failure_listener> listener_;
  log_sequence_check log_check_;
  std::atomic<std::uint64_t> groups_ = 0; ///< written by who calls `write`
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_; ///< the default one, then ours
};

} // namespace warmfront::storage
