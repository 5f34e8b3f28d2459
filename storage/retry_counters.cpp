#include "storage/retry_counters.hpp"

#include "storage/statistics.hpp"

namespace warmfront::storage {

std::string retry_counter_key(const spooled_message& message, const recipient_record& record) {
  auto key = std::string{all_retry_counters}.append(message.pool.str());
  key.push_back('\0');
  key.append(counted_provider(record.provider).str());
  key.push_back('\0');
  key.push_back(message.importance == mail_class::batch ? 'b' : 't');
  return key;
}

} // namespace warmfront::storage
