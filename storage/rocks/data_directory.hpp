// What lies in the data directory before RocksDB looks at it, and who may use it.
#pragma once

#include <filesystem>
#include <string>

#include "actors/core/error.hpp"
#include "storage/rocks/high_water.hpp"

namespace warmfront::storage {

/// Keeps other processes out for as long as it lives.
class directory_lock {
public:
  /// Creates the directory (mode 0700) and its `lock` file when absent.
  /// @returns `storage_locked` when another object, here or elsewhere, holds it.
  [[nodiscard]] static result<directory_lock> take(const std::filesystem::path& directory);
  directory_lock(directory_lock&& other) noexcept;
  directory_lock& operator=(directory_lock&& other) noexcept;
  ~directory_lock();

private:
  explicit directory_lock(int descriptor) noexcept : descriptor_{descriptor} {}
  int descriptor_ = -1;
};

enum class directory_content : std::uint8_t {
  nothing,  ///< no database, or the remains of a creation that was cut short
  database, ///< a database that has to open
};

/// Looks at the database directory. Left to itself RocksDB would create a new database over one
/// that has lost its CURRENT file.
/// @param marked whether a high-water mark exists, so that something was acknowledged
/// @returns `storage_corrupt` for files that cannot be opened as what they were.
[[nodiscard]] result<directory_content> inspect_directory(const std::filesystem::path& database,
                                                          bool marked);

/// Makes the directory, empty of the remains of a creation. @pre `inspect_directory` said
/// `nothing`.
result<void> clear_directory(const std::filesystem::path& database);

/// Compares the manifest that CURRENT names with what is known of it. Nothing is known when the
/// process ended between a new manifest and the next mark.
/// @returns `storage_corrupt` when it differs.
result<void> check_manifest(const std::filesystem::path& database, const manifest_mark& known);

/// Syncs the write-ahead logs that a killed process left: what is read from them is durable then.
result<void> sync_logs(const std::filesystem::path& database);

} // namespace warmfront::storage
