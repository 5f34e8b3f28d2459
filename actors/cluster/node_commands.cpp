#include "actors/cluster/node_commands.hpp"

#include <cassert>

namespace warmfront {

namespace {

storage::control_transaction replace(const node_name& name, storage::revision modified,
                                     const node_record& record) {
  storage::control_transaction what;
  what.when.push_back({node_key(name), modified});
  what.then.push_back({node_key(name), encode(record)});
  return what;
}

void set_state(node_record& record, node_state state, wall_time now) {
  if (record.state != state)
    record.changed_at = now;
  record.state = state;
}

/// With a sign of life the epoch goes on until that is gone: the node may act for so long.
storage::control_transaction build_removal(const node_book& book, const node_name& name,
                                           node_record record, wall_time now) {
  const auto& known = *book.find(name);
  const bool silent = book.find_life(name) == nullptr;
  set_state(record, node_state::removed, now);
  if (silent && !record.ended) {
    record.ended = true;
    ++record.epoch;
  }
  auto what = replace(name, known.modified, record);
  if (silent)
    what.when.push_back({life_key(name), 0});
  return what;
}

} // namespace

result<storage::control_transaction> build_node_change(const node_book& book,
                                                       const change_node& command, wall_time now) {
  const auto* const known = book.find(command.name);
  if (known == nullptr)
    return error{errc::not_found, "there is no node `" + command.name.str() + "`", {}, "name"};
  if (!known->record)
    return known->record.error();
  const auto& before = known->record.value();
  auto record = before;
  const bool removed = record.state == node_state::removed;
  if (command.what == node_change::forget) {
    if (!removed || !record.ended)
      return error{errc::refused, "forget node `" + command.name.str() + "`: it is not removed",
                   "remove it first", "name"};
    storage::control_transaction what;
    what.when.push_back({node_key(command.name), known->modified});
    what.then.push_back({node_key(command.name), std::nullopt});
    return what;
  }
  if (removed && command.what == node_change::remove)
    return storage::control_transaction{};
  if (removed)
    return error{errc::refused, "change node `" + command.name.str() + "`: it is removed",
                 "register a node under another name", "name"};
  if (command.what == node_change::remove) {
    const bool empty = record.state == node_state::draining && record.drained;
    if (!empty && !command.force && record.state != node_state::dead)
      return error{errc::conflict,
                   "remove node `" + command.name.str() + "`: it may still hold mail",
                   "drain it and wait until it is empty, or force the removal"};
    return build_removal(book, command.name, record, now);
  }
  record.drain_requested = command.what == node_change::drain;
  if (record.state != node_state::dead)
    set_state(record, record.drain_requested ? node_state::draining : node_state::active, now);
  record.drained = record.drained && record.state == node_state::draining;
  if (record == before)
    return storage::control_transaction{};
  return replace(command.name, known->modified, record);
}

storage::control_transaction build_declaration(const node_book& book, const node_name& name,
                                               wall_time now) {
  const auto& known = *book.find(name);
  assert(known.record && !known.record.value().ended);
  auto record = known.record.value();
  if (record.state != node_state::removed)
    set_state(record, node_state::dead, now);
  record.ended = true;
  record.drained = false;
  ++record.epoch;
  auto what = replace(name, known.modified, record);
  what.when.push_back({life_key(name), 0});
  return what;
}

} // namespace warmfront
