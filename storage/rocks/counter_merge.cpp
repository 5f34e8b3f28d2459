#include "storage/rocks/counter_merge.hpp"

#include "storage/counter.hpp"

namespace warmfront::storage {

bool counter_merge::Merge(const rocksdb::Slice&, const rocksdb::Slice* existing,
                          const rocksdb::Slice& addend, std::string* sum, rocksdb::Logger*) const {
  const auto left = existing == nullptr ? 0 : parse_counter(existing->ToStringView());
  const auto right = parse_counter(addend.ToStringView());
  if (!left || !right) {
    return false; // RocksDB answers the read with a corruption
  }
  *sum = std::to_string(add_counters(*left, *right));
  return true;
}

} // namespace warmfront::storage
