#include "storage/rocks/log_sequence_check.hpp"

#include <cstring>

#include <rocksdb/write_batch.h>

namespace warmfront::storage {

rocksdb::WalFilter::WalProcessingOption
log_sequence_check::LogRecordFound(unsigned long long, const std::string& log_file,
                                   const rocksdb::WriteBatch& record, rocksdb::WriteBatch*, bool*) {
  // The record starts with its sequence number, 64 bits, little endian.
  std::uint64_t sequence = 0;
  std::memcpy(&sequence, record.Data().data(), sizeof sequence);
  if (next_ && sequence != *next_) {
    gap_in_ = log_file;
    return WalProcessingOption::kCorruptedRecord;
  }
  next_ = sequence + record.Count();
  return WalProcessingOption::kContinueProcessing;
}

} // namespace warmfront::storage
