#include "actors/node/rotating_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace warmfront {

result<std::unique_ptr<rotating_file>> rotating_file::open(std::string name,
                                                           std::uint64_t octets_max) {
  std::unique_ptr<rotating_file> made{new rotating_file{std::move(name), octets_max}};
  WARMFRONT_TRY(made->open_file());
  return made;
}

rotating_file::~rotating_file() {
  close();
}

result<void> rotating_file::open_file() {
  close();
  file_ = ::open(name_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  struct stat facts {};
  if (file_ < 0 || ::fstat(file_, &facts) != 0)
    return error{errc::invalid_argument,
                 "the file " + name_ + " cannot be opened: " + std::strerror(errno),
                 "make the folder and give this user the right to write there", "events.file"};
  octets_ = static_cast<std::uint64_t>(facts.st_size);
  return success();
}

void rotating_file::close() noexcept {
  if (file_ >= 0)
    ::close(file_);
  file_ = -1;
}

/// What cannot be renamed is written on: more lines in one file are better than none.
void rotating_file::rotate() {
  std::error_code ignored;
  for (auto number = kept; number > 1; --number)
    std::filesystem::rename(name_ + "." + std::to_string(number - 1),
                            name_ + "." + std::to_string(number), ignored);
  std::filesystem::rename(name_, name_ + ".1", ignored);
}

result<void> rotating_file::append(const std::string& lines) {
  const bool is_full = octets_ > 0 && octets_ + lines.size() > octets_max_;
  if (is_full)
    rotate();
  if (must_reopen_.exchange(false) || is_full || file_ < 0) {
    WARMFRONT_TRY(open_file());
  }
  std::size_t written = 0;
  while (written < lines.size()) {
    const auto put = ::write(file_, lines.data() + written, lines.size() - written);
    if (put < 0 && errno == EINTR)
      continue;
    if (put <= 0) {
      const auto code = errno == ENOSPC ? errc::storage_full : errc::storage_failed;
      const error why{code, "write to " + name_ + ": " + std::strerror(errno), {}};
      // Half a line would spoil the one that is written after it.
      if (written > 0 && ::ftruncate(file_, static_cast<off_t>(octets_)) != 0)
        close();
      return why;
    }
    written += static_cast<std::size_t>(put);
  }
  octets_ += lines.size();
  return success();
}

} // namespace warmfront
