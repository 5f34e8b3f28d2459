#include "actors/scheduler/task_record.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include "storage/formats/tasks.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t task_schema = 1;
using key_kind = parsed_task_key::kind;

error unreadable_task(const char* what) {
  return {errc::storage_corrupt, std::string{"read "} + what + ": its fields make no sense", {}};
}

/// Takes a number of 20 digits and what parts it from the next one.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  constexpr std::size_t digits = 20;
  std::uint64_t number = 0;
  const auto part = text.substr(0, digits);
  const auto parsed = std::from_chars(part.data(), part.data() + part.size(), number);
  if (part.size() != digits || parsed.ec != std::errc{} || parsed.ptr != part.data() + digits)
    return std::nullopt;
  text.remove_prefix(digits);
  if (text.starts_with('/'))
    text.remove_prefix(1);
  return number;
}

void write_recurrence(formats::recurrence_record& to, const recurrence& from) {
  to.set_start_at(storage::stored_time(from.start_at));
  if (const auto* every = std::get_if<recurrence::every>(&from.repeat))
    to.set_every_hours(static_cast<std::uint32_t>(every->interval.count()));
  if (const auto* rule = std::get_if<recurrence::by_rule>(&from.repeat)) {
    to.set_rrule(rule->rrule);
    to.set_timezone(rule->timezone);
  }
  if (from.until)
    to.set_until(storage::stored_time(*from.until));
  to.set_count(from.count.value_or(0));
  to.set_misfire(static_cast<std::uint32_t>(from.misfire));
}

recurrence read_recurrence(const formats::recurrence_record& from) {
  recurrence value;
  value.start_at = storage::read_time(from.start_at());
  if (from.every_hours() != 0)
    value.repeat = recurrence::every{std::chrono::hours{from.every_hours()}};
  else if (!from.rrule().empty())
    value.repeat = recurrence::by_rule{from.rrule(), from.timezone()};
  if (from.until() != 0)
    value.until = storage::read_time(from.until());
  if (from.count() != 0)
    value.count = from.count();
  value.misfire = static_cast<misfire_policy>(from.misfire());
  return value;
}

void write_occurrence(formats::occurrence_record& to, const occurrence& from) {
  to.set_number(from.number);
  to.set_at(storage::stored_time(from.at));
}
occurrence read_occurrence(const formats::occurrence_record& from) {
  return {from.number(), storage::read_time(from.at())};
}

void write_counts(formats::outcome_counts_record& to, const outcome_counts& from) {
  to.set_delivered(from.delivered);
  to.set_bounced(from.bounced);
  to.set_expired(from.expired);
  to.set_suppressed(from.suppressed);
  to.set_cancelled(from.cancelled);
}
outcome_counts read_counts(const formats::outcome_counts_record& from) {
  return {from.delivered(), from.bounced(), from.expired(), from.suppressed(), from.cancelled()};
}

} // namespace

// ---- keys ---------------------------------------------------------------------------------

std::string last_task_key() {
  return fmt::format("{}last", tasks_prefix);
}
std::string task_key(task_id id) {
  return fmt::format("{}task/{:020}", tasks_prefix, static_cast<std::uint64_t>(id));
}
std::string occurrence_key(const occurrence_name& name) {
  return fmt::format("{}occurrence/{:020}/{:020}", tasks_prefix,
                     static_cast<std::uint64_t>(name.task), name.number);
}
std::string segments_prefix(task_id id) {
  return fmt::format("{}segment/{:020}/", tasks_prefix, static_cast<std::uint64_t>(id));
}
std::string segment_key(const segment_name& name) {
  return fmt::format("{}segment/{:020}/{:020}/{:020}", tasks_prefix,
                     static_cast<std::uint64_t>(name.of.task), name.of.number, name.number);
}

std::optional<parsed_task_key> parse_task_key(std::string_view key) {
  if (key == last_task_key())
    return parsed_task_key{};
  struct form {
    std::string_view prefix;
    key_kind what;
    std::size_t numbers;
  };
  constexpr std::array<form, 3> forms{{{"task/", key_kind::task, 1},
                                       {"occurrence/", key_kind::occurrence, 2},
                                       {"segment/", key_kind::segment, 3}}};
  auto rest = key.substr(std::min(tasks_prefix.size(), key.size()));
  for (const auto& each : forms) {
    if (!rest.starts_with(each.prefix))
      continue;
    rest.remove_prefix(each.prefix.size());
    std::array<std::uint64_t, 3> numbers{};
    for (std::size_t i = 0; i < each.numbers; ++i) {
      const auto number = take_number(rest);
      if (!number)
        return std::nullopt;
      numbers[i] = *number;
    }
    if (!rest.empty() || numbers[2] > UINT32_MAX)
      return std::nullopt;
    return parsed_task_key{
        each.what, {{task_id{numbers[0]}, numbers[1]}, static_cast<std::uint32_t>(numbers[2])}};
  }
  return std::nullopt;
}

// ---- values -------------------------------------------------------------------------------

std::string encode(const task& value) {
  formats::task_record record;
  record.set_schema(task_schema);
  record.set_account(value.account.str());
  record.set_key_id(value.key_id);
  record.set_from_template(value.from_template.str());
  record.set_group(value.group.str());
  record.set_from(value.from);
  record.set_subject(value.subject);
  for (const auto& each : value.reply_to)
    record.add_reply_to(each);
  for (const auto& [name, text] : value.headers) {
    auto& pair = *record.add_headers();
    pair.set_name(name);
    pair.set_value(text);
  }
  for (const auto& [name, text] : value.variables) {
    auto& pair = *record.add_variables();
    pair.set_name(name);
    pair.set_value(text);
  }
  if (value.attachments)
    record.set_attachments(std::string{value.attachments->octet_view()});
  record.set_pool(value.pool.str());
  write_recurrence(*record.mutable_when(), value.when);
  record.set_state(static_cast<std::uint32_t>(value.state));
  record.set_reason(value.reason);
  record.set_request_key(value.request_key);
  record.set_request_digest(value.request_digest);
  record.set_created_at(storage::stored_time(value.created_at));
  record.set_changed_at(storage::stored_time(value.changed_at));
  if (value.last_handled)
    write_occurrence(*record.mutable_last_handled(), *value.last_handled);
  record.set_given_up(value.given_up);
  if (value.track)
    record.set_track(1 + value.track->bits());
  return record.SerializeAsString();
}

result<task> decode_task(task_id id, std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::task_record>(octets, task_schema, "a task"));
  if (record.state() < static_cast<std::uint32_t>(task_state::active) ||
      record.state() > static_cast<std::uint32_t>(task_state::finished) ||
      record.when().misfire() > static_cast<std::uint32_t>(misfire_policy::catch_up) ||
      (!record.attachments().empty() && record.attachments().size() != chunk_id::octets))
    return unreadable_task("a task");
  task value;
  value.id = id;
  value.account = account_name{record.account()};
  value.key_id = record.key_id();
  value.from_template = template_name{record.from_template()};
  value.group = group_name{record.group()};
  value.from = record.from();
  value.subject = record.subject();
  value.reply_to.assign(record.reply_to().begin(), record.reply_to().end());
  for (const auto& each : record.headers())
    value.headers.emplace_back(each.name(), each.value());
  for (const auto& each : record.variables())
    value.variables.emplace(each.name(), each.value());
  if (!record.attachments().empty())
    value.attachments = chunk_id::from_octets(record.attachments());
  value.pool = pool_name{record.pool()};
  value.when = read_recurrence(record.when());
  value.state = static_cast<task_state>(record.state());
  value.reason = record.reason();
  value.request_key = record.request_key();
  value.request_digest = record.request_digest();
  value.created_at = storage::read_time(record.created_at());
  value.changed_at = storage::read_time(record.changed_at());
  if (record.has_last_handled())
    value.last_handled = read_occurrence(record.last_handled());
  value.given_up = record.given_up();
  if (record.track() > 0)
    value.track = tracking::of_bits(record.track() - 1);
  return value;
}

std::string encode(const task_occurrence& value) {
  formats::task_occurrence_record record;
  record.set_schema(task_schema);
  write_occurrence(*record.mutable_which(), value.which);
  record.set_made_at(storage::stored_time(value.made_at));
  record.set_state(static_cast<std::uint32_t>(value.state));
  record.set_reason(value.reason);
  record.set_template_version(value.template_version);
  record.set_content(std::string{value.content.octet_view()});
  record.set_group_version(value.group_version);
  record.set_list(std::string{value.list.octet_view()});
  record.set_recipients(value.recipients);
  record.set_segments(value.segments);
  record.set_next_segment(value.next_segment);
  for (const auto each : value.released)
    record.add_released(each);
  write_counts(*record.mutable_ended(), value.ended);
  if (value.finished_at)
    record.set_finished_at(storage::stored_time(*value.finished_at));
  return record.SerializeAsString();
}

result<task_occurrence> decode_occurrence(const occurrence_name& name, std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::task_occurrence_record>(
                            octets, task_schema, "an occurrence of a task"));
  if (record.state() < static_cast<std::uint32_t>(occurrence_state::sending) ||
      record.state() > static_cast<std::uint32_t>(occurrence_state::failed) ||
      record.content().size() != chunk_id::octets || record.list().size() != chunk_id::octets ||
      record.which().number() != name.number)
    return unreadable_task("an occurrence of a task");
  task_occurrence value;
  value.task = name.task;
  value.which = read_occurrence(record.which());
  value.made_at = storage::read_time(record.made_at());
  value.state = static_cast<occurrence_state>(record.state());
  value.reason = record.reason();
  value.template_version = record.template_version();
  value.content = chunk_id::from_octets(record.content());
  value.group_version = record.group_version();
  value.list = chunk_id::from_octets(record.list());
  value.recipients = record.recipients();
  value.segments = record.segments();
  value.next_segment = record.next_segment();
  value.released.assign(record.released().begin(), record.released().end());
  value.ended = read_counts(record.ended());
  if (record.finished_at() != 0)
    value.finished_at = storage::read_time(record.finished_at());
  return value;
}

std::string encode(const task_segment& value) {
  formats::task_segment_record record;
  record.set_schema(task_schema);
  record.set_node(value.node.str());
  record.set_expanded(value.expanded);
  record.set_message(std::string{value.message.octet_view()});
  record.set_recipients(value.recipients);
  return record.SerializeAsString();
}

result<task_segment> decode_segment(const segment_name& name, std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::task_segment_record>(octets, task_schema,
                                                                            "a segment of a task"));
  if (record.message().size() != message_id::octets)
    return unreadable_task("a segment of a task");
  return task_segment{name.of.task,       name.of.number,
                      name.number,        node_name{record.node()},
                      record.expanded(),  message_id::from_octets(record.message()),
                      record.recipients()};
}

} // namespace warmfront
