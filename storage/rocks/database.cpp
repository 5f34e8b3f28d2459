#include "storage/rocks/database.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <mutex>
#include <utility>

#include <fmt/core.h>
#include <rocksdb/listener.h>
#include <rocksdb/metadata.h>
#include <rocksdb/write_batch.h>

#include "storage/rocks/database_options.hpp"
#include "storage/rocks/high_water.hpp"

namespace warmfront::storage {

namespace {

constexpr const char* schema_key = "schema";
constexpr const char* groups_key = "groups";

rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

error lost(std::string what) {
  return {errc::storage_corrupt, std::move(what),
          "do not start from these files: restore the data directory from one copy, or let a peer "
          "that has the mails take over"};
}

} // namespace

error to_error(const rocksdb::Status& status, std::string_view attempted) {
  const auto what = fmt::format("{}: {}", attempted, status.ToString());
  if (status.IsNoSpace()) {
    return {errc::storage_full, what, "free disk space; the store goes on by itself"};
  }
  if (status.IsCorruption()) {
    return lost(what);
  }
  return {errc::storage_failed, what, "check the disk and the kernel's log, then restart the node"};
}

/// Remembers the first background error. Called from threads of the database.
class database::failure_listener final : public rocksdb::EventListener {
public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* failure) override {
    const std::scoped_lock lock{mutex_};
    if (!failure_) {
      failure_ = to_error(*failure, "write in the background");
      failed_ = true;
    }
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = false; // measured: it stays failed, only opening it anew helps
  }
  [[nodiscard]] std::optional<error> failure() const {
    if (!failed_) {
      return std::nullopt;
    }
    const std::scoped_lock lock{mutex_};
    return failure_;
  }

private:
  std::atomic<bool> failed_ = false;
  mutable std::mutex mutex_;
  std::optional<error> failure_;
};

database::database(settings with)
    : settings_{std::move(with)}, environment_{rocksdb::NewCompositeEnv(settings_.files)},
      listener_{std::make_shared<failure_listener>()} {}

database::~database() {
  for (auto* family : families_) {
    db_->DestroyColumnFamilyHandle(family);
  }
  if (db_) {
    db_->Close().PermitUncheckedError(); // everything acknowledged is in the log
  }
}

result<std::unique_ptr<database>> database::open(settings with) {
  std::unique_ptr<database> opened{new database{std::move(with)}};
  WARMFRONT_TRY(opened->open_families());
  WARMFRONT_TRY(opened->check_groups());
  WARMFRONT_TRY(opened->check_files());
  WARMFRONT_TRY(opened->check_schema());
  return opened;
}

result<void> database::open_families() {
  auto options = database_options(settings_.log_line);
  options.create_if_missing = settings_.create;
  options.env = environment_.get();
  options.listeners.push_back(listener_);
  options.wal_filter = &log_check_;
  const auto path = settings_.directory.string();
  const auto attempted = fmt::format("open {}", path);
  const auto descriptors = family_descriptors();
  if (!settings_.create) {
    std::vector<std::string> present;
    const auto listed = rocksdb::DB::ListColumnFamilies(options, path, &present);
    if (!listed.ok()) {
      return listed.IsNotFound() || listed.IsPathNotFound() ? lost(to_error(listed, attempted).what)
                                                            : to_error(listed, attempted);
    }
    for (const auto& name : present) {
      if (std::none_of(descriptors.begin(), descriptors.end(),
                       [&](const auto& known) { return known.name == name; })) {
        return error{errc::storage_newer,
                     fmt::format("{}: this release does not know its family '{}'", attempted, name),
                     "start the release that wrote it, or a later one"};
      }
    }
  }
  rocksdb::DB* raw = nullptr;
  const auto status = rocksdb::DB::Open(options, path, descriptors, &families_, &raw);
  db_.reset(raw);
  if (!log_check_.gap_in().empty()) {
    return lost(fmt::format("{}: changes are missing before a record of {}", attempted,
                            log_check_.gap_in()));
  }
  if (!status.ok()) {
    // A file that the manifest names and that is not there is a loss, whatever the code says.
    const bool missing = status.IsPathNotFound() || status.IsNotFound() ||
                         status.ToString().find("No such file") != std::string::npos;
    return missing ? lost(to_error(status, attempted).what) : to_error(status, attempted);
  }
  return success();
}

result<void> database::check_files() const {
  // RocksDB looks at the tables when it opens, but at a blob file only when it is read.
  for (auto* family : families_) {
    rocksdb::ColumnFamilyMetaData content;
    db_->GetColumnFamilyMetaData(family, &content);
    for (const auto& blob : content.blob_files) {
      // With or without the slash, depending on the version.
      const auto file = settings_.directory / std::filesystem::path{blob.blob_file_name}.filename();
      std::error_code failure;
      const auto size = std::filesystem::file_size(file, failure);
      if (failure || size != blob.blob_file_size) {
        return lost(fmt::format(
            "open {}: {}", file.string(),
            failure ? failure.message()
                    : fmt::format("it has {} octets instead of {}", size, blob.blob_file_size)));
      }
    }
  }
  return success();
}

result<std::uint64_t> database::own_number(const char* key) const {
  std::string text;
  const auto status = db_->Get({}, families_.front(), key, &text);
  if (status.IsNotFound()) {
    return 0;
  }
  if (!status.ok()) {
    return to_error(status, fmt::format("read the record '{}'", key));
  }
  std::uint64_t number = 0;
  const auto* end = text.data() + text.size();
  if (std::from_chars(text.data(), end, number).ptr != end || number == 0) {
    return lost(fmt::format("read the record '{}': '{}' is no number", key, text));
  }
  return number;
}

result<void> database::check_groups() {
  WARMFRONT_TRY(found, own_number(groups_key));
  if (found < settings_.groups_min) {
    return lost(
        fmt::format("open {}: it ends with commit {}, but commit {} was acknowledged; a log "
                    "was removed or cut short",
                    settings_.directory.string(), found, settings_.groups_min));
  }
  groups_ = found;
  return success();
}

result<void> database::check_schema() {
  WARMFRONT_TRY(found, own_number(schema_key));
  if (found > settings_.schema) {
    return written_later(settings_.directory, static_cast<std::uint32_t>(found), settings_.schema);
  }
  if (found == 0 && !settings_.create) {
    return lost(fmt::format("open {}: it has no schema record", settings_.directory.string()));
  }
  if (found == settings_.schema) {
    return success();
  }
  rocksdb::WriteBatch changes;
  const auto version = std::to_string(settings_.schema);
  changes.Put(families_.front(), schema_key, version).PermitUncheckedError();
  return write_synced(changes);
}

result<void> database::write(rocksdb::WriteBatch& changes) {
  // At the end, so that it is the newest change of all and no flush can leave it out.
  changes.Put(families_.front(), groups_key, std::to_string(groups_ + 1)).PermitUncheckedError();
  auto written = write_synced(changes);
  if (written) {
    ++groups_;
  }
  return written;
}

result<void> database::write_synced(rocksdb::WriteBatch& changes) {
  rocksdb::WriteOptions options;
  options.sync = settings_.sync;
  const auto status = db_->Write(options, &changes);
  if (status.ok()) {
    return success();
  }
  auto failure = to_error(status, "write to the log");
  if (failure.code == errc::storage_corrupt) {
    failure.code = errc::storage_failed;
  }
  return failure;
}

void database::translate(const batch::change& change, rocksdb::WriteBatch& into) const {
  auto* family = handle(change.where);
  rocksdb::Status status;
  switch (change.what) {
  case batch::kind::put:
    status = into.Put(family, change.key, change.value);
    break;
  case batch::kind::erase:
    status = into.Delete(family, change.key);
    break;
  case batch::kind::erase_once:
    status = into.SingleDelete(family, change.key);
    break;
  case batch::kind::erase_range:
    if (change.key < change.value) {
      status = into.DeleteRange(family, change.key, change.value);
    }
    break;
  case batch::kind::add:
    status = into.Merge(family, change.key, change.value);
    break;
  }
  assert(status.ok());
}

result<std::optional<std::string>> database::get(family where, std::string_view key) const {
  std::string value;
  const auto status = db_->Get({}, handle(where), slice(key), &value);
  if (status.ok()) {
    return std::optional{std::move(value)};
  }
  if (status.IsNotFound()) {
    return std::optional<std::string>{};
  }
  return to_error(status,
                  fmt::format("read from {}", family_names().at(static_cast<std::size_t>(where))));
}

result<std::vector<key_value>> database::scan(family where, std::string_view from,
                                              std::string_view before, std::size_t limit) const {
  std::vector<key_value> found;
  if (limit == 0 || (!before.empty() && before <= from)) {
    return found;
  }
  rocksdb::ReadOptions options;
  const auto upper = slice(before);
  options.iterate_upper_bound = before.empty() ? nullptr : &upper;
  const std::unique_ptr<rocksdb::Iterator> at{db_->NewIterator(options, handle(where))};
  // The limit comes first: the step behind the last entry could walk over many removed ones.
  for (at->Seek(slice(from)); at->Valid(); at->Next()) {
    found.push_back({at->key().ToString(), at->value().ToString()});
    if (found.size() == limit) {
      break;
    }
  }
  if (!at->status().ok()) {
    return to_error(at->status(),
                    fmt::format("scan {}", family_names().at(static_cast<std::size_t>(where))));
  }
  return found;
}

result<std::uint64_t>
database::count(family where, std::string_view from, std::string_view before,
                const std::function<bool(std::size_t octets)>& goes_on) const {
  constexpr std::size_t octets_per_step = std::size_t{16} << 10;
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const auto upper = slice(before);
  options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> at{db_->NewIterator(options, handle(where))};
  const auto attempted =
      fmt::format("count in {}", family_names().at(static_cast<std::size_t>(where)));
  std::uint64_t entries = 0;
  std::size_t octets = 0;
  for (at->Seek(slice(from)); at->Valid(); at->Next()) {
    ++entries;
    octets += at->key().size() + at->value().size();
    if (octets < octets_per_step) {
      continue;
    }
    if (!goes_on(std::exchange(octets, 0))) {
      return error{errc::stopping, attempted + ": it was stopped", {}};
    }
  }
  if (!at->status().ok()) {
    return to_error(at->status(), attempted);
  }
  return entries;
}

result<std::optional<key_value>> database::last(family where, std::string_view from,
                                                std::string_view before) const {
  if (!before.empty() && before <= from) {
    return std::optional<key_value>{};
  }
  rocksdb::ReadOptions options;
  const auto lower = slice(from);
  const auto upper = slice(before);
  options.iterate_lower_bound = &lower;
  options.iterate_upper_bound = before.empty() ? nullptr : &upper;
  const std::unique_ptr<rocksdb::Iterator> at{db_->NewIterator(options, handle(where))};
  at->SeekToLast(); // honours the upper bound, which stays outside
  if (at->Valid()) {
    return std::optional{key_value{at->key().ToString(), at->value().ToString()}};
  }
  if (!at->status().ok()) {
    return to_error(at->status(),
                    fmt::format("scan {}", family_names().at(static_cast<std::size_t>(where))));
  }
  return std::optional<key_value>{};
}

void database::reclaim(std::atomic<bool>& cancelled) const {
  db_->Flush({}, families_).PermitUncheckedError();
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  options.blob_garbage_collection_policy = rocksdb::BlobGarbageCollectionPolicy::kDisable;
  options.canceled = &cancelled;
  db_->CompactRange(options, handle(family::spool), nullptr, nullptr).PermitUncheckedError();
}

std::optional<error> database::background_failure() const {
  return listener_->failure();
}

} // namespace warmfront::storage
