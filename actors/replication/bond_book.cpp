#include "actors/replication/bond_book.hpp"

#include <algorithm>

#include "storage/formats/peer.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t schema = 1;

std::optional<std::pair<std::string, std::string>> parse_key(std::string_view key) {
  if (!key.starts_with(bond_prefix))
    return std::nullopt;
  key.remove_prefix(bond_prefix.size());
  const auto slash = key.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == key.size())
    return std::nullopt;
  return std::pair{std::string{key.substr(0, slash)}, std::string{key.substr(slash + 1)}};
}

} // namespace

bool bond::is_adopted(std::uint32_t of) const {
  return std::ranges::find(adopted, of) != adopted.end();
}

std::string bond_key(const node_name& primary, const node_name& holder) {
  return std::string{bond_prefix} + primary.str() + "/" + holder.str();
}

std::string encode(const bond& value) {
  formats::bond_record record;
  record.set_schema(schema);
  record.set_number(value.number);
  for (const auto each : value.adopted)
    record.add_adopted(each);
  return record.SerializeAsString();
}

result<bond> decode_bond(std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::bond_record>(octets, schema, "a bond"));
  return bond{record.number(), {record.adopted().begin(), record.adopted().end()}};
}

result<void> bond_book::load(const storage::control_snapshot& all) {
  bonds_.clear();
  auto outcome = success();
  for (const auto& record : all.records)
    if (auto applied = apply({record, false}); !applied)
      outcome = applied;
  return outcome;
}

result<void> bond_book::apply(const storage::control_event& event) {
  const auto key = parse_key(event.record.key);
  if (!key)
    return error{errc::storage_corrupt, "read `" + event.record.key + "`: not a bond's key", {}};
  if (event.deleted) {
    bonds_.erase(*key);
    return success();
  }
  WARMFRONT_TRY(value, decode_bond(event.record.value));
  bonds_[*key] = {std::move(value), event.record.modified};
  return success();
}

const bond_book::entry& bond_book::entry_of(const node_name& primary,
                                            const node_name& holder) const {
  static const entry none;
  const auto found = bonds_.find({primary.str(), holder.str()});
  return found == bonds_.end() ? none : found->second;
}

const bond& bond_book::find(const node_name& primary, const node_name& holder) const {
  return entry_of(primary, holder).value;
}

storage::control_transaction bond_book::next(const node_name& primary,
                                             const node_name& holder) const {
  const auto& present = entry_of(primary, holder);
  auto changed = present.value;
  ++changed.number;
  const auto key = bond_key(primary, holder);
  return {{{key, present.at}}, {{key, encode(changed)}}};
}

storage::control_transaction
bond_book::adopt(const node_name& primary, const node_name& holder,
                 const storage::control_transaction::comparison& dead) const {
  const auto& present = entry_of(primary, holder);
  if (present.value.number == 0)
    return {};
  auto changed = present.value;
  changed.adopted.push_back(changed.number);
  ++changed.number;
  const auto key = bond_key(primary, holder);
  return {{{key, present.at}, dead}, {{key, encode(changed)}}};
}

} // namespace warmfront
