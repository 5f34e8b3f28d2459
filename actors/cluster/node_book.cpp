#include "actors/cluster/node_book.hpp"

#include <algorithm>
#include <utility>

namespace warmfront {

namespace {

std::size_t index_of(record_group group) {
  return static_cast<std::size_t>(group);
}

node_name name_in(const std::string& key, std::string_view prefix) {
  return node_name{key.substr(std::min(prefix.size(), key.size()))};
}

} // namespace

result<void> node_book::load(record_group group, const storage::control_snapshot& all) {
  clear(group);
  seen_[index_of(group)] = all.at;
  result<void> outcome = success();
  for (const auto& record : all.records)
    if (auto taken = take(group, record); !taken)
      outcome = std::move(taken);
  return outcome;
}

result<void> node_book::apply(record_group group, const storage::control_event& event) {
  auto& seen = seen_[index_of(group)];
  seen = std::max(seen.value_or(0), event.record.modified);
  if (!event.deleted)
    return take(group, event.record);
  drop(group, event.record.key);
  return success();
}

bool node_book::is_loaded() const noexcept {
  return seen_[0] && seen_[1] && seen_[2];
}

storage::revision node_book::seen(record_group group) const noexcept {
  return seen_[index_of(group)].value_or(0);
}

result<void> node_book::take(record_group group, const storage::control_record& record) {
  switch (group) {
  case record_group::nodes: {
    auto decoded = decode_node(record.value);
    const node entry{std::move(decoded), record.modified};
    nodes_.insert_or_assign(name_in(record.key, node_prefix), entry);
    return entry.record ? success() : result<void>{entry.record.error()};
  }
  case record_group::lives: {
    // Unreadable or not, it is a sign of life.
    auto decoded = decode_life(record.value);
    lives_.insert_or_assign(
        name_in(record.key, life_prefix),
        life{decoded ? decoded.value() : node_life{0, {}}, record.lease, record.modified});
    return decoded ? success() : result<void>{decoded.error()};
  }
  case record_group::numbers:
    break;
  }
  if (record.key != last_node_number_key)
    return success();
  WARMFRONT_TRY(number, decode_node_number(record.value));
  last_number_ = number;
  last_number_modified_ = record.modified;
  return success();
}

void node_book::drop(record_group group, const std::string& key) {
  if (group == record_group::nodes)
    nodes_.erase(name_in(key, node_prefix));
  else if (group == record_group::lives)
    lives_.erase(name_in(key, life_prefix));
  else if (key == last_node_number_key)
    clear(group);
}

void node_book::clear(record_group group) {
  if (group == record_group::nodes)
    nodes_.clear();
  else if (group == record_group::lives)
    lives_.clear();
  else
    last_number_modified_ = last_number_ = 0;
}

const node_book::node* node_book::find(const node_name& name) const {
  const auto found = nodes_.find(name);
  return found == nodes_.end() ? nullptr : &found->second;
}

const node_book::life* node_book::find_life(const node_name& name) const {
  const auto found = lives_.find(name);
  return found == lives_.end() ? nullptr : &found->second;
}

bool node_book::is_alive(const node_name& name) const {
  const auto* const known = find(name);
  const auto* const sign = find_life(name);
  return known != nullptr && sign != nullptr && known->record &&
         known->record.value().epoch == sign->record.epoch;
}

std::vector<member> node_book::members(const node_name& self) const {
  std::vector<member> all;
  all.reserve(nodes_.size());
  for (const auto& [name, entry] : nodes_) {
    if (!entry.record)
      continue;
    const auto& record = entry.record.value();
    member one;
    one.name = name;
    one.number = record.number;
    one.address = record.address;
    one.key_fingerprint = record.key_fingerprint;
    one.epoch = record.epoch;
    one.state = record.state;
    one.alive = is_alive(name);
    one.drained = record.drained;
    one.ended = record.ended;
    one.self = name == self;
    one.registered_at = record.registered_at;
    one.changed_at = record.changed_at;
    one.revision = entry.modified;
    all.push_back(std::move(one));
  }
  return all;
}

} // namespace warmfront
