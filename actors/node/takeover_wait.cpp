#include "actors/node/takeover_wait.hpp"

#include <algorithm>
#include <utility>

#include "actors/cluster/node_record.hpp"
#include "actors/messages/member.hpp"
#include "actors/replication/bond_book.hpp"

namespace warmfront {

namespace {

const storage::control_record* find_record(const storage::control_snapshot& in,
                                           const std::string& key) {
  const auto found = std::ranges::find(in.records, key, &storage::control_record::key);
  return found == in.records.end() ? nullptr : &*found;
}

bool is_alive(const takeover_view& seen, const node_name& name) {
  return find_record(seen.lives, life_key(name)) != nullptr;
}

/// Whether others take what it held, or nobody could.
bool is_given_up(const takeover_view& seen, const node_name& name) {
  const auto* const record = find_record(seen.nodes, node_key(name));
  if (record == nullptr)
    return true;
  const auto known = decode_node(record->value);
  return known && (known.value().state == node_state::removed ||
                   (known.value().state == node_state::dead && !is_alive(seen, name)));
}

bool is_removed_for_good(const takeover_view& seen, const node_name& name) {
  const auto* const record = find_record(seen.nodes, node_key(name));
  const auto known = record == nullptr ? result<node_record>{error{}} : decode_node(record->value);
  return record == nullptr || (known && known.value().state == node_state::removed);
}

} // namespace

std::optional<std::string> takeover_wait::look(const takeover_view& seen, steady_time now) {
  if (!is_given_up(seen, self_)) {
    dead_since_.reset();
    return "this node's data was restored, and the cluster has not declared the lost node dead";
  }
  if (!dead_since_)
    dead_since_ = now;
  const auto* const own = find_record(seen.nodes, node_key(self_));
  const auto died_at = own == nullptr ? storage::revision{0} : own->modified;
  const auto prefix = bond_key(self_, node_name{});
  for (const auto& record : seen.bonds.records) {
    if (!record.key.starts_with(prefix))
      continue;
    const node_name holder{record.key.substr(prefix.size())};
    const auto found = decode_bond(record.value);
    if (!found || found.value().number == 0 || is_removed_for_good(seen, holder))
      continue;
    // Since the death only its holder changes a bond, and only by adopting it.
    if (record.modified > died_at && found.value().is_adopted(found.value().number - 1))
      continue;
    if (!is_alive(seen, holder)) {
      dead_since_ = now; // it is given its time when it is back
      return "node " + holder.str() + " is away, and may have copies of this node's mail";
    }
    if (now < *dead_since_ + grace_)
      return "node " + holder.str() + " may be taking over this node's mail";
  }
  return std::nullopt;
}

result<std::optional<storage::control_transaction>>
declare_self_dead(const node_name& self, const storage::control_snapshot& nodes, wall_time now) {
  const auto* const found = find_record(nodes, node_key(self));
  if (found == nullptr)
    return std::optional<storage::control_transaction>{};
  WARMFRONT_TRY(record, decode_node(found->value));
  if (record.state == node_state::dead || record.state == node_state::removed)
    return std::optional<storage::control_transaction>{};
  record.state = node_state::dead;
  record.ended = true;
  record.drained = false;
  ++record.epoch;
  record.changed_at = now;
  storage::control_transaction what;
  what.when.push_back({found->key, found->modified});
  what.when.push_back({life_key(self), 0});
  what.then.push_back({found->key, encode(record)});
  return std::optional{std::move(what)};
}

} // namespace warmfront
