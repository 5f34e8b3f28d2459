#include <charconv>

#include "actors/warmup/ledger_record.hpp"
#include "storage/formats/control.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t schema = 1;
constexpr std::string_view days_infix = "/days/";

/// Digits with leading zeros, so that key order is day order.
std::string padded(std::uint32_t day) {
  auto digits = std::to_string(day);
  return std::string(10 - digits.size(), '0') + digits;
}

std::optional<std::uint32_t> parse_padded(std::string_view text) {
  std::uint32_t day = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), day);
  if (text.size() != 10 || failure != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return day;
}

} // namespace

std::string plan_key(const plan_name& name) {
  return std::string{plan_prefix} + name.str();
}

std::string ledger_key(std::string_view subject) {
  return std::string{ledger_prefix}.append(subject);
}

std::string ledger_day_key(std::string_view subject, std::uint32_t day) {
  return ledger_key(subject).append(days_infix).append(padded(day));
}

std::string mark_key(std::string_view subject, std::uint32_t day) {
  return std::string{mark_prefix}.append(subject).append("/").append(padded(day));
}

std::string memory_key(std::string_view subject) {
  return std::string{memory_prefix}.append(subject);
}

std::optional<ledger_key_parts> parse_ledger_key(std::string_view key) {
  if (!key.starts_with(ledger_prefix))
    return std::nullopt;
  key.remove_prefix(ledger_prefix.size());
  const auto slash = key.find('/');
  if (slash == std::string_view::npos)
    return key.empty() ? std::nullopt : std::optional{ledger_key_parts{key, std::nullopt}};
  const auto rest = key.substr(slash);
  if (slash == 0 || !rest.starts_with(days_infix))
    return std::nullopt;
  const auto day = parse_padded(rest.substr(days_infix.size()));
  return day ? std::optional{ledger_key_parts{key.substr(0, slash), day}} : std::nullopt;
}

std::optional<ledger_key_parts> parse_mark_key(std::string_view key) {
  if (!key.starts_with(mark_prefix))
    return std::nullopt;
  key.remove_prefix(mark_prefix.size());
  const auto slash = key.find('/');
  if (slash == std::string_view::npos || slash == 0)
    return std::nullopt;
  const auto day = parse_padded(key.substr(slash + 1));
  return day ? std::optional{ledger_key_parts{key.substr(0, slash), day}} : std::nullopt;
}

std::string encode(const plan& value) {
  formats::plan_record record;
  record.set_schema(schema);
  for (const auto limit : value.days)
    record.add_days(limit);
  return record.SerializeAsString();
}

std::string encode(const ledger_record& value) {
  formats::ledger_record record;
  record.set_schema(schema);
  record.set_plan(value.plan.str());
  record.set_opened_day(value.opened_day);
  record.set_day_started_at(value.day_started_at.time_since_epoch().count());
  record.set_base_day(value.base_day);
  record.set_base_position(value.base_position);
  record.set_paused(value.paused);
  return record.SerializeAsString();
}

std::string encode(const ledger_day_record& value) {
  formats::ledger_day_record record;
  record.set_schema(schema);
  for (const auto& grant : value.grants) {
    auto& added = *record.add_grants();
    added.set_node(grant.node.str());
    added.set_permits(grant.permits);
  }
  return record.SerializeAsString();
}

std::string encode_mark(std::uint64_t used) {
  formats::permit_mark_record record;
  record.set_schema(schema);
  record.set_used(used);
  return record.SerializeAsString();
}

std::string encode(const ledger_memory& value) {
  formats::ledger_memory_record record;
  record.set_schema(schema);
  record.set_ledger(encode(value.record));
  record.set_plan_known(value.plan_known);
  for (const auto limit : value.plan_days)
    record.add_plan_days(limit);
  record.set_day(value.day);
  record.set_open(value.lease.has_value());
  record.set_permits(value.lease.value_or(0));
  record.set_given_back(value.given_back);
  return record.SerializeAsString();
}

result<plan> decode_plan(plan_name name, std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::plan_record>(octets, schema, "a plan"));
  return plan{std::move(name), {record.days().begin(), record.days().end()}, false};
}

result<ledger_record> decode_ledger(std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::ledger_record>(octets, schema, "a ledger"));
  if (record.day_started_at() < 0)
    return error{errc::storage_corrupt, "read a ledger: its day began before 1970", {}};
  ledger_record ledger;
  ledger.plan = plan_name{record.plan()};
  ledger.opened_day = record.opened_day();
  ledger.day_started_at = wall_time{microseconds{record.day_started_at()}};
  ledger.base_day = record.base_day();
  ledger.base_position = record.base_position();
  ledger.paused = record.paused();
  return ledger;
}

result<ledger_day_record> decode_ledger_day(std::string_view octets) {
  WARMFRONT_TRY(
      record, storage::parse_record<formats::ledger_day_record>(octets, schema, "a ledger's day"));
  ledger_day_record day;
  for (const auto& grant : record.grants())
    day.grants.push_back({node_name{grant.node()}, grant.permits()});
  return day;
}

result<std::uint64_t> decode_mark(std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::permit_mark_record>(octets, schema,
                                                                           "a ledger's mark"));
  return record.used();
}

result<ledger_memory> decode_memory(std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::ledger_memory_record>(
                            octets, schema, "what is known of a ledger"));
  WARMFRONT_TRY(ledger, decode_ledger(record.ledger()));
  ledger_memory memory;
  memory.record = std::move(ledger);
  memory.plan_known = record.plan_known();
  memory.plan_days.assign(record.plan_days().begin(), record.plan_days().end());
  memory.day = record.day();
  if (record.open())
    memory.lease = record.permits();
  memory.given_back = record.given_back();
  return memory;
}

} // namespace warmfront
