#include "storage/control_records.hpp"

#include <utility>

#include "storage/formats/control_records.pb.h"

namespace warmfront::storage {

namespace {

std::string numbered(std::string_view prefix, std::uint64_t number) {
  std::string key{prefix};
  for (int shift = 56; shift >= 0; shift -= 8) {
    key += static_cast<char>(number >> shift);
  }
  return key;
}

void fill(formats::control_entry& into, const control_record& record) {
  into.set_value(record.value);
  into.set_created(record.created);
  into.set_modified(record.modified);
  into.set_lease(record.lease);
}

control_record to_record(std::string key, const formats::control_entry& entry) {
  return {std::move(key), entry.value(), entry.created(), entry.modified(), entry.lease()};
}

template <class Message>
result<Message> parse(std::string_view octets, const char* kind) {
  Message message;
  if (!message.ParseFromArray(octets.data(), static_cast<int>(octets.size()))) {
    return error{errc::storage_corrupt,
                 std::string{"read the control store: a record is no "} + kind,
                 "restore the data directory from one copy"};
  }
  return message;
}

} // namespace

std::string control_keys::entry(std::string_view key) {
  return std::string{entries}.append(key);
}

std::string control_keys::of_revision(revision at) {
  return numbered(history, at);
}

std::string control_keys::of_lease(lease_id lease) {
  return numbered(leases, lease);
}

std::uint64_t control_keys::number_of(std::string_view key) {
  std::uint64_t number = 0;
  for (const char octet : key.substr(1)) {
    number = number << 8 | static_cast<unsigned char>(octet);
  }
  return number;
}

std::string encode_entry(const control_record& record) {
  formats::control_entry entry;
  fill(entry, record);
  return entry.SerializeAsString();
}

std::string encode_events(const std::vector<control_event>& events) {
  formats::control_transaction_changes changes;
  for (const auto& event : events) {
    auto& change = *changes.add_changes();
    change.set_key(event.record.key);
    fill(*change.mutable_entry(), event.record);
    change.set_deleted(event.deleted);
  }
  return changes.SerializeAsString();
}

std::string encode_lease(std::chrono::milliseconds time_to_live) {
  formats::control_lease lease;
  lease.set_time_to_live_ms(static_cast<std::uint64_t>(time_to_live.count()));
  return lease.SerializeAsString();
}

std::string encode_position(const control_position& position) {
  formats::control_position message;
  message.set_revision(position.at);
  message.set_last_lease(position.last_lease);
  return message.SerializeAsString();
}

result<control_record> decode_entry(std::string key, std::string_view octets) {
  WARMFRONT_TRY(entry, parse<formats::control_entry>(octets, "entry"));
  return to_record(std::move(key), entry);
}

result<std::vector<control_event>> decode_events(std::string_view octets) {
  WARMFRONT_TRY(changes, parse<formats::control_transaction_changes>(octets, "transaction"));
  std::vector<control_event> events;
  for (const auto& change : changes.changes()) {
    events.push_back({to_record(change.key(), change.entry()), change.deleted()});
  }
  return events;
}

result<std::chrono::milliseconds> decode_lease(std::string_view octets) {
  WARMFRONT_TRY(lease, parse<formats::control_lease>(octets, "lease"));
  return std::chrono::milliseconds{static_cast<std::int64_t>(lease.time_to_live_ms())};
}

result<control_position> decode_position(std::string_view octets) {
  WARMFRONT_TRY(message, parse<formats::control_position>(octets, "position"));
  return control_position{message.revision(), message.last_lease()};
}

} // namespace warmfront::storage
