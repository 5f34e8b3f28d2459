#include "storage/transport_policy.hpp"

#include <chrono>

#include "actors/core/octets.hpp"
#include "storage/formats/transport_policy.pb.h"
#include "storage/record.hpp"

namespace warmfront::storage {

namespace {

/// First octets of keys: of `family::events`, and of `family::counters`.
constexpr char sts_policy_mark = 's';
constexpr char tls_counter_mark = 't';
constexpr std::size_t day_octets = 4;

} // namespace

std::string sts_policies_prefix() {
  return std::string(1, sts_policy_mark);
}

std::string sts_policy_key(const domain_name& domain) {
  return sts_policies_prefix() + domain.str();
}

domain_name parse_sts_policy_key(std::string_view key) {
  return domain_name{std::string{key.substr(key.empty() ? 0 : 1)}};
}

std::string encode(const stored_policy& value) {
  formats::sts_policy_record record;
  record.set_schema(1);
  record.set_id(value.id);
  record.set_text(value.text);
  record.set_fetched_at(stored_time(value.fetched_at));
  record.set_expires_at(stored_time(value.expires_at));
  return record.SerializeAsString();
}

result<stored_policy> decode_policy(std::string_view octets) {
  WARMFRONT_TRY(record, parse_record<formats::sts_policy_record>(octets, 1, "an MTA-STS policy"));
  return stored_policy{record.id(), record.text(), read_time(record.fetched_at()),
                       read_time(record.expires_at())};
}

std::string tls_counters_prefix(utc_day day) {
  std::string key(1, tls_counter_mark);
  append_number(key, static_cast<std::uint64_t>(day.time_since_epoch().count()), day_octets);
  return key;
}

std::string encode(const tls_counter_key& value) {
  auto key = tls_counters_prefix(value.day) + value.domain.str();
  key.push_back('\0');
  key.push_back(static_cast<char>(value.policy));
  key.push_back(static_cast<char>(value.result));
  return key;
}

std::optional<tls_counter_key> parse_tls_counter_key(std::string_view key) {
  constexpr std::size_t tail = 3;
  if (key.size() < 1 + day_octets + tail || key.front() != tls_counter_mark ||
      key[key.size() - tail] != '\0')
    return std::nullopt;
  const auto day = static_cast<std::int32_t>(read_number(key.substr(1, day_octets)));
  const auto domain = key.substr(1 + day_octets, key.size() - 1 - day_octets - tail);
  return tls_counter_key{utc_day{std::chrono::days{day}}, domain_name{std::string{domain}},
                         static_cast<std::uint8_t>(key[key.size() - 2]),
                         static_cast<std::uint8_t>(key.back())};
}

} // namespace warmfront::storage
