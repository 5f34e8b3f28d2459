#include "storage/retry_counters.hpp"

#include <algorithm>

#include "storage/statistics.hpp"

namespace warmfront::storage {

namespace {

std::string_view take_until_nul(std::string_view& rest) {
  const auto end = std::min(rest.find('\0'), rest.size());
  const auto part = rest.substr(0, end);
  rest.remove_prefix(std::min(rest.size(), end + 1));
  return part;
}

} // namespace

retry_group retry_group_of(const spooled_message& message, const recipient_record& record) {
  return {message.pool, counted_provider(record.provider), message.importance};
}

std::string encode(const retry_group& value) {
  auto key = std::string{retry_counters_prefix}.append(value.pool.str());
  key.push_back('\0');
  key.append(value.provider.str());
  key.push_back('\0');
  key.push_back(value.importance == mail_class::batch ? 'b' : 't');
  return key;
}

std::optional<retry_group> parse_retry_group(std::string_view key) {
  if (!key.starts_with(retry_counters_prefix))
    return std::nullopt;
  key.remove_prefix(retry_counters_prefix.size());
  const auto pool = take_until_nul(key);
  const auto provider = take_until_nul(key);
  if (key != "b" && key != "t")
    return std::nullopt;
  return retry_group{pool_name{std::string{pool}}, provider_name{std::string{provider}},
                     key == "b" ? mail_class::batch : mail_class::triggered};
}

std::string retry_counter_key(const spooled_message& message, const recipient_record& record) {
  return encode(retry_group_of(message, record));
}

} // namespace warmfront::storage
