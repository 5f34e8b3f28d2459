// A directory of its own for each test, gone afterwards.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace warmfront::testing {

/// In memory, where a sync costs nothing, unless the test is about the disk.
enum class directory_on { memory, disk };

class temporary_directory {
public:
  explicit temporary_directory(directory_on where = directory_on::memory) {
    auto pattern = (parent(where) / "warmfront-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  ~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
  static std::filesystem::path parent(directory_on where) {
    constexpr std::uintmax_t enough_octets = std::uintmax_t{2} << 30;
    const std::filesystem::path memory{"/dev/shm"};
    std::error_code failure;
    const auto space = std::filesystem::space(memory, failure);
    const bool usable = !failure && space.available > enough_octets;
    return where == directory_on::memory && usable ? memory
                                                   : std::filesystem::temp_directory_path();
  }

  std::filesystem::path path_;
};

} // namespace warmfront::testing
