#include "storage/event_log.hpp"

#include <algorithm>
#include <utility>

#include "actors/core/octets.hpp"
#include "storage/formats/events.pb.h"
#include "storage/record.hpp"

namespace warmfront::storage {

namespace {

constexpr std::uint32_t event_schema = 1;
// First octet of a key of `family::events`: an event, or how far a stream was removed.
constexpr char event_mark = 'e';
constexpr char removed_mark = 'r';
constexpr std::size_t event_key_octets = 1 + 1 + 8;

std::string removed_key(event_stream stream) {
  return {removed_mark, static_cast<char>(stream)};
}

void write_subject(formats::mail_event_record& to, const mail_subject& from) {
  to.set_message(std::string{from.recipient.message.octet_view()});
  to.set_recipient(from.recipient.index);
  to.set_account(from.account.str());
  to.set_address(from.address);
  to.set_sender_domain(from.sender_domain.str());
  to.set_provider(from.provider.str());
  to.set_source(from.source.str());
  to.set_task(static_cast<std::uint64_t>(from.task));
  to.set_from_template(from.from_template.str());
}

mail_subject read_subject(const formats::mail_event_record& from) {
  return {{message_id::from_octets(from.message()), from.recipient()},
          account_name{from.account()},
          from.address(),
          domain_name{from.sender_domain()},
          provider_name{from.provider()},
          ip_address{from.source()},
          task_id{from.task()},
          template_name{from.from_template()}};
}

/// How far a stream was removed: the number of the last event that is gone for good.
result<std::uint64_t> last_removed(const store& disk, event_stream stream) {
  WARMFRONT_TRY(stored, disk.get(family::events, removed_key(stream)));
  if (!stored)
    return std::uint64_t{0};
  if (stored->size() != 8)
    return error{errc::storage_corrupt, "read the log of events: its mark is no number",
                 "restore the data directory from a backup"};
  return read_number(*stored);
}

/// The first event with a number of at least `number`.
result<std::optional<key_value>> event_from(const store& disk, event_stream stream,
                                            std::uint64_t number) {
  WARMFRONT_TRY(found, disk.scan(family::events, event_key({stream, number}),
                                 prefix_end(event_prefix(stream)), 1));
  return found.empty() ? std::optional<key_value>{} : std::optional{std::move(found.front())};
}

} // namespace

std::string encode(const mail_event& value) {
  formats::mail_event_record record;
  record.set_schema(event_schema);
  record.set_kind(static_cast<std::uint32_t>(value.kind));
  record.set_at(stored_time(value.at));
  write_subject(record, value.about);
  record.set_bounce_class(value.bounce_class);
  record.set_status(value.status);
  record.set_reply(value.reply);
  record.set_remote_host(value.remote_host);
  record.set_url(value.url);
  record.set_user_agent(value.user_agent);
  record.set_client_address(value.client_address);
  record.set_is_automated(value.is_automated);
  record.set_is_repeated(!value.is_first);
  record.set_attempt(value.attempt);
  return record.SerializeAsString();
}

result<mail_event> decode_mail_event(std::string_view octets) {
  WARMFRONT_TRY(record, parse_record<formats::mail_event_record>(octets, event_schema, "an event"));
  // A kind that this release does not know comes from a later one.
  if (record.message().size() != message_id::octets || record.kind() == 0)
    return error{errc::storage_corrupt, "read an event: it is of no message", {}};
  if (record.kind() > static_cast<std::uint32_t>(event_kind::unsubscribed))
    return error{errc::storage_newer, "read an event: of a later release",
                 "run the release that wrote it, or a later one"};
  mail_event value;
  value.kind = static_cast<event_kind>(record.kind());
  value.at = read_time(record.at());
  value.about = read_subject(record);
  value.bounce_class = record.bounce_class();
  value.status = record.status();
  value.reply = record.reply();
  value.remote_host = record.remote_host();
  value.url = record.url();
  value.user_agent = record.user_agent();
  value.client_address = record.client_address();
  value.is_automated = record.is_automated();
  value.is_first = !record.is_repeated();
  value.attempt = record.attempt();
  return value;
}

std::string event_prefix(event_stream stream) {
  return {event_mark, static_cast<char>(stream)};
}

std::string event_key(const event_position& where) {
  auto key = event_prefix(where.stream);
  append_number(key, where.number, 8);
  return key;
}

std::optional<event_position> parse_event_key(std::string_view key) {
  if (key.size() != event_key_octets || key[0] != event_mark ||
      key[1] < static_cast<char>(event_stream::intake) ||
      key[1] > static_cast<char>(event_stream::feedback))
    return std::nullopt;
  return event_position{static_cast<event_stream>(key[1]), read_number(key.substr(2))};
}

result<std::uint64_t> last_event(const store& disk, event_stream stream) {
  const auto prefix = event_prefix(stream);
  WARMFRONT_TRY(removed, last_removed(disk, stream));
  WARMFRONT_TRY(last, disk.last(family::events, prefix, prefix_end(prefix)));
  const auto where = last ? parse_event_key(last->key) : std::nullopt;
  return std::max(removed, where ? where->number : 0);
}

result<std::uint64_t> first_event_since(const store& disk, event_stream stream, wall_time at) {
  WARMFRONT_TRY(last, last_event(disk, stream));
  WARMFRONT_TRY(removed, last_removed(disk, stream));
  // All below `low` are older, all from `high` on are not.
  auto low = removed + 1;
  auto high = last + 1;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    WARMFRONT_TRY(found, event_from(disk, stream, middle));
    if (!found) {
      high = middle;
      continue;
    }
    WARMFRONT_TRY(event, decode_mail_event(found->value));
    if (event.at < at)
      low = parse_event_key(found->key)->number + 1;
    else
      high = middle;
  }
  return low;
}

void remove_events(batch& to, event_stream stream, std::uint64_t number) {
  if (number <= 1)
    return;
  to.erase_range(family::events, event_key({stream, 0}), event_key({stream, number}));
  std::string removed;
  append_number(removed, number - 1, 8);
  to.put(family::events, removed_key(stream), std::move(removed));
}

result<event_writer> event_writer::open(const store& disk, event_stream stream) {
  WARMFRONT_TRY(last, last_event(disk, stream));
  return event_writer{stream, last};
}

void event_writer::append(batch& to, const mail_event& event) {
  to.put(family::events, event_key({stream_, ++last_}), encode(event));
}

void event_recorder::set_readers(bool all, const std::vector<account_name>* accounts) {
  all_ = all;
  accounts_.clear();
  if (accounts != nullptr)
    accounts_.insert(accounts->begin(), accounts->end());
}

bool event_recorder::is_read(const account_name& account) const {
  return writer_ && (all_ || accounts_.contains(account));
}

bool event_recorder::record(batch& to, const mail_event& event) {
  if (!is_read(event.about.account))
    return false;
  writer_->append(to, event);
  return true;
}

} // namespace warmfront::storage
