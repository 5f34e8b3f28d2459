#include "actors/webhooks/webhook_backlog.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "actors/core/octets.hpp"
#include "storage/formats/webhooks.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t backlog_schema = 1;
// The first octets of keys: `w`, and what it is.
constexpr char cursor_kind = 'c';
constexpr char progress_kind = 's';
constexpr char parked_kind = 'p';
constexpr char dead_kind = 'd';
constexpr std::size_t prefix_octets = 2 + 8;

std::string webhook_prefix(char kind, std::uint64_t webhook) {
  std::string key{'w', kind};
  append_number(key, webhook, 8);
  return key;
}

std::string timed_key(char kind, std::uint64_t webhook, wall_time at, std::string_view event_id) {
  auto key = webhook_prefix(kind, webhook);
  append_number(key, static_cast<std::uint64_t>(storage::stored_time(at)), 8);
  key.append(event_id);
  return key;
}

std::optional<wall_time> optional_time(std::int64_t stored) {
  return stored == 0 ? std::nullopt : std::optional{storage::read_time(stored)};
}

} // namespace

namespace webhook_keys {

std::string cursor(std::uint64_t webhook, storage::event_stream stream) {
  return webhook_prefix(cursor_kind, webhook) + static_cast<char>(stream);
}
std::string progress(std::uint64_t webhook) {
  return webhook_prefix(progress_kind, webhook);
}
std::string parked_prefix(std::uint64_t webhook) {
  return webhook_prefix(parked_kind, webhook);
}
std::string parked(std::uint64_t webhook, wall_time due, std::string_view event_id) {
  return timed_key(parked_kind, webhook, due, event_id);
}
std::string dead_prefix(std::uint64_t webhook) {
  return webhook_prefix(dead_kind, webhook);
}
std::string dead(std::uint64_t webhook, wall_time at, std::string_view event_id) {
  return timed_key(dead_kind, webhook, at, event_id);
}
std::string letter_of(std::string_view dead_key) {
  if (dead_key.size() < prefix_octets + 8 || dead_key[1] != dead_kind)
    return {};
  return fmt::format("{:016x}-{}", read_number(dead_key.substr(prefix_octets, 8)),
                     dead_key.substr(prefix_octets + 8));
}
std::optional<std::string> dead_key_of(std::uint64_t webhook, std::string_view letter) {
  std::uint64_t at = 0;
  const auto* const end = letter.data() + std::min<std::size_t>(letter.size(), 16);
  const auto [read, failure] = std::from_chars(letter.data(), end, at, 16);
  if (failure != std::errc{} || read != letter.data() + 16 || letter.size() < 17 ||
      letter[16] != '-')
    return std::nullopt;
  auto key = webhook_prefix(dead_kind, webhook);
  append_number(key, at, 8);
  key.append(letter.substr(17));
  return key;
}

} // namespace webhook_keys

void remove_webhook_data(storage::batch& from, std::uint64_t webhook) {
  for (const char kind : {cursor_kind, progress_kind, parked_kind, dead_kind}) {
    const auto prefix = webhook_prefix(kind, webhook);
    from.erase_range(storage::family::events, prefix, storage::prefix_end(prefix));
  }
}

std::string encode(const parked_event& value) {
  formats::parked_event_record record;
  record.set_schema(backlog_schema);
  record.set_event(storage::encode(value.event));
  record.set_attempts(value.attempts);
  record.set_since(storage::stored_time(value.since));
  return record.SerializeAsString();
}

result<parked_event> decode_parked_event(std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::parked_event_record>(octets, backlog_schema,
                                                                            "an event that waits"));
  WARMFRONT_TRY(event, storage::decode_mail_event(record.event()));
  return parked_event{std::move(event), record.attempts(), storage::read_time(record.since())};
}

std::string encode(const given_up_event& value) {
  formats::dead_letter_record record;
  record.set_schema(backlog_schema);
  record.set_event(storage::encode(value.event));
  record.set_at(storage::stored_time(value.at));
  record.set_error(value.error);
  return record.SerializeAsString();
}

result<given_up_event> decode_given_up_event(std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::dead_letter_record>(octets, backlog_schema,
                                                                           "a dead letter"));
  WARMFRONT_TRY(event, storage::decode_mail_event(record.event()));
  return given_up_event{std::move(event), storage::read_time(record.at()), record.error()};
}

std::string encode(const webhook_progress& value) {
  formats::webhook_progress_record record;
  record.set_schema(backlog_schema);
  if (value.last_success_at)
    record.set_last_success_at(storage::stored_time(*value.last_success_at));
  if (value.failing_since)
    record.set_failing_since(storage::stored_time(*value.failing_since));
  record.set_last_error(value.last_error);
  return record.SerializeAsString();
}

result<webhook_progress> decode_webhook_progress(std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::webhook_progress_record>(
                            octets, backlog_schema, "how a webhook does"));
  return webhook_progress{optional_time(record.last_success_at()),
                          optional_time(record.failing_since()), record.last_error()};
}

} // namespace warmfront
