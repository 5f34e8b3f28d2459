#include <utility>

#include "actors/core/ip.hpp"
#include "actors/ip_pool/pool_book.hpp"
#include "storage/formats/control.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t schema = 1;
constexpr std::uint32_t weight_max = 1'000'000;

bool is_node_name(std::string_view text) {
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
  return text.size() <= 64 && text.find_first_not_of(allowed) == std::string_view::npos;
}

/// A state of a later release is none in which this one may send.
address_state state_of(std::uint32_t stored) {
  const auto state = static_cast<address_state>(stored);
  return state == address_state::active || state == address_state::draining
             ? state
             : address_state::quarantined;
}

} // namespace

std::string pool_key(const pool_name& name) {
  return std::string{pool_prefix} + name.str();
}

std::string encode(const pool& value) {
  formats::pool_record record;
  record.set_schema(schema);
  record.set_kind(value.kind == pool_kind::dedicated ? 1 : 0);
  record.set_account(value.account.str());
  record.set_overflow(value.overflow);
  for (const auto& address : value.addresses) {
    auto& added = *record.add_addresses();
    added.set_address(address.address.str());
    added.set_node(address.node.str());
    added.set_weight(address.weight);
    added.set_plan(address.plan.str());
    added.set_state(static_cast<std::uint32_t>(address.state));
    added.set_reason(address.reason);
    added.set_changed_at(storage::stored_time(address.changed_at));
  }
  return record.SerializeAsString();
}

result<pool> decode_pool(pool_name name, std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::pool_record>(octets, schema,
                                                                    "pool `" + name.str() + "`"));
  pool value;
  value.name = std::move(name);
  value.kind = record.kind() == 1 ? pool_kind::dedicated : pool_kind::shared;
  value.account = account_name{record.account()};
  value.overflow = record.overflow();
  for (const auto& address : record.addresses())
    value.addresses.push_back({ip_address{address.address()}, node_name{address.node()},
                               address.weight(), plan_name{address.plan()},
                               state_of(address.state()), address.reason(),
                               storage::read_time(address.changed_at())});
  return value;
}

result<pool_address> normalized(pool_address value) {
  const auto& text = value.address.str();
  const auto canonical = canonical_ip(text);
  if (!canonical)
    return error{errc::invalid_argument, "`" + text + "` is not an IPv4 or IPv6 address",
                 "write it as 192.0.2.1 or 2001:db8::1", "address"};
  if (!is_node_name(value.node.str()))
    return error{
        errc::invalid_argument, "`" + value.node.str() + "` is not a node's name", {}, "node"};
  if (value.weight > weight_max)
    return error{errc::invalid_argument,
                 "weight " + std::to_string(value.weight) + " of " + text + " is over 1000000",
                 "weights are shares: 1 and 2 do what 1000000 and 2000000 do", "weight"};
  value.address = ip_address{*canonical};
  return value;
}

} // namespace warmfront
