// What disks and people do to files.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace warmfront::testing {

/// The files of a directory whose names end (or, with a dash, begin) so, in order of their names.
inline std::vector<std::filesystem::path> files_of(const std::filesystem::path& directory,
                                                   std::string_view part) {
  std::vector<std::filesystem::path> found;
  for (const auto& file : std::filesystem::directory_iterator{directory}) {
    const auto name = file.path().filename().string();
    if (name.ends_with(part) || (part.ends_with('-') && name.starts_with(part))) {
      found.push_back(file.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// Inverts octets of a file.
inline void flip(const std::filesystem::path& path, std::uintmax_t offset, std::size_t octets) {
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  std::string content(octets, '\0');
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(content.data(), static_cast<std::streamsize>(octets));
  for (auto& octet : content) {
    octet = static_cast<char>(~octet);
  }
  file.seekp(static_cast<std::streamoff>(offset));
  file.write(content.data(), static_cast<std::streamsize>(octets));
}

/// Overwrites octets of a file with zeros, as a lost write does.
inline void zero(const std::filesystem::path& path, std::uintmax_t offset, std::size_t octets) {
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(static_cast<std::streamoff>(offset));
  const std::string zeros(octets, '\0');
  file.write(zeros.data(), static_cast<std::streamsize>(octets));
}

/// Adds octets at the end, as a torn write does.
inline void append(const std::filesystem::path& path, std::string_view octets) {
  std::ofstream file{path, std::ios::app | std::ios::binary};
  file.write(octets.data(), static_cast<std::streamsize>(octets.size()));
}

} // namespace warmfront::testing
