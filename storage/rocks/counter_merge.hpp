// How RocksDB adds to counters without reading them.
#pragma once

#include <rocksdb/merge_operator.h>

namespace warmfront::storage {

class counter_merge final : public rocksdb::AssociativeMergeOperator {
public:
  bool Merge(const rocksdb::Slice& key, const rocksdb::Slice* existing,
             const rocksdb::Slice& addend, std::string* sum, rocksdb::Logger* log) const override;
  /// Stored in the database: never rename.
  const char* Name() const override { return "warmfront_counter_merge"; }
};

} // namespace warmfront::storage
