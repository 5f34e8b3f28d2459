// How RocksDB is set up: every number with its reason.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include "storage/store.hpp"

namespace warmfront::storage {

/// The names of the column families on disk, by the number of the family.
[[nodiscard]] const std::array<std::string, family_count>& family_names();

/// Options of the whole database; the caller adds the environment, listeners and the log filter.
[[nodiscard]] rocksdb::DBOptions database_options(std::function<void(std::string_view)> log_line);

/// The descriptor of the default family first, then ours in order. They share one block cache.
[[nodiscard]] std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors();

} // namespace warmfront::storage
