// The values of the spool: Protocol Buffers, except the queue entry, which is an id and an index.

#include <limits>

#include "storage/formats/spool.pb.h"
#include "storage/record.hpp"
#include "storage/spool.hpp"

namespace warmfront::storage {

namespace {

constexpr std::uint32_t schema = 1;
// A release that does not know of mail merges would send the body as it is.
constexpr std::uint32_t merge_schema = 2;
constexpr std::uint32_t send_at_schema = 3;
// One that does not know what is required would send in clear text.
constexpr std::uint32_t tls_schema = 4;

std::uint32_t schema_of(const spooled_message& value) {
  if (value.mail.tls == tls_wish::required)
    return tls_schema;
  return value.send_at ? send_at_schema : value.is_merge ? merge_schema : schema;
}

std::optional<wall_time> optional_time(std::int64_t when) {
  return when == 0 ? std::nullopt : std::optional{read_time(when)};
}

error corrupt(const char* what) {
  return {errc::storage_corrupt, std::string{what} + " in the spool cannot be read",
          "restore the data directory from a backup or a peer"};
}

error newer(const char* what) {
  return {errc::storage_newer, std::string{what} + " in the spool was written by a later release",
          "start that release, or a newer one"};
}

void write_lane(formats::lane_record& to, const lane& from) {
  to.set_pool(from.pool.str());
  to.set_sender_domain(from.sender_domain.str());
  to.set_destination(from.destination.str());
  to.set_importance(static_cast<std::uint32_t>(from.importance));
  to.set_appended_by(static_cast<std::uint32_t>(from.appended_by));
  to.set_provider(from.provider.str());
  to.set_task(static_cast<std::uint64_t>(from.task));
}

lane read_lane(const formats::lane_record& from) {
  lane value;
  value.pool = pool_name{from.pool()};
  value.sender_domain = domain_name{from.sender_domain()};
  value.destination = domain_name{from.destination()};
  value.importance = from.importance() == 0 ? mail_class::triggered : mail_class::batch;
  value.appended_by = from.appended_by() == 0 ? lane::writer::intake : lane::writer::delivery;
  value.provider = provider_name{from.provider()};
  value.task = task_id{from.task()};
  return value;
}

void write_envelope(formats::spooled_message_record& to, const envelope& from) {
  to.set_reverse_path(from.reverse_path);
  for (const auto& recipient : from.recipients) {
    auto& record = *to.add_recipients();
    record.set_address(recipient.address);
    record.set_notify_on(static_cast<std::uint32_t>(recipient.notify_on));
    record.set_original_recipient(recipient.original_recipient);
  }
  to.set_body(static_cast<std::uint32_t>(from.body));
  to.set_smtputf8(from.smtputf8);
  to.set_ret(static_cast<std::uint32_t>(from.ret));
  to.set_envelope_id(from.envelope_id);
  to.set_tls(static_cast<std::uint32_t>(from.tls));
}

envelope read_envelope(const formats::spooled_message_record& from) {
  envelope value;
  value.reverse_path = from.reverse_path();
  value.recipients.reserve(static_cast<std::size_t>(from.recipients_size()));
  for (const auto& record : from.recipients())
    value.recipients.push_back(
        {record.address(), static_cast<notify>(record.notify_on()), record.original_recipient()});
  value.body = static_cast<body_encoding>(from.body());
  value.smtputf8 = from.smtputf8();
  value.ret = static_cast<return_content>(from.ret());
  value.envelope_id = from.envelope_id();
  value.tls = static_cast<tls_wish>(from.tls() <= 2 ? from.tls() : 0);
  return value;
}

template <class Record>
bool parse(Record& record, std::string_view octets) {
  return octets.size() <= std::numeric_limits<int>::max() &&
         record.ParseFromArray(octets.data(), static_cast<int>(octets.size()));
}

} // namespace

std::string encode(const spooled_message& value) {
  formats::spooled_message_record record;
  record.set_schema(schema_of(value));
  if (value.send_at)
    record.set_send_at(stored_time(*value.send_at));
  record.set_is_merge(value.is_merge);
  record.set_id(std::string{value.id.octet_view()});
  write_envelope(record, value.mail);
  record.set_protocol(value.source.protocol);
  record.set_helo(value.source.helo);
  record.set_client_address(value.source.client_address);
  record.set_account(value.source.account.str());
  record.set_key_id(value.source.key_id);
  record.set_pool(value.pool.str());
  record.set_importance(static_cast<std::uint32_t>(value.importance));
  record.set_accepted_at(stored_time(value.accepted_at));
  record.set_octets(value.octets);
  write_lane(*record.mutable_first_lane(), value.first_lane);
  record.set_first_sequence(value.first_sequence);
  record.set_from_template(value.from_template.str());
  record.set_track(value.track.bits());
  record.set_header_id(value.header_id);
  for (const auto& each : value.moves) {
    auto& move = *record.add_moves();
    move.set_at(stored_time(each.at));
    move.set_node(each.node);
    move.set_from_dead(each.from_dead);
  }
  if (value.copy) {
    record.set_copy_wanted(true);
    record.set_copy_holder(value.copy->holder);
    record.set_copy_bond(value.copy->bond);
  }
  return record.SerializeAsString();
}

result<spooled_message> decode_message(std::string_view octets) {
  formats::spooled_message_record record;
  if (!parse(record, octets) || record.id().size() != message_id::octets)
    return corrupt("a message");
  if (record.schema() > tls_schema)
    return newer("a message");
  spooled_message value;
  value.id = message_id::from_octets(record.id());
  value.mail = read_envelope(record);
  value.source = {record.protocol(), record.helo(), record.client_address(),
                  account_name{record.account()}, record.key_id()};
  value.pool = pool_name{record.pool()};
  value.importance = record.importance() == 0 ? mail_class::triggered : mail_class::batch;
  value.accepted_at = read_time(record.accepted_at());
  value.octets = record.octets();
  value.first_lane = read_lane(record.first_lane());
  value.first_sequence = record.first_sequence();
  value.is_merge = record.is_merge();
  value.from_template = template_name{record.from_template()};
  value.track = tracking::of_bits(record.track());
  value.header_id = record.header_id();
  for (const auto& each : record.moves())
    value.moves.push_back(
        {read_time(each.at()), static_cast<std::uint16_t>(each.node()), each.from_dead()});
  if (record.send_at() != 0)
    value.send_at = read_time(record.send_at());
  if (record.copy_wanted())
    value.copy = message_copy{static_cast<std::uint16_t>(record.copy_holder()), record.copy_bond()};
  return value;
}

std::string encode(const recipient_record& value) {
  formats::recipient_state_record record;
  record.set_schema(schema);
  record.set_state(value.state);
  record.set_attempts(value.attempts);
  record.set_last_reply(value.last_reply);
  record.set_remote_host(value.remote_host);
  record.set_source(value.source.str());
  record.set_changed_at(stored_time(value.changed_at));
  if (value.first_attempt_at)
    record.set_first_attempt_at(stored_time(*value.first_attempt_at));
  if (value.next_attempt_at)
    record.set_next_attempt_at(stored_time(*value.next_attempt_at));
  for (const auto& spent : value.charged) {
    auto& entry = *record.add_charged();
    entry.set_subject(spent.subject.str());
    entry.set_day(spent.day);
  }
  record.set_queue_key(value.queue_key);
  record.set_provider(value.provider.str());
  record.set_bounce_class(value.bounce_class);
  record.set_tls(value.tls);
  record.set_tried_by(value.tried_by);
  write_attempts(record, value);
  return record.SerializeAsString();
}

result<recipient_record> decode_recipient(std::string_view octets) {
  formats::recipient_state_record record;
  if (!parse(record, octets))
    return corrupt("a recipient's state");
  if (record.schema() > schema)
    return newer("a recipient's state");
  recipient_record value;
  value.state = static_cast<std::uint8_t>(record.state());
  value.attempts = record.attempts();
  value.last_reply = record.last_reply();
  value.remote_host = record.remote_host();
  value.source = ip_address{record.source()};
  value.changed_at = read_time(record.changed_at());
  value.first_attempt_at = optional_time(record.first_attempt_at());
  value.next_attempt_at = optional_time(record.next_attempt_at());
  for (const auto& entry : record.charged())
    value.charged.push_back({ledger_subject{entry.subject()}, entry.day()});
  value.queue_key = record.queue_key();
  value.provider = provider_name{record.provider()};
  value.bounce_class = record.bounce_class();
  value.tls = record.tls();
  value.tried_by = static_cast<std::uint16_t>(record.tried_by());
  read_attempts(value, record);
  return value;
}

std::string encode(const queue_entry& value) {
  std::string octets{value.recipient.message.octet_view()};
  for (int shift = 24; shift >= 0; shift -= 8)
    octets.push_back(static_cast<char>((value.recipient.index >> shift) & 0xff));
  return octets;
}

result<queue_entry> decode_queue_entry(std::string_view octets) {
  if (octets.size() < message_id::octets + 4)
    return corrupt("a queue entry");
  queue_entry value;
  value.recipient.message = message_id::from_octets(octets.substr(0, message_id::octets));
  for (const char octet : octets.substr(message_id::octets, 4))
    value.recipient.index = (value.recipient.index << 8) | static_cast<std::uint8_t>(octet);
  return value;
}

} // namespace warmfront::storage
