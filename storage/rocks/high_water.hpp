// How far the database has come, kept outside of it: what makes a lost log visible.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "actors/core/error.hpp"

namespace warmfront::storage {

/// How much of the manifest (the list of files) is known to be good. RocksDB forgives a manifest
/// that ends early, and would remove the files whose entries are lost.
struct manifest_mark {
  std::uint64_t number = 0; ///< of the file `MANIFEST-…`; 0: none yet
  std::uint64_t octets = 0;
  std::uint64_t checksum = checksum_of({}); ///< of so many octets

  [[nodiscard]] static std::uint64_t
  checksum_of(std::string_view text, std::uint64_t before = 0xcbf29ce484222325) noexcept;
  friend bool operator==(const manifest_mark&, const manifest_mark&) = default;
};

/// The number in the name of a manifest file, `MANIFEST-000012`; none for other names.
[[nodiscard]] std::optional<std::uint64_t> manifest_number(std::string_view name) noexcept;

struct high_water_mark {
  std::uint32_t schema = 0; ///< the format of the data on disk
  std::uint64_t groups = 0; ///< commits to the database that were acknowledged
  manifest_mark manifest;
  friend bool operator==(const high_water_mark&, const high_water_mark&) = default;
};

/// The error of a directory whose data a later release wrote.
[[nodiscard]] error written_later(const std::filesystem::path& directory, std::uint32_t found,
                                  std::uint32_t known);

/// A small file of two checksummed lines, written in turns, so that one survives a torn write.
/// Never ahead of the database: written after each sync. May be behind it after a power cut, since
/// it is not synced itself. Not thread-safe.
class high_water {
public:
  /// The mark on disk; none when the file is absent.
  /// @returns `storage_corrupt` when neither line is whole.
  [[nodiscard]] static result<std::optional<high_water_mark>>
  read(const std::filesystem::path& file);

  /// Opens the file for writing, created when absent, and syncs this mark.
  [[nodiscard]] static result<high_water> open(const std::filesystem::path& file,
                                               high_water_mark mark);
  high_water(high_water&& other) noexcept;
  high_water& operator=(high_water&& other) noexcept;
  ~high_water();

  /// Remembers that so many groups were acknowledged, in the files that this much of the manifest
  /// names. Survives the process at once.
  /// @returns `storage_failed`, or `storage_full`, when the disk refuses.
  result<void> record(std::uint64_t groups, const manifest_mark& manifest);

private:
  high_water(int descriptor, std::uint32_t schema) noexcept
      : descriptor_{descriptor}, schema_{schema} {}
  int descriptor_ = -1;
  std::uint32_t schema_;
  unsigned turn_ = 0;
};

} // namespace warmfront::storage
