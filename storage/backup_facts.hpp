// What a backup is of, as it says itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"

namespace warmfront::storage {

struct backup_facts {
  std::string node;
  std::string instance;    ///< names the data directory; empty: it has no name
  std::uint64_t epoch = 0; ///< of the node in its cluster; 0: it is alone
  std::string version;     ///< of the release that made it
  wall_time taken_at{};    ///< when it was begun: it holds everything acknowledged before
  std::uint64_t messages = 0;
  std::uint64_t control_revision = 0; ///< of the embedded control store; 0: it is elsewhere
  std::uint64_t commits = 0;          ///< to the database, when it was begun
  std::uint32_t data_schema = 0;      ///< of the data on disk
  bool in_cluster = false;
  std::uint16_t number = 0; ///< of the node in its cluster; 0: it is alone
  friend bool operator==(const backup_facts&, const backup_facts&) = default;
};

/// With a checksum: RocksDB keeps none of what it is given beside a backup.
[[nodiscard]] std::string encode(const backup_facts& value);
/// Fails with `storage_corrupt`, or `storage_newer` for a schema this release does not know.
[[nodiscard]] result<backup_facts> decode_backup_facts(std::string_view octets);

/// A backup on its shelf.
struct stored_backup {
  std::uint32_t number = 0; ///< counted from 1; a later one is higher
  std::uint64_t octets = 0; ///< of all its files, those that it shares with others included
  std::uint32_t files = 0;
  backup_facts facts;
};

} // namespace warmfront::storage
