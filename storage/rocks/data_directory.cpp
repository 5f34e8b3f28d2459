#include "storage/rocks/data_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>

#include <fmt/core.h>

namespace warmfront::storage {

namespace fs = std::filesystem;

namespace {

error system_failure(const char* attempted, const fs::path& path, const std::string& why) {
  return {errc::storage_failed, fmt::format("{} {}: {}", attempted, path.string(), why),
          "check the disk and the permissions of the data directory"};
}

bool holds_data(const fs::directory_entry& file, std::error_code& failure) {
  const auto extension = file.path().extension();
  return extension == ".sst" || extension == ".blob" ||
         (extension == ".log" && file.file_size(failure) > 0);
}

} // namespace

result<directory_lock> directory_lock::take(const fs::path& directory) {
  std::error_code failure;
  if (fs::create_directories(directory, failure)) {
    fs::permissions(directory, fs::perms::owner_all, failure);
  }
  if (failure) {
    return system_failure("create", directory, failure.message());
  }
  const auto file = directory / "lock";
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return system_failure("open", file, std::strerror(errno));
  }
  directory_lock lock{descriptor};
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return error{errc::storage_locked,
                 fmt::format("lock {}: another process uses this data directory", file.string()),
                 "stop the other process, or give this node its own data_dir"};
  }
  return lock;
}

directory_lock::directory_lock(directory_lock&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)} {}

directory_lock& directory_lock::operator=(directory_lock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

directory_lock::~directory_lock() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

result<directory_content> inspect_directory(const fs::path& database, bool marked) {
  std::error_code failure;
  const bool current = fs::exists(database / "CURRENT", failure);
  bool data = false;
  for (fs::directory_iterator at{database, failure}, end; !failure && at != end;
       at.increment(failure)) {
    data = data || holds_data(*at, failure);
  }
  if (failure && failure != std::errc::no_such_file_or_directory) {
    return system_failure("list", database, failure.message());
  }
  if (current) {
    return directory_content::database;
  }
  if (marked || data) {
    return error{errc::storage_corrupt,
                 fmt::format("open {}: the file is missing, though the database has been in use",
                             (database / "CURRENT").string()),
                 "restore the whole data directory from one copy"};
  }
  return directory_content::nothing;
}

result<void> clear_directory(const fs::path& database) {
  std::error_code failure;
  fs::remove_all(database, failure);
  if (!failure) {
    fs::create_directory(database, failure);
  }
  if (failure) {
    return system_failure("clear", database, failure.message());
  }
  return success();
}

result<void> check_manifest(const fs::path& database, const manifest_mark& known) {
  std::ifstream current{database / "CURRENT"};
  std::string name;
  if (!std::getline(current, name) || manifest_number(name) != known.number) {
    return success(); // what is wrong with the name itself, the database finds
  }
  std::ifstream manifest{database / name, std::ios::binary};
  std::string content(known.octets, '\0');
  manifest.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (manifest && manifest_mark::checksum_of(content) == known.checksum) {
    return success();
  }
  return error{errc::storage_corrupt,
               fmt::format("open {}: its first {} octets are not what was written",
                           (database / name).string(), known.octets),
               "restore the whole data directory from one copy"};
}

result<void> sync_logs(const fs::path& database) {
  std::error_code failure;
  for (fs::directory_iterator at{database, failure}, end; !failure && at != end;
       at.increment(failure)) {
    if (at->path().extension() != ".log") {
      continue;
    }
    const int descriptor = ::open(at->path().c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && ::fdatasync(descriptor) == 0;
    const std::string why = synced ? "" : std::strerror(errno);
    if (descriptor >= 0) {
      ::close(descriptor);
    }
    if (!synced) {
      return system_failure("sync", at->path(), why);
    }
  }
  if (failure) {
    return system_failure("list", database, failure.message());
  }
  return success();
}

} // namespace warmfront::storage
