#include "actors/cluster/node_record.hpp"

#include <limits>

#include "storage/formats/cluster.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t schema = 1;
constexpr std::uint32_t number_max = std::numeric_limits<std::uint16_t>::max();

} // namespace

std::string node_key(const node_name& name) {
  return std::string{node_prefix} + name.str();
}

std::string life_key(const node_name& name) {
  return std::string{life_prefix} + name.str();
}

std::string encode(const node_record& value) {
  formats::node_record record;
  record.set_schema(schema);
  record.set_number(value.number);
  record.set_address(value.address);
  record.set_key_fingerprint(value.key_fingerprint);
  record.set_epoch(value.epoch);
  record.set_state(static_cast<std::uint32_t>(value.state));
  record.set_drain_requested(value.drain_requested);
  record.set_drained(value.drained);
  record.set_ended(value.ended);
  record.set_registered_at(storage::stored_time(value.registered_at));
  record.set_changed_at(storage::stored_time(value.changed_at));
  return record.SerializeAsString();
}

std::string encode(const node_life& value) {
  formats::node_life_record record;
  record.set_schema(schema);
  record.set_epoch(value.epoch);
  record.set_instance(value.instance);
  return record.SerializeAsString();
}

std::string encode_node_number(std::uint16_t number) {
  formats::node_number_record record;
  record.set_schema(schema);
  record.set_number(number);
  return record.SerializeAsString();
}

result<node_record> decode_node(std::string_view octets) {
  WARMFRONT_TRY(record,
                storage::parse_record<formats::node_record>(octets, schema, "a node's record"));
  const auto state = record.state();
  if (record.number() == 0 || record.number() > number_max || record.epoch() == 0 ||
      state < static_cast<std::uint32_t>(node_state::active) ||
      state > static_cast<std::uint32_t>(node_state::removed))
    return error{errc::storage_corrupt, "read a node's record: a value is out of its range", {}};
  node_record node;
  node.number = static_cast<std::uint16_t>(record.number());
  node.address = record.address();
  node.key_fingerprint = record.key_fingerprint();
  node.epoch = record.epoch();
  node.state = static_cast<node_state>(state);
  node.drain_requested = record.drain_requested();
  node.drained = record.drained();
  node.ended = record.ended();
  node.registered_at = storage::read_time(record.registered_at());
  node.changed_at = storage::read_time(record.changed_at());
  return node;
}

result<node_life> decode_life(std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::node_life_record>(octets, schema,
                                                                         "a node's sign of life"));
  return node_life{record.epoch(), record.instance()};
}

result<std::uint16_t> decode_node_number(std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::node_number_record>(octets, schema,
                                                                           "the last node number"));
  if (record.number() > number_max)
    return error{errc::storage_corrupt, "read the last node number: out of its range", {}};
  return static_cast<std::uint16_t>(record.number());
}

} // namespace warmfront
