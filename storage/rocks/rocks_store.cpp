#include "storage/rocks/rocks_store.hpp"

#include <sys/statvfs.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <utility>

#include <fmt/core.h>
#include <rocksdb/write_batch.h>

#include "storage/rocks/backup_source.hpp"
#include "storage/rocks/commit_queue.hpp"
#include "storage/rocks/data_directory.hpp"
#include "storage/rocks/database.hpp"
#include "storage/rocks/high_water.hpp"
#include "storage/rocks/space_reclaimer.hpp"

namespace warmfront::storage {

namespace {

// Enough for the sync to be shared by many, small enough for the first of them not to wait long.
constexpr std::size_t group_octets_max = std::size_t{4} << 20;
// Free space is asked for once per so many octets or groups, and whenever nothing is to do.
constexpr std::size_t space_check_octets = std::size_t{256} << 10;
constexpr unsigned space_check_groups = 32;
constexpr milliseconds idle_tick{200};
// How long commits fail without a look at the disk while it is full.
constexpr milliseconds full_pause{100};
// And after an attempt to open the database again, which reads its logs and takes a while.
constexpr milliseconds reopen_pause{1000};
// Opening the database again is tried with this much space, or a quarter of a smaller reserve.
constexpr std::uint64_t reopen_octets = std::uint64_t{32} << 20;

std::uint64_t free_octets_of(const std::filesystem::path& directory) {
  struct statvfs space {};
  if (::statvfs(directory.c_str(), &space) != 0) {
    return 0;
  }
  return std::uint64_t{space.f_bavail} * space.f_frsize;
}

class rocks_store final : public store, public backup_source {
public:
  rocks_store(rocks_options options, directory_lock lock, std::shared_ptr<guarded_files> files,
              high_water mark, std::unique_ptr<database> opened)
      : options_{std::move(options)}, lock_{std::move(lock)}, files_{std::move(files)},
        mark_{std::move(mark)}, queue_{options_.queue_octets_max}, database_{std::move(opened)} {
    acknowledged_ = database_->groups();
    look_at_space();
    reclaimer_ = std::make_unique<space_reclaimer>([this](std::atomic<bool>& cancelled) {
      const std::shared_lock reading{database_mutex_};
      if (database_) {
        database_->reclaim(cancelled);
      }
    });
    thread_ = std::thread{[this] { run(); }};
  }
  ~rocks_store() override {
    queue_.close();
    thread_.join();
    interrupt_backup();
    const std::scoped_lock backed_up{backup_mutex_};
    reclaimer_.reset();
    database_.reset(); // ends the flushes and compactions, which may have changed the manifest
    if (!failure_) {
      record_mark();
    }
  }

  void commit(batch changes, priority urgency, commit_callback done) override {
    queue_.push(std::move(changes), urgency, std::move(done));
  }
  result<std::optional<std::string>> get(family where, std::string_view key) const override {
    return read([&](const database& from) { return from.get(where, key); });
  }
  result<std::vector<key_value>> scan(family where, std::string_view from, std::string_view before,
                                      std::size_t limit) const override {
    return read([&](const database& in) { return in.scan(where, from, before, limit); });
  }
  result<std::optional<key_value>> last(family where, std::string_view from,
                                        std::string_view before) const override {
    return read([&](const database& in) { return in.last(where, from, before); });
  }
  storage_health health() const override {
    storage_health answer;
    answer.accepts_growth = accepts_growth_;
    answer.free_octets = free_octets_;
    const std::scoped_lock lock{failure_mutex_};
    answer.failure = failure_;
    return answer;
  }

  result<void> with_database(const std::function<result<void>(database&)>& work,
                             std::function<void()> interrupt) override;

private:
  template <class Call>
  auto read(Call call) const -> decltype(call(std::declval<const database&>())) {
    const std::shared_lock lock{database_mutex_};
    if (!database_) {
      return error{errc::unavailable, "read: the database is being opened again after a full disk",
                   "try again"};
    }
    return call(*database_);
  }

  void run();
  void commit_group(std::vector<waiting_commit>& group);
  [[nodiscard]] std::optional<error> refusal(const waiting_commit& commit) const;
  result<void> write();
  void record_mark();
  void look_at_space();
  void look_at_background();
  void reopen();
  void set_interrupt(std::function<void()> with);
  void interrupt_backup();
  void suspend(const error& why);
  void fail(error why);

  const rocks_options options_;
  const directory_lock lock_;
  const std::shared_ptr<guarded_files> files_;
  high_water mark_;
  commit_queue queue_;

  // Of the commit thread alone.
  rocksdb::WriteBatch merged_;
  std::vector<bool> included_;
  std::uint64_t acknowledged_ = 0; ///< groups that were synced
  manifest_mark marked_manifest_;
  std::size_t octets_since_check_ = 0;
  unsigned groups_since_check_ = 0;
  bool removed_ = false;   ///< something was, since space was last reclaimed
  bool suspended_ = false; ///< the disk was full inside a write: the database has to be reopened

  mutable std::shared_mutex database_mutex_; ///< exclusive only while reopening
  std::unique_ptr<database> database_;       ///< none between a close and a successful open
  std::mutex backup_mutex_;                  ///< held by a backup for as long as it takes
  std::mutex interrupt_mutex_;
  std::function<void()> interrupt_; ///< ends the backup under way; empty: there is none
  std::atomic<bool> accepts_growth_ = true;
  std::atomic<std::uint64_t> free_octets_ = 0;
  mutable std::mutex failure_mutex_;
  std::optional<error> failure_; ///< written by the commit thread alone
  std::unique_ptr<space_reclaimer> reclaimer_;
  std::thread thread_;
};

void rocks_store::run() {
  std::vector<waiting_commit> group;
  while (queue_.take(group, group_octets_max, idle_tick)) {
    if (!group.empty()) {
      commit_group(group);
    }
    if (group.empty() || suspended_ || octets_since_check_ >= space_check_octets ||
        ++groups_since_check_ >= space_check_groups) {
      look_at_space();
    }
    look_at_background();
    if (group.empty() && !failure_ && marked_manifest_ != files_->manifest()) {
      record_mark(); // a flush or compaction after the last commit
    }
    if (suspended_ && !failure_) {
      const bool has_space = free_octets_ >= std::min(reopen_octets, options_.reserve_octets / 4);
      if (has_space) {
        reopen();
      }
      if (suspended_) {
        queue_.pause(has_space ? reopen_pause : full_pause);
      }
    }
  }
}

std::optional<error> rocks_store::refusal(const waiting_commit& commit) const {
  if (failure_) {
    return failure_;
  }
  if (commit.over_limit) {
    return error{
        errc::unavailable,
        fmt::format("commit: {} octets wait for the disk already", options_.queue_octets_max),
        "try again later; the disk is slower than the load"};
  }
  if (suspended_ || (commit.urgency == priority::growth && !accepts_growth_)) {
    return error{errc::storage_full,
                 fmt::format("commit: {} octets are free in {}, the reserve is {}",
                             free_octets_.load(), options_.directory.string(),
                             options_.reserve_octets),
                 "free disk space; the store goes on by itself"};
  }
  return std::nullopt;
}

void rocks_store::commit_group(std::vector<waiting_commit>& group) {
  merged_.Clear();
  std::vector<std::optional<error>> refusals(group.size());
  for (std::size_t index = 0; index < group.size(); ++index) {
    refusals[index] = refusal(group[index]);
    if (refusals[index]) {
      continue;
    }
    octets_since_check_ += group[index].changes.octets();
    for (const auto& change : group[index].changes.changes()) {
      database_->translate(change, merged_);
      removed_ = removed_ || (change.what != batch::kind::put && change.what != batch::kind::add);
    }
  }
  const auto outcome = merged_.Count() == 0 ? success() : write();
  for (std::size_t index = 0; index < group.size(); ++index) {
    const auto& refused = refusals[index];
    group[index].done(refused ? result<void>{*refused} : outcome);
  }
}

result<void> rocks_store::write() {
  auto outcome = database_->write(merged_);
  if (!outcome) {
    if (outcome.error().code == errc::storage_full) {
      suspend(outcome.error());
    } else {
      fail(outcome.error());
      return *failure_;
    }
    return outcome;
  }
  acknowledged_ = database_->groups();
  // The group is durable whatever becomes of the mark; without a mark the next one is not safe.
  record_mark();
  return outcome;
}

void rocks_store::record_mark() {
  marked_manifest_ = files_->manifest();
  if (auto marked = mark_.record(acknowledged_, marked_manifest_);
      !marked && marked.error().code != errc::storage_full) {
    fail(marked.error());
  }
}

void rocks_store::look_at_space() {
  octets_since_check_ = 0;
  groups_since_check_ = 0;
  const auto free =
      options_.free_space ? options_.free_space() : free_octets_of(options_.directory);
  free_octets_ = free;
  accepts_growth_ = !suspended_ && !failure_ && free >= options_.reserve_octets;
  if (!accepts_growth_ && !suspended_ && !failure_ && std::exchange(removed_, false)) {
    reclaimer_->request();
  }
  // Until it ends nothing that was removed gives back its space.
  if (!accepts_growth_) {
    interrupt_backup();
  }
}

void rocks_store::look_at_background() {
  if (suspended_ || failure_) {
    return;
  }
  if (const auto found = database_->background_failure()) {
    found->code == errc::storage_full ? suspend(*found) : fail(*found);
  }
}

void rocks_store::suspend(const error& why) {
  suspended_ = true;
  accepts_growth_ = false;
  if (options_.log_line) {
    options_.log_line(to_string(why));
  }
}

void rocks_store::fail(error why) {
  why.code = errc::storage_failed;
  accepts_growth_ = false;
  const std::scoped_lock lock{failure_mutex_};
  failure_ = std::move(why);
}

database::settings settings_of(const rocks_options& options, std::shared_ptr<guarded_files> files,
                               std::uint64_t groups_min) {
  return {.directory = options.directory / "rocks",
          .create = groups_min == 0,
          .sync = options.sync,
          .schema = options.schema,
          .groups_min = groups_min,
          .log_line = options.log_line,
          .files = std::move(files)};
}

result<void> rocks_store::with_database(const std::function<result<void>(database&)>& work,
                                        std::function<void()> interrupt) {
  const std::scoped_lock one_at_a_time{backup_mutex_};
  // Before the lock that keeps the database open: a reopening that waits for it has interrupted.
  set_interrupt(std::move(interrupt));
  auto outcome = [&]() -> result<void> {
    const std::shared_lock lock{database_mutex_};
    if (!database_)
      return error{errc::unavailable,
                   "make a backup: the database is being opened again after a full disk",
                   "try again"};
    return work(*database_);
  }();
  set_interrupt(nullptr);
  return outcome;
}

void rocks_store::set_interrupt(std::function<void()> with) {
  const std::scoped_lock lock{interrupt_mutex_};
  interrupt_ = std::move(with);
}

void rocks_store::interrupt_backup() {
  const std::scoped_lock lock{interrupt_mutex_};
  if (interrupt_)
    interrupt_();
}

void rocks_store::reopen() {
  reclaimer_->interrupt();
  interrupt_backup();
  // Readers wait here for as long as reading the logs takes: about a second.
  const std::scoped_lock lock{database_mutex_};
  database_.reset();
  if (auto cut = files_->drop_unsynced_logs(); !cut) {
    fail(cut.error());
    return;
  }
  auto opened = database::open(settings_of(options_, files_, acknowledged_));
  if (!opened) {
    if (opened.error().code != errc::storage_full) {
      fail(opened.error());
    }
    return;
  }
  database_ = std::move(opened).value();
  suspended_ = false;
  look_at_space();
}

} // namespace

result<std::unique_ptr<store>> open_rocks_store(rocks_options options) {
  WARMFRONT_TRY(lock, directory_lock::take(options.directory));
  const auto mark_file = options.directory / "high-water";
  const auto directory = options.directory / "rocks";
  WARMFRONT_TRY(found, high_water::read(mark_file));
  const auto acknowledged = found ? found->groups : 0;
  if (found && found->schema > options.schema) {
    return written_later(options.directory, found->schema, options.schema);
  }
  WARMFRONT_TRY(content, inspect_directory(directory, acknowledged > 0));
  if (content == directory_content::database) {
    if (!found) {
      return error{errc::storage_corrupt,
                   fmt::format("open {}: it is missing beside a database that has been in use",
                               mark_file.string()),
                   "restore the whole data directory from one copy"};
    }
    WARMFRONT_TRY(check_manifest(directory, found->manifest));
    WARMFRONT_TRY(sync_logs(directory));
  } else {
    WARMFRONT_TRY(clear_directory(directory));
  }
  auto kept = found.value_or(high_water_mark{});
  kept.schema = options.schema;
  // The mark comes before the database, so that a database without one has lost it.
  WARMFRONT_TRY(mark, high_water::open(mark_file, kept));
  auto files = std::make_shared<guarded_files>(options.before_disk_operation);
  WARMFRONT_TRY(opened, database::open(settings_of(options, files, acknowledged)));
  WARMFRONT_TRY(mark.record(opened->groups(), files->manifest()));
  return std::unique_ptr<store>{std::make_unique<rocks_store>(
      std::move(options), std::move(lock), std::move(files), std::move(mark), std::move(opened))};
}

} // namespace warmfront::storage
