#include "storage/rocks/database_options.hpp"

#include <array>
#include <cstdarg>
#include <cstdio>
#include <utility>

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

#include "storage/rocks/counter_merge.hpp"

namespace warmfront::storage {

namespace {

constexpr std::size_t kibibyte = 1024;
constexpr std::size_t mebibyte = 1024 * kibibyte;

// RocksDB's own LOG file aborts the process when the disk is full (its build has asserts), so its
// lines go through this to whoever wants them.
class line_logger final : public rocksdb::Logger {
public:
  explicit line_logger(std::function<void(std::string_view)> sink)
      : Logger{rocksdb::InfoLogLevel::WARN_LEVEL}, sink_{std::move(sink)} {}
  using Logger::Logv;
  void Logv(const char* format, std::va_list arguments) override {
    if (!sink_) {
      return;
    }
    std::array<char, 1024> line{};
    const int length = std::vsnprintf(line.data(), line.size(), format, arguments);
    if (length > 0) {
      const auto kept = std::min(static_cast<std::size_t>(length), line.size() - 1);
      sink_(std::string_view{line.data(), kept});
    }
  }

private:
  std::function<void(std::string_view)> sink_;
};

rocksdb::ColumnFamilyOptions common_options(const std::shared_ptr<rocksdb::TableFactory>& tables) {
  rocksdb::ColumnFamilyOptions options;
  options.table_factory = tables;
  options.compression = rocksdb::kLZ4Compression;
  options.write_buffer_size = 8 * mebibyte;
  options.max_write_buffer_number = 3;
  options.target_file_size_base = 16 * mebibyte;
  options.max_bytes_for_level_base = 64 * mebibyte;
  options.level_compaction_dynamic_level_bytes = true;
  return options;
}

// Most entries are removed soon after they were put: a file of removals is compacted at once, or
// every scan would walk over them.
void expect_removals(rocksdb::ColumnFamilyOptions& options) {
  constexpr std::size_t window = 4096;
  constexpr std::size_t removals_in_window = 1024;
  options.table_properties_collector_factories.push_back(
      rocksdb::NewCompactOnDeletionCollectorFactory(window, removals_in_window));
}

rocksdb::ColumnFamilyOptions spool_options(rocksdb::ColumnFamilyOptions options) {
  // A body that goes before its memtable is full is never written a second time: the larger this
  // is, the fewer are. Two of them are what the memory of the node allows.
  options.write_buffer_size = 32 * mebibyte;
  options.enable_blob_files = true;
  options.min_blob_size = kibibyte;
  options.blob_file_size = 64 * mebibyte;
  options.enable_blob_garbage_collection = true;
  options.blob_garbage_collection_age_cutoff = 0.5;
  options.blob_garbage_collection_force_threshold = 0.5;
  expect_removals(options);
  return options;
}

/// Keys of one kind, told apart by their first letter, come in order: an insertion begins its
/// search where the last one of its kind ended. Only for a family of which nothing is erased by
/// range: 7.8.3 takes the place of a key for one among the ranges, and corrupts the memtable.
void expect_neighbours(rocksdb::ColumnFamilyOptions& options) {
  options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewCappedPrefixTransform(1));
}

/// Asked for keys that are mostly not there, on the way of every mail: the filters stay in memory
/// (10 bits a key: 25 MB for ten million entries and their index), so that such a look-up never
/// reads the disk.
std::shared_ptr<rocksdb::TableFactory> lookup_tables(std::shared_ptr<rocksdb::Cache> cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = std::move(cache);
  table.cache_index_and_filter_blocks = false;
  table.block_size = 16 * kibibyte;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  return std::shared_ptr<rocksdb::TableFactory>{rocksdb::NewBlockBasedTableFactory(table)};
}

} // namespace

const std::array<std::string, family_count>& family_names() {
  static const std::array<std::string, family_count> names{
      "control", "spool", "queue", "ledger", "events", "counters", "segments", "suppressions"};
  return names;
}

rocksdb::DBOptions database_options(std::function<void(std::string_view)> log_line) {
  rocksdb::DBOptions options;
  options.info_log = std::make_shared<line_logger>(std::move(log_line));
  options.create_missing_column_families = true;
  // The default opens a log with a damaged middle and drops what follows it in silence.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // Measured with 7.8.3: after incompressible bodies a compressed log does not open again ("log
  // record too small"), and compressing costs more time per mail than everything else here.
  options.wal_compression = rocksdb::kNoCompression;
  options.track_and_verify_wals_in_manifest = true;
  // Bounds what is read again at start-up, and the disk that small families hold back.
  options.max_total_wal_size = 128 * mebibyte;
  options.db_write_buffer_size = 80 * mebibyte;
  options.avoid_flush_during_shutdown = true;
  // Opening again after a full disk must not need space for what the logs hold anyway.
  options.avoid_flush_during_recovery = true;
  options.max_background_jobs = 2;
  options.max_open_files = 512;
  // Spreads the writing of tables, so that the sync of the log does not wait behind it.
  options.bytes_per_sync = mebibyte;
  options.max_manifest_file_size = 8 * mebibyte;
  // One thread writes: what serves several only costs.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  options.skip_stats_update_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  // A broken promise of `erase_once` must not stop the node: it is found by the memory store.
  options.enforce_single_del_contracts = false;
  // The store reopens the database itself when there is space again.
  options.max_bgerror_resume_count = 0;
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors() {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(32 * mebibyte);
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  const std::shared_ptr<rocksdb::TableFactory> tables{rocksdb::NewBlockBasedTableFactory(table)};

  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName, common_options(tables));
  for (std::size_t number = 0; number < family_count; ++number) {
    auto options = common_options(tables);
    switch (static_cast<family>(number)) {
    case family::spool:
      options = spool_options(options);
      break;
    case family::queue:
      expect_removals(options);
      break;
    case family::counters:
      options.merge_operator = std::make_shared<counter_merge>();
      break;
    case family::segments:
      options.enable_blob_files = true;
      options.min_blob_size = 4 * kibibyte;
      options.enable_blob_garbage_collection = true;
      break;
    case family::control:
      expect_neighbours(options);
      break;
    case family::suppressions:
      options.table_factory = lookup_tables(table.block_cache);
      options.target_file_size_base = 64 * mebibyte;
      break;
    case family::ledger:
    case family::events:
      break;
    }
    descriptors.emplace_back(family_names().at(number), options);
  }
  return descriptors;
}

} // namespace warmfront::storage
