#include "storage/rocks/high_water.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <tuple>
#include <utility>

#include <fmt/core.h>

namespace warmfront::storage {

namespace {

// Each line has its own sector: a torn write spoils one of them at most.
constexpr std::size_t sector_octets = 512;

std::string render(const high_water_mark& mark) {
  const auto line =
      fmt::format("schema {:010} groups {:020} manifest {:020} {:020} {:020}", mark.schema,
                  mark.groups, mark.manifest.number, mark.manifest.octets, mark.manifest.checksum);
  return fmt::format("{} check {:020}\n", line, manifest_mark::checksum_of(line));
}

// The next run of digits of a line.
template <class Number>
Number take_number(std::string_view& text) {
  Number number{};
  const auto* end = text.data() + text.size();
  const auto* digits = std::find_if(text.data(), end, [](char c) { return c >= '0' && c <= '9'; });
  const auto* behind = std::from_chars(digits, end, number).ptr;
  text.remove_prefix(static_cast<std::size_t>(behind - text.data()));
  return number;
}

std::optional<high_water_mark> parse(std::string_view sector) {
  auto rest = sector;
  high_water_mark mark;
  mark.schema = take_number<std::uint32_t>(rest);
  mark.groups = take_number<std::uint64_t>(rest);
  mark.manifest.number = take_number<std::uint64_t>(rest);
  mark.manifest.octets = take_number<std::uint64_t>(rest);
  mark.manifest.checksum = take_number<std::uint64_t>(rest);
  // Written out again it must be the same text: that checks every octet of the line.
  if (!sector.starts_with(render(mark))) {
    return std::nullopt;
  }
  return mark;
}

bool is_later(const high_water_mark& left, const high_water_mark& right) {
  const auto order = [](const high_water_mark& mark) {
    return std::tuple{mark.groups, mark.manifest.number, mark.manifest.octets};
  };
  return order(left) > order(right);
}

error disk_error(errc code, const char* what, const std::filesystem::path& file) {
  return {code, fmt::format("{} {}: {}", what, file.string(), std::strerror(errno)),
          "check the disk and the permissions of the data directory"};
}

error damaged(const std::filesystem::path& file) {
  return {errc::storage_corrupt,
          fmt::format("read {}: no line of it is whole, so nobody can tell whether the database "
                      "beside it is complete",
                      file.string()),
          "restore the whole data directory from one copy"};
}

result<void> sync_directory(const std::filesystem::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  auto answer =
      synced ? success() : result<void>{disk_error(errc::storage_failed, "sync", directory)};
  if (descriptor >= 0) {
    ::close(descriptor);
  }
  return answer;
}

} // namespace

// FNV-1a: finds damage, not malice.
std::uint64_t manifest_mark::checksum_of(std::string_view text, std::uint64_t before) noexcept {
  auto hash = before;
  for (const char octet : text) {
    hash = (hash ^ static_cast<unsigned char>(octet)) * 0x100000001b3;
  }
  return hash;
}

std::optional<std::uint64_t> manifest_number(std::string_view name) noexcept {
  constexpr std::string_view prefix = "MANIFEST-";
  if (!name.starts_with(prefix)) {
    return std::nullopt;
  }
  name.remove_prefix(prefix.size());
  std::uint64_t number = 0;
  const auto* end = name.data() + name.size();
  const auto [behind, failure] = std::from_chars(name.data(), end, number);
  return failure == std::errc{} && behind == end ? std::optional{number} : std::nullopt;
}

error written_later(const std::filesystem::path& directory, std::uint32_t found,
                    std::uint32_t known) {
  return {errc::storage_newer,
          fmt::format("open {}: its data has schema {}, this release knows up to {}",
                      directory.string(), found, known),
          "start the release that wrote it, or a later one"};
}

result<std::optional<high_water_mark>> high_water::read(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno == ENOENT) {
      return std::optional<high_water_mark>{};
    }
    return disk_error(errc::storage_failed, "open", file);
  }
  std::array<char, 2 * sector_octets> content{};
  const auto length = ::pread(descriptor, content.data(), content.size(), 0);
  ::close(descriptor);
  if (length < 0) {
    return disk_error(errc::storage_failed, "read", file);
  }
  const std::string_view text{content.data(), static_cast<std::size_t>(length)};
  auto mark = parse(text.substr(0, sector_octets));
  const auto second = text.size() > sector_octets ? parse(text.substr(sector_octets))
                                                  : std::optional<high_water_mark>{};
  if (second && (!mark || is_later(*second, *mark))) {
    mark = second;
  }
  if (!mark) {
    return damaged(file);
  }
  return mark;
}

result<high_water> high_water::open(const std::filesystem::path& file, high_water_mark mark) {
  const bool is_new = ::access(file.c_str(), F_OK) != 0;
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return disk_error(errc::storage_failed, "create", file);
  }
  high_water opened{descriptor, mark.schema};
  // Both lines: an older schema on one of them would outlive an upgrade.
  for (int line = 0; line < 2; ++line) {
    WARMFRONT_TRY(opened.record(mark.groups, mark.manifest));
  }
  if (::fdatasync(descriptor) != 0) {
    return disk_error(errc::storage_failed, "sync", file);
  }
  if (is_new) {
    WARMFRONT_TRY(sync_directory(file.parent_path()));
  }
  return opened;
}

high_water::high_water(high_water&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)}, schema_{other.schema_}, turn_{
                                                                                     other.turn_} {}

high_water& high_water::operator=(high_water&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(schema_, other.schema_);
  std::swap(turn_, other.turn_);
  return *this;
}

high_water::~high_water() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

result<void> high_water::record(std::uint64_t groups, const manifest_mark& manifest) {
  const auto line = render({schema_, groups, manifest});
  const auto offset = static_cast<off_t>(turn_ * sector_octets);
  turn_ ^= 1U;
  const auto written = ::pwrite(descriptor_, line.data(), line.size(), offset);
  if (written == static_cast<ssize_t>(line.size())) {
    return success();
  }
  return error{written < 0 && errno == ENOSPC ? errc::storage_full : errc::storage_failed,
               fmt::format("write the high-water mark: {}", std::strerror(errno)),
               "check the disk"};
}

} // namespace warmfront::storage
