#include "actors/warmup/ledger_history.hpp"

#include <charconv>

#include "actors/warmup/ledger_record.hpp"
#include "storage/formats/operations.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t history_schema = 1;
constexpr std::string_view all_history_prefix = "history/";
constexpr std::size_t history_day_digits = 10;

} // namespace

std::string history_prefix(std::string_view subject) {
  return std::string{all_history_prefix}.append(subject).append("/");
}

std::string history_key(std::string_view subject, std::uint32_t day) {
  const auto digits = std::to_string(day);
  return history_prefix(subject)
      .append(history_day_digits - digits.size(), '0')
      .append(digits); // key order is day order
}

std::optional<std::uint32_t> parse_history_key(std::string_view key) {
  const auto slash = key.rfind('/');
  if (!key.starts_with(all_history_prefix) || key.size() - slash - 1 != history_day_digits)
    return std::nullopt;
  std::uint32_t day = 0;
  const auto* const last = key.data() + key.size();
  const auto [end, failure] = std::from_chars(key.data() + slash + 1, last, day);
  return failure == std::errc{} && end == last ? std::optional{day} : std::nullopt;
}

std::string encode(const ledger_day& value) {
  formats::ledger_history_record record;
  record.set_schema(history_schema);
  record.set_level(value.level);
  record.set_plan(value.plan.str());
  record.set_started_at(storage::stored_time(value.started_at));
  record.set_ended_at(storage::stored_time(value.ended_at));
  record.set_limited(value.limit.has_value());
  record.set_limit(value.limit.value_or(0));
  record.set_used(value.used);
  record.set_quality(encode(day_quality{value.day, value.quality}));
  ledger_record moves;
  moves.moves = value.moves;
  record.set_moves(encode(moves));
  for (const auto& [provider, part] : value.providers) {
    auto& added = *record.add_providers();
    added.set_provider(provider.str());
    added.set_limit(part.limit);
    added.set_used(part.used);
  }
  return record.SerializeAsString();
}

result<ledger_day> decode_ledger_history(std::uint32_t day, std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::ledger_history_record>(
                            octets, history_schema, "a ledger's past day"));
  WARMFRONT_TRY(quality, decode_quality(record.quality()));
  WARMFRONT_TRY(moves, decode_ledger(record.moves()));
  ledger_day value;
  value.day = day;
  value.level = record.level();
  value.plan = plan_name{record.plan()};
  value.started_at = storage::read_time(record.started_at());
  value.ended_at = storage::read_time(record.ended_at());
  if (record.limited())
    value.limit = record.limit();
  value.used = record.used();
  value.quality = quality.counts;
  value.moves = std::move(moves.moves);
  for (const auto& each : record.providers())
    value.providers[provider_name{each.provider()}] = {each.limit(), each.used()};
  return value;
}

} // namespace warmfront
