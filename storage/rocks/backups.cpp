#include "storage/rocks/backups.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/core.h>
#include <rocksdb/rate_limiter.h>
#include <rocksdb/utilities/backup_engine.h>

#include "storage/rocks/backup_source.hpp"
#include "storage/rocks/data_directory.hpp"
#include "storage/rocks/database.hpp"
#include "storage/rocks/rocks_store.hpp"
#include "storage/spool.hpp"

namespace warmfront::storage {

namespace fs = std::filesystem;

namespace {

// How much is copied at most between two questions whether to go on, which come four times a second
// or more.
constexpr std::uint64_t octets_per_question_max = std::uint64_t{1} << 20;
// RocksDB's limiter gives out a tenth of a second's octets at a time: less would be none.
constexpr std::uint64_t rate_min = std::uint64_t{64} << 10;

std::string name_of(const fs::path& directory, std::uint32_t number) {
  return fmt::format("backup {} in {}", number, directory.string());
}

error to_backup_error(const rocksdb::Status& status, const std::string& attempted) {
  auto failure = to_error(status, attempted);
  if (status.IsNotFound())
    return {errc::not_found, attempted + ": there is none of this number",
            "`warmfront backup list` shows them"};
  if (status.IsIncomplete())
    return {errc::stopping, attempted + ": it was stopped", "begin again"};
  if (failure.code == errc::storage_corrupt)
    failure.remedy = "use another backup, and make a new one";
  if (failure.code == errc::storage_failed)
    failure.remedy = "check the disk of the backups";
  if (failure.code == errc::storage_full)
    failure.remedy = "free space on the disk of the backups, or keep fewer of them";
  return failure;
}

rocksdb::BackupEngineOptions engine_options(const fs::path& directory,
                                            std::uint64_t octets_a_second) {
  rocksdb::BackupEngineOptions options{directory.string()};
  options.callback_trigger_interval_size = octets_per_question_max;
  if (octets_a_second > 0) {
    options.backup_rate_limit = std::max(octets_a_second, rate_min);
    options.callback_trigger_interval_size =
        std::min(octets_per_question_max, options.backup_rate_limit / 4);
  }
  return options;
}

/// One process at a time writes to the directory; opening it clears what an interrupted backup has
/// left.
class backup_shelf {
public:
  static result<backup_shelf> open(const fs::path& directory, std::uint64_t octets_a_second) {
    WARMFRONT_TRY(lock, directory_lock::take(directory));
    rocksdb::BackupEngine* raw = nullptr;
    const auto opened = rocksdb::BackupEngine::Open(engine_options(directory, octets_a_second),
                                                    rocksdb::Env::Default(), &raw);
    std::unique_ptr<rocksdb::BackupEngine> engine{raw};
    const auto attempted = "open the backups in " + directory.string();
    if (!opened.ok())
      return to_backup_error(opened, attempted);
    if (const auto cleared = engine->GarbageCollect(); !cleared.ok())
      return to_backup_error(cleared, attempted);
    return backup_shelf{std::move(lock), std::move(engine)};
  }
  rocksdb::BackupEngine& operator*() const { return *engine_; }
  rocksdb::BackupEngine* operator->() const { return engine_.get(); }

private:
  backup_shelf(directory_lock lock, std::unique_ptr<rocksdb::BackupEngine> engine)
      : lock_{std::move(lock)}, engine_{std::move(engine)} {}
  directory_lock lock_;
  std::unique_ptr<rocksdb::BackupEngine> engine_;
};

/// Ends a backup, whatever it is doing. Thread-safe.
class backup_stop {
public:
  explicit backup_stop(rocksdb::BackupEngine& engine) : engine_{engine} {}
  void ask() {
    asked_ = true;
    engine_.StopBackup();
  }
  [[nodiscard]] bool is_asked() const { return asked_; }

private:
  rocksdb::BackupEngine& engine_;
  std::atomic<bool> asked_ = false;
};

using backup_reader = std::unique_ptr<rocksdb::BackupEngineReadOnly>;

/// Null: there are none.
result<backup_reader> open_for_reading(const fs::path& directory) {
  std::error_code failure;
  if (!fs::exists(directory / "meta", failure))
    return backup_reader{};
  rocksdb::BackupEngineReadOnly* raw = nullptr;
  const auto opened = rocksdb::BackupEngineReadOnly::Open(engine_options(directory, 0),
                                                          rocksdb::Env::Default(), &raw);
  if (!opened.ok())
    return to_backup_error(opened, "open the backups in " + directory.string());
  return backup_reader{raw};
}

/// As `open_for_reading`, for a backup that has to be there.
result<backup_reader> open_backup(const fs::path& directory, std::uint32_t number) {
  WARMFRONT_TRY(reader, open_for_reading(directory));
  if (!reader)
    return error{errc::not_found, "There are no backups in " + directory.string() + ".",
                 "name the directory of the backups with --directory"};
  std::vector<rocksdb::BackupID> damaged;
  reader->GetCorruptedBackups(&damaged);
  if (std::ranges::find(damaged, number) != damaged.end())
    return error{errc::storage_corrupt,
                 "open " + name_of(directory, number) + ": files are missing, or have another size",
                 "use another backup, and make a new one"};
  return std::move(reader);
}

stored_backup to_stored(const rocksdb::BackupInfo& info) {
  stored_backup stored{info.backup_id, info.size, info.number_files, {}};
  if (auto facts = decode_backup_facts(info.app_metadata))
    stored.facts = std::move(facts).value();
  return stored;
}

/// Two nodes must not take turns in one directory: a restore would bring back the wrong one.
result<void> check_owner(const backup_shelf& shelf, const fs::path& directory,
                         const std::string& node) {
  rocksdb::BackupInfo latest;
  if (!shelf->GetLatestBackupInfo(&latest).ok())
    return success(); // the first
  const auto owner = to_stored(latest).facts.node;
  if (owner.empty() || owner == node)
    return success();
  return error{errc::invalid_argument,
               fmt::format("make a backup of node {} in {}: the backups there are of node {}", node,
                           directory.string(), owner),
               "give each node a directory of its own", "backup.directory"};
}

/// At the pace of the copy, since it may read as much as a small one.
result<std::uint64_t> count_messages(const database& in, const backup_stop& stop,
                                     std::uint64_t octets_a_second) {
  std::unique_ptr<rocksdb::RateLimiter> limiter;
  if (octets_a_second > 0)
    limiter.reset(rocksdb::NewGenericRateLimiter(
        static_cast<std::int64_t>(std::max(octets_a_second, rate_min)), 100'000, 10,
        rocksdb::RateLimiter::Mode::kReadsOnly));
  const auto goes_on = [&](std::size_t octets) {
    for (auto left = static_cast<std::int64_t>(limiter ? octets : 0);
         left > 0 && !stop.is_asked();) {
      const auto part = std::min(left, limiter->GetSingleBurstBytes());
      limiter->Request(part, rocksdb::Env::IO_LOW, nullptr, rocksdb::RateLimiter::OpType::kRead);
      left -= part;
    }
    return !stop.is_asked();
  };
  const auto prefix = all_messages_prefix();
  return in.count(family::spool, prefix, prefix_end(prefix), goes_on);
}

result<rocksdb::BackupID> copy_into(const backup_shelf& shelf, database& from,
                                    const backup_facts& facts, const backup_options& options,
                                    backup_stop& stop) {
  rocksdb::CreateBackupOptions with;
  with.flush_before_backup = true;
  with.decrease_background_thread_cpu_priority = true;
  with.background_thread_cpu_priority = rocksdb::CpuPriority::kLow;
  const auto step =
      engine_options(options.directory, options.octets_a_second).callback_trigger_interval_size;
  with.progress_callback = [&stop, &options, step, copied = std::uint64_t{0}]() mutable {
    copied += step;
    if (options.progressed && !options.progressed(copied))
      stop.ask();
  };
  rocksdb::BackupID number = 0;
  const auto made =
      shelf->CreateNewBackupWithMetadata(with, &from.engine(), encode(facts), &number);
  if (!made.ok())
    return to_backup_error(made, "make a backup in " + options.directory.string());
  return number;
}

result<stored_backup> find_stored(const backup_shelf& shelf, rocksdb::BackupID number) {
  rocksdb::BackupInfo info;
  if (const auto found = shelf->GetBackupInfo(number, &info); !found.ok())
    return to_backup_error(found, "read back what was made");
  return to_stored(info);
}

/// The mark comes last: a directory whose copy was cut short has none, and does not open.
result<void> mark_copy(const fs::path& data) {
  auto files = std::make_shared<guarded_files>(nullptr);
  high_water_mark mark;
  mark.schema = schema_version;
  {
    WARMFRONT_TRY(opened, database::open({.directory = data / "rocks",
                                          .create = false,
                                          .sync = true,
                                          .schema = schema_version,
                                          .groups_min = 1,
                                          .log_line = {},
                                          .files = files}));
    mark.groups = opened->groups();
  }
  mark.manifest = files->manifest(); // after the close, which may have added to it
  WARMFRONT_TRY(high_water::open(data / "high-water", mark));
  return success();
}

} // namespace

result<stored_backup> make_backup(store& of, backup_facts facts, const backup_options& options) {
  auto* const source = dynamic_cast<backup_source*>(&of);
  if (source == nullptr)
    return error{errc::invalid_argument, "make a backup: the store is not on disk", {}};
  WARMFRONT_TRY(shelf, backup_shelf::open(options.directory, options.octets_a_second));
  WARMFRONT_TRY(check_owner(shelf, options.directory, facts.node));
  backup_stop stop{*shelf};
  const auto tell = [&options](std::function<void()> end) {
    if (options.begun)
      options.begun(std::move(end));
  };
  tell([&stop] { stop.ask(); });
  std::optional<stored_backup> made;
  auto done = source->with_database(
      [&](database& from) -> result<void> {
        facts.commits = from.groups();
        facts.data_schema = schema_version;
        WARMFRONT_TRY(messages, count_messages(from, stop, options.octets_a_second));
        facts.messages = messages;
        WARMFRONT_TRY(number, copy_into(shelf, from, facts, options, stop));
        WARMFRONT_TRY(stored, find_stored(shelf, number));
        made = std::move(stored);
        return success();
      },
      [&stop] { stop.ask(); });
  tell({});
  if (!done) {
    // What was copied so far would stay until the next backup; the space may be needed now.
    shelf->GarbageCollect().PermitUncheckedError();
    return std::move(done).error();
  }
  return std::move(*made);
}

result<std::vector<stored_backup>> list_backups(const fs::path& directory) {
  std::vector<stored_backup> found;
  WARMFRONT_TRY(reader, open_for_reading(directory));
  if (!reader)
    return found;
  std::vector<rocksdb::BackupInfo> all;
  reader->GetBackupInfo(&all);
  for (const auto& each : all)
    found.push_back(to_stored(each));
  std::vector<rocksdb::BackupID> damaged;
  reader->GetCorruptedBackups(&damaged);
  for (const auto number : damaged)
    found.push_back({number, 0, 0, {}});
  std::ranges::sort(found, {}, &stored_backup::number);
  return found;
}

result<void> verify_backup(const fs::path& directory, std::uint32_t number) {
  WARMFRONT_TRY(reader, open_backup(directory, number));
  constexpr bool with_checksums = true;
  if (const auto good = reader->VerifyBackup(number, with_checksums); !good.ok())
    return to_backup_error(good, "verify " + name_of(directory, number));
  rocksdb::BackupInfo info;
  if (const auto found = reader->GetBackupInfo(number, &info); !found.ok())
    return to_backup_error(found, "verify " + name_of(directory, number));
  WARMFRONT_TRY(decode_backup_facts(info.app_metadata));
  return success();
}

result<void> read_backup(const fs::path& directory, std::uint32_t number, const fs::path& into) {
  WARMFRONT_TRY(reader, open_backup(directory, number));
  std::error_code failure;
  if (fs::exists(into / "rocks", failure) || fs::exists(into / "high-water", failure))
    return error{errc::already_exists,
                 "restore into " + into.string() + ": it holds a node's data already",
                 "restore into an empty directory"};
  fs::create_directories(into, failure);
  if (failure)
    return error{errc::storage_failed,
                 "make the directory " + into.string() + ": " + failure.message(),
                 "check the disk and the permissions"};
  const auto database = (into / "rocks").string();
  const auto copied = reader->RestoreDBFromBackup(number, database, database);
  if (!copied.ok())
    return to_backup_error(copied, "restore " + name_of(directory, number));
  return mark_copy(into);
}

result<std::size_t> prune_backups(const fs::path& directory, std::uint32_t keep) {
  std::error_code failure;
  if (!fs::exists(directory, failure))
    return std::size_t{0};
  WARMFRONT_TRY(shelf, backup_shelf::open(directory, 0));
  std::vector<rocksdb::BackupInfo> before;
  shelf->GetBackupInfo(&before);
  if (const auto pruned = shelf->PurgeOldBackups(keep); !pruned.ok())
    return to_backup_error(pruned, "remove old backups in " + directory.string());
  return before.size() > keep ? before.size() - keep : 0;
}

} // namespace warmfront::storage
