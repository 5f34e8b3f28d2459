#include <algorithm>
#include <charconv>

#include <google/protobuf/arena.h>

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

std::string plan_memory_key(const plan_name& name) {
  return std::string{plan_memory_prefix} + name.str();
}

std::string quality_key(std::string_view subject) {
  return std::string{quality_prefix}.append(subject);
}

namespace {

template <class Record>
void add_providers(Record& to, const provider_permits& providers) {
  for (const auto& [provider, permits] : providers) {
    auto& added = *to.add_providers();
    added.set_provider(provider.str());
    added.set_permits(permits);
  }
}

template <class Record>
provider_permits read_providers(const Record& from) {
  provider_permits providers;
  providers.reserve(static_cast<std::size_t>(from.providers_size()));
  for (const auto& each : from.providers())
    providers.insert_or_assign(providers.end(), provider_name{each.provider()}, each.permits());
  return providers;
}

void write_quality(formats::quality_record& to, const quality_counts& from) {
  to.set_outcomes(from.outcomes);
  to.set_delivered(from.delivered);
  to.set_invalid(from.invalid);
  to.set_spam(from.spam);
  to.set_complaints(from.complaints);
  to.set_opened(from.opened);
}

quality_counts read_quality(const formats::quality_record& from) {
  return {from.outcomes(), from.delivered(),  from.invalid(),
          from.spam(),     from.complaints(), from.opened()};
}

void write_move(formats::ledger_move_record& to, const ledger_move& from) {
  to.set_at(storage::stored_time(from.at));
  to.set_cause(static_cast<std::uint32_t>(from.cause));
  to.set_from(from.from);
  to.set_to(from.to);
  to.set_limit(from.limit);
  to.set_used(from.used);
  to.set_idle_days(from.idle_days);
  if (from.quality != quality_counts{})
    write_quality(*to.mutable_quality(), from.quality);
}

ledger_move read_move(const formats::ledger_move_record& from) {
  return {storage::read_time(from.at()),
          static_cast<move_cause>(from.cause()),
          from.from(),
          from.to(),
          from.limit(),
          from.used(),
          from.idle_days(),
          read_quality(from.quality())};
}

} // namespace

std::string encode(const plan& value) {
  formats::plan_record record;
  record.set_schema(schema);
  for (const auto limit : value.days)
    record.add_days(limit);
  record.set_advance(static_cast<std::uint32_t>(value.advance));
  record.set_spread(static_cast<std::uint32_t>(value.spread));
  record.set_time_zone(value.time_zone);
  for (const auto& [provider, days] : value.providers) {
    auto& added = *record.add_providers();
    added.set_provider(provider.str());
    for (const auto limit : days)
      added.add_days(limit);
  }
  if (value.thresholds != quality_thresholds{})
    for (const auto& each : threshold_fields)
      record.add_thresholds(value.thresholds.*each.value);
  return record.SerializeAsString();
}

std::string encode(const ledger_record& value) {
  formats::ledger_record record;
  record.set_schema(schema);
  record.set_plan(value.plan.str());
  record.set_opened_day(value.opened_day);
  record.set_day_started_at(storage::stored_time(value.day_started_at));
  record.set_base_day(value.base_day);
  record.set_base_position(value.base_position);
  record.set_paused(value.paused);
  record.set_held_until(value.held_until);
  if (value.blocked_day)
    record.set_blocked_day(*value.blocked_day + 1);
  for (const auto& move : value.moves)
    write_move(*record.add_moves(), move);
  return record.SerializeAsString();
}

std::string encode(const ledger_day_record& value) {
  google::protobuf::Arena arena; // many small parts
  auto& record = *google::protobuf::Arena::CreateMessage<formats::ledger_day_record>(&arena);
  record.set_schema(schema);
  for (const auto& grant : value.grants) {
    auto& added = *record.add_grants();
    added.set_node(grant.node.str());
    added.set_permits(grant.permits);
    add_providers(added, grant.providers);
    added.set_used(grant.used);
    added.set_whole(grant.whole);
    if (grant.quality != quality_counts{})
      write_quality(*added.mutable_quality(), grant.quality);
  }
  return record.SerializeAsString();
}

std::string encode(const permit_mark& value) {
  google::protobuf::Arena arena; // many small parts
  auto& record = *google::protobuf::Arena::CreateMessage<formats::permit_mark_record>(&arena);
  record.set_schema(schema);
  record.set_used(value.used);
  add_providers(record, value.providers);
  return record.SerializeAsString();
}

std::string encode(const day_quality& value) {
  formats::day_quality_record record;
  record.set_schema(schema);
  record.set_day(value.day);
  write_quality(*record.mutable_counts(), value.counts);
  record.set_kept(value.kept);
  return record.SerializeAsString();
}

std::string encode(const ledger_memory& value) {
  google::protobuf::Arena arena; // many small parts
  auto& record = *google::protobuf::Arena::CreateMessage<formats::ledger_memory_record>(&arena);
  record.set_schema(schema);
  record.set_ledger(encode(value.record));
  record.set_day(value.day);
  record.set_open(value.lease.has_value());
  if (value.lease) {
    record.set_permits(value.lease->permits);
    add_providers(record, value.lease->providers);
    record.set_whole(value.lease->whole);
  }
  record.set_given_back(value.given_back);
  return record.SerializeAsString();
}

result<plan> decode_plan(plan_name name, std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::plan_record>(octets, schema, "a plan"));
  plan value{std::move(name), {record.days().begin(), record.days().end()}};
  if (record.advance() > static_cast<std::uint32_t>(plan_advance::level) ||
      record.spread() > static_cast<std::uint32_t>(plan_spread::even))
    return error{errc::storage_newer, "read a plan: it advances in a way of a later release",
                 "start that release, or a newer one"};
  value.advance = static_cast<plan_advance>(record.advance());
  value.spread = static_cast<plan_spread>(record.spread());
  value.time_zone = record.time_zone();
  for (const auto& each : record.providers())
    if (each.days_size() > 0)
      value.providers[provider_name{each.provider()}] = {each.days().begin(), each.days().end()};
  const auto known = std::min<std::size_t>(threshold_fields.size(),
                                           static_cast<std::size_t>(record.thresholds_size()));
  for (std::size_t i = 0; i < known; ++i)
    value.thresholds.*threshold_fields[i].value = record.thresholds(static_cast<int>(i));
  return value;
}

result<ledger_record> decode_ledger(std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::ledger_record>(octets, schema, "a ledger"));
  if (record.day_started_at() < 0)
    return error{errc::storage_corrupt, "read a ledger: its day began before 1970", {}};
  ledger_record ledger;
  ledger.plan = plan_name{record.plan()};
  ledger.opened_day = record.opened_day();
  ledger.day_started_at = storage::read_time(record.day_started_at());
  ledger.base_day = record.base_day();
  ledger.base_position = record.base_position();
  ledger.paused = record.paused();
  ledger.held_until = record.held_until();
  if (record.blocked_day() > 0)
    ledger.blocked_day = record.blocked_day() - 1;
  for (const auto& move : record.moves())
    ledger.moves.push_back(read_move(move));
  return ledger;
}

result<ledger_day_record> decode_ledger_day(std::string_view octets) {
  google::protobuf::Arena arena;
  auto& record = *google::protobuf::Arena::CreateMessage<formats::ledger_day_record>(&arena);
  WARMFRONT_TRY(storage::parse_record_into(record, octets, schema, "a ledger's day"));
  ledger_day_record day;
  for (const auto& grant : record.grants())
    day.grants.push_back({node_name{grant.node()}, grant.permits(), read_providers(grant),
                          grant.used(), read_quality(grant.quality()), grant.whole()});
  return day;
}

result<permit_mark> decode_mark(std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::permit_mark_record>(octets, schema,
                                                                           "a ledger's mark"));
  return permit_mark{record.used(), read_providers(record)};
}

result<day_quality> decode_quality(std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::day_quality_record>(octets, schema,
                                                                           "a day's quality"));
  return day_quality{record.day(), read_quality(record.counts()), record.kept()};
}

result<ledger_memory> decode_memory(std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::ledger_memory_record>(
                            octets, schema, "what is known of a ledger"));
  WARMFRONT_TRY(ledger, decode_ledger(record.ledger()));
  ledger_memory memory;
  memory.record = std::move(ledger);
  memory.day = record.day();
  if (record.open())
    memory.lease =
        ledger_grant{{}, record.permits(), read_providers(record), 0, {}, record.whole()};
  memory.given_back = record.given_back();
  return memory;
}

} // namespace warmfront
