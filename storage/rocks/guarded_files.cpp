#include "storage/rocks/guarded_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/core.h>

namespace warmfront::storage {

namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus failed(int why, const std::string& path) {
  return why == ENOSPC ? IOStatus::NoSpace(path, std::strerror(why))
                       : IOStatus::IOError(path, std::strerror(why));
}

class guarded_file : public rocksdb::FSWritableFileOwnerWrapper {
public:
  guarded_file(std::unique_ptr<rocksdb::FSWritableFile> file, std::string path,
               guarded_files::interceptor before)
      : FSWritableFileOwnerWrapper{std::move(file)}, path_{std::move(path)}, before_{std::move(
                                                                                 before)} {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* context) override {
    return append(data, [&] { return FSWritableFileWrapper::Append(data, options, context); });
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& check, IODebugContext* context) override {
    return append(data,
                  [&] { return FSWritableFileWrapper::Append(data, options, check, context); });
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* context) override {
    return sync([&] { return FSWritableFileWrapper::Sync(options, context); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* context) override {
    return sync([&] { return FSWritableFileWrapper::Fsync(options, context); });
  }

protected:
  virtual void appended(const Slice&) {}
  virtual void synced() {}

private:
  template <class Call>
  IOStatus append(const Slice& data, Call call) {
    if (const int why = ask(disk_operation::kind::append, data.size()); why != 0) {
      return failed(why, path_);
    }
    auto status = call();
    if (status.ok()) {
      appended(data);
    }
    return status;
  }

  template <class Call>
  IOStatus sync(Call call) {
    if (const int why = ask(disk_operation::kind::sync, 0); why != 0) {
      return failed(why, path_);
    }
    auto status = call();
    if (status.ok()) {
      synced();
    }
    return status;
  }

  int ask(disk_operation::kind what, std::size_t octets) const {
    return before_ ? before_({what, path_, octets}) : 0;
  }

  const std::string path_;
  const guarded_files::interceptor before_;
};

class guarded_log final : public guarded_file {
public:
  guarded_log(std::unique_ptr<rocksdb::FSWritableFile> file, std::string path,
              guarded_files::interceptor before, std::shared_ptr<guarded_files::progress> progress)
      : guarded_file{std::move(file), std::move(path), std::move(before)}, progress_{std::move(
                                                                               progress)} {}

private:
  void appended(const Slice& data) override { progress_->appended += data.size(); }
  void synced() override { progress_->synced = progress_->appended; }

  const std::shared_ptr<guarded_files::progress> progress_;
};

class guarded_manifest final : public guarded_file {
public:
  using observer = std::function<void(const manifest_mark&)>;
  guarded_manifest(std::unique_ptr<rocksdb::FSWritableFile> file, std::string path,
                   guarded_files::interceptor before, std::uint64_t number, observer reached)
      : guarded_file{std::move(file), std::move(path), std::move(before)}, reached_{
                                                                               std::move(reached)} {
    mark_.number = number;
  }

private:
  void appended(const Slice& data) override {
    mark_.octets += data.size();
    mark_.checksum = manifest_mark::checksum_of(data.ToStringView(), mark_.checksum);
  }
  void synced() override { reached_(mark_); }

  manifest_mark mark_;
  const observer reached_;
};

} // namespace

guarded_files::guarded_files(interceptor before)
    : FileSystemWrapper{rocksdb::FileSystem::Default()}, before_{std::move(before)} {}

IOStatus guarded_files::NewWritableFile(const std::string& path,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSWritableFile>* file,
                                        IODebugContext* context) {
  auto status = target()->NewWritableFile(path, options, file, context);
  if (status.ok()) {
    *file = guard(std::move(*file), path);
  }
  return status;
}

std::unique_ptr<rocksdb::FSWritableFile>
guarded_files::guard(std::unique_ptr<rocksdb::FSWritableFile> file, const std::string& path) {
  if (path.ends_with(".log")) {
    auto made = std::make_shared<progress>();
    const std::scoped_lock lock{mutex_};
    logs_[path] = made;
    return std::make_unique<guarded_log>(std::move(file), path, before_, std::move(made));
  }
  const auto name = std::filesystem::path{path}.filename().string();
  if (const auto number = manifest_number(name)) {
    return std::make_unique<guarded_manifest>(std::move(file), path, before_, *number,
                                              [this](const manifest_mark& reached) {
                                                const std::scoped_lock lock{mutex_};
                                                manifest_ = reached;
                                              });
  }
  if (before_) {
    return std::make_unique<guarded_file>(std::move(file), path, before_);
  }
  return file;
}

manifest_mark guarded_files::manifest() const {
  const std::scoped_lock lock{mutex_};
  return manifest_;
}

IOStatus guarded_files::DeleteFile(const std::string& path, const IOOptions& options,
                                   IODebugContext* context) {
  auto status = target()->DeleteFile(path, options, context);
  if (status.ok() && path.ends_with(".log")) {
    const std::scoped_lock lock{mutex_};
    logs_.erase(path);
  }
  return status;
}

result<void> guarded_files::drop_unsynced_logs() {
  const std::scoped_lock lock{mutex_};
  for (const auto& [path, reached] : logs_) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    const bool cut = descriptor >= 0 &&
                     ::ftruncate(descriptor, static_cast<off_t>(reached->synced)) == 0 &&
                     ::fsync(descriptor) == 0;
    const int why = errno;
    if (descriptor >= 0) {
      ::close(descriptor);
    }
    if (!cut && why != ENOENT) {
      return error{errc::storage_failed,
                   fmt::format("cut the log {} to its synced part: {}", path, std::strerror(why)),
                   "check the disk"};
    }
    reached->appended = reached->synced;
  }
  return success();
}

} // namespace warmfront::storage
