#include "actors/webhooks/webhook_record.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "storage/formats/webhooks.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t webhook_schema = 1;

} // namespace

std::string last_webhook_key() {
  return std::string{webhooks_prefix} + "last";
}

std::string webhook_key(std::uint64_t number) {
  return fmt::format("{}{:020}", webhooks_prefix, number);
}

std::optional<std::uint64_t> parse_webhook_key(std::string_view key) {
  if (!key.starts_with(webhooks_prefix) || key.size() != webhooks_prefix.size() + 20)
    return std::nullopt;
  std::uint64_t number = 0;
  const auto* const end = key.data() + key.size();
  const auto [read, failure] = std::from_chars(key.data() + webhooks_prefix.size(), end, number);
  return failure == std::errc{} && read == end ? std::optional{number} : std::nullopt;
}

std::string encode(const stored_webhook& value) {
  formats::webhook_record record;
  record.set_schema(webhook_schema);
  record.set_account(value.value.account.str());
  record.set_url(value.value.url);
  for (const auto kind : value.value.kinds)
    record.add_kinds(static_cast<std::uint32_t>(kind));
  record.set_description(value.value.description);
  record.set_is_inactive(!value.value.is_active);
  record.set_created_at(storage::stored_time(value.value.created_at));
  record.set_sealed_secret(value.sealed_secret);
  record.set_previous_secret(value.previous_secret);
  record.set_previous_until(storage::stored_time(value.previous_until));
  record.set_inactive_why(value.inactive_why);
  return record.SerializeAsString();
}

result<stored_webhook> decode_webhook(std::uint64_t number, std::string_view octets) {
  WARMFRONT_TRY(
      record, storage::parse_record<formats::webhook_record>(octets, webhook_schema, "a webhook"));
  stored_webhook made;
  made.value.number = number;
  made.value.account = account_name{record.account()};
  made.value.url = record.url();
  for (const auto kind : record.kinds())
    if (kind > 0 && kind <= 255) // one that this release does not know never comes
      made.value.kinds.push_back(static_cast<event_kind>(kind));
  made.value.description = record.description();
  made.value.is_active = !record.is_inactive();
  made.value.created_at = storage::read_time(record.created_at());
  made.sealed_secret = record.sealed_secret();
  made.previous_secret = record.previous_secret();
  made.previous_until = storage::read_time(record.previous_until());
  made.inactive_why = record.inactive_why();
  return made;
}

} // namespace warmfront
