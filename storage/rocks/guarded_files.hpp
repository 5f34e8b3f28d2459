// The file system as RocksDB sees it: the machine's, plus a memory of what of its logs and of its
// manifest was synced.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include <rocksdb/file_system.h>

#include "storage/rocks/high_water.hpp"
#include "storage/rocks/rocks_store.hpp"

namespace warmfront::storage {

/// Thread-safe, as RocksDB demands.
class guarded_files final : public rocksdb::FileSystemWrapper {
public:
  using interceptor = std::function<int(const disk_operation&)>;
  /// How far a log has come. Appended and synced by one thread at a time.
  struct progress {
    std::uint64_t appended = 0;
    std::uint64_t synced = 0;
  };

  explicit guarded_files(interceptor before);
  const char* Name() const override { return "warmfront_guarded_files"; }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* context) override;

  /// Cuts every log to what was synced: a commit that was answered with an error must not come
  /// back when the log is read again. @pre no database has the logs open.
  result<void> drop_unsynced_logs();

  /// The synced part of the newest manifest.
  [[nodiscard]] manifest_mark manifest() const;

private:
  std::unique_ptr<rocksdb::FSWritableFile> guard(std::unique_ptr<rocksdb::FSWritableFile> file,
                                                 const std::string& path);

  const interceptor before_;
  mutable std::mutex mutex_;
  manifest_mark manifest_;
  std::unordered_map<std::string, std::shared_ptr<progress>> logs_;
};

} // namespace warmfront::storage
