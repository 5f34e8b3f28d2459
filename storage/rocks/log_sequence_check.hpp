// Whether the write-ahead logs hold every change, one after the other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <rocksdb/wal_filter.h>

namespace warmfront::storage {

/// RocksDB reads over zeroed blocks and missing logs in silence. Every record carries the number of
/// its first change and how many there are: a gap between two records is a loss.
class log_sequence_check final : public rocksdb::WalFilter {
public:
  const char* Name() const override { return "warmfront_log_sequence_check"; }
  WalProcessingOption LogRecordFound(unsigned long long log_number, const std::string& log_file,
                                     const rocksdb::WriteBatch& record,
                                     rocksdb::WriteBatch* replacement, bool* replaced) override;

  /// The log after whose last good record changes are missing; empty while none are.
  [[nodiscard]] const std::string& gap_in() const noexcept { return gap_in_; }

private:
  std::optional<std::uint64_t> next_;
  std::string gap_in_;
};

} // namespace warmfront::storage
