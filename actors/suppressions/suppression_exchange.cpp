#include "actors/suppressions/suppression_exchange.hpp"

#include <algorithm>
#include <utility>

namespace warmfront {

suppression_exchange::suppression_exchange(suppression_effects& effects,
                                           suppression_exchange_settings settings)
    : effects_{effects}, settings_{settings} {}

void suppression_exchange::set_members(const std::vector<member>& members) {
  knows_members_ = true;
  members_.clear();
  alive_.clear();
  for (const auto& each : members)
    if (!each.self && !each.ended && each.state == node_state::active) {
      members_.insert(each.name);
      if (each.alive)
        alive_.insert(each.name);
    }
  answer_copied();
}

void suppression_exchange::joined(const node_name& name) {
  peers_[name] = {};
  std::erase_if(pulls_, [&](const auto& each) {
    return each.second.from == name && !each.second.is_applying;
  });
  tell(name);
}

void suppression_exchange::lost(const node_name& name) {
  peers_.erase(name);
  std::erase_if(pulls_, [&](const auto& each) {
    return each.second.from == name && !each.second.is_applying;
  });
  pull_all();
  answer_copied();
}

void suppression_exchange::tick() {
  const auto now = effects_.steady_now();
  std::erase_if(pulls_, [this, now](const auto& each) {
    const auto& [origin, what] = each;
    if (what.is_applying || what.until > now)
      return false;
    // Until it says again that it has them, others are asked.
    if (const auto silent = peers_.find(what.from); silent != peers_.end())
      silent->second.has.erase(origin);
    return true;
  });
  if (now >= next_tell_)
    tell_all();
  pull_all();
  answer_copied();
}

void suppression_exchange::changed() {
  if (const auto mine = own(effects_.facts().origin); mine != std::exchange(told_own_, mine))
    tell_all();
}

std::uint64_t suppression_exchange::own(std::uint64_t origin) const {
  const auto& vector = effects_.facts().vector;
  const auto found = vector.find(origin);
  return found == vector.end() ? 0 : found->second;
}

bool suppression_exchange::has_holders() const {
  return std::ranges::any_of(peers_,
                             [&](const auto& each) { return members_.contains(each.first); });
}

bool suppression_exchange::is_complete() const {
  bool knows_any = false;
  for (const auto& [name, its] : peers_) {
    if (!its.has_told)
      continue;
    knows_any = true;
    if (std::ranges::all_of(its.has,
                            [&](const auto& each) { return own(each.first) >= each.second; }))
      return true;
  }
  return !knows_any && knows_members_ && alive_.empty();
}

std::uint64_t suppression_exchange::behind() const {
  storage::suppression_vector furthest;
  for (const auto& [name, its] : peers_)
    for (const auto& [origin, sequence] : its.has)
      furthest[origin] = std::max(furthest[origin], sequence);
  std::uint64_t sum = 0;
  for (const auto& [origin, sequence] : furthest)
    sum += sequence - std::min(sequence, own(origin));
  return sum;
}

// ---- telling --------------------------------------------------------------------------------

void suppression_exchange::tell(const node_name& to) {
  effects_.send(to, encode(effects_.facts().vector));
}

void suppression_exchange::tell_all() {
  next_tell_ = effects_.steady_now() + settings_.tell_every;
  for (const auto& [name, its] : peers_)
    tell(name);
}

void suppression_exchange::when_copied(std::uint64_t sequence, copied then) {
  waiting what{effects_.facts().origin, sequence, effects_.steady_now() + settings_.copy_within,
               std::move(then)};
  if (is_copied(what))
    return what.then(true);
  if (!has_holders())
    return what.then(false);
  waiting_.push_back(std::move(what));
}

bool suppression_exchange::is_copied(const waiting& what) const {
  return std::ranges::any_of(peers_, [&](const auto& each) {
    const auto found = each.second.has.find(what.origin);
    return members_.contains(each.first) && found != each.second.has.end() &&
           found->second >= what.sequence;
  });
}

void suppression_exchange::answer_copied() {
  const auto now = effects_.steady_now();
  const bool none = !has_holders();
  std::vector<std::pair<copied, bool>> answers;
  std::erase_if(waiting_, [&](waiting& each) {
    const bool has_copy = is_copied(each);
    if (!has_copy && !none && now < each.until)
      return false;
    answers.emplace_back(std::move(each.then), has_copy);
    return true;
  });
  for (const auto& [then, has_copy] : answers)
    then(has_copy);
}

// ---- asking ---------------------------------------------------------------------------------

void suppression_exchange::pull_all() {
  for (const auto& [name, its] : peers_)
    for (const auto& [origin, sequence] : its.has)
      if (sequence > own(origin) && !pulls_.contains(origin))
        pull_from(name, origin);
}

void suppression_exchange::pull_from(const node_name& from, std::uint64_t origin) {
  const auto number = ++last_number_;
  pulls_[origin] = {from, number, effects_.steady_now() + settings_.answer_within, false};
  effects_.send(from, encode(suppression_question{number, origin, own(origin)}));
}

result<void> suppression_exchange::received(const node_name& from, const peer_frame& frame) {
  if (!peers_.contains(from))
    return success(); // of a session that has ended
  switch (static_cast<suppression_frame>(frame.kind)) {
  case suppression_frame::vector: {
    WARMFRONT_TRY(value, decode_suppression_vector(frame.octets));
    on_vector(from, std::move(value));
    return success();
  }
  case suppression_frame::ask: {
    WARMFRONT_TRY(value, decode_suppression_question(frame.octets));
    on_question(from, value);
    return success();
  }
  case suppression_frame::changes: {
    WARMFRONT_TRY(value, decode_suppression_changes(frame.octets));
    on_changes(from, std::move(value));
    return success();
  }
  }
  return success(); // of a later release
}

void suppression_exchange::on_vector(const node_name& from, storage::suppression_vector value) {
  const auto mine = effects_.facts().origin;
  if (const auto found = value.find(mine); found != value.end() && found->second > own(mine))
    effects_.change_origin();
  auto& its = peers_[from];
  its.has_told = true;
  its.has = std::move(value);
  pull_all();
  answer_copied();
}

void suppression_exchange::on_question(const node_name& from, const suppression_question& what) {
  auto found = effects_.read(what.origin, what.after);
  // Who cannot read says nothing: after some time the other one asks somebody else.
  if (found)
    effects_.send(from, encode(numbered_suppressions{what.number, std::move(found).value()}));
}

void suppression_exchange::on_changes(const node_name& from, numbered_suppressions value) {
  const auto origin = value.what.origin;
  const auto at = pulls_.find(origin);
  if (at == pulls_.end() || at->second.number != value.number || at->second.from != from ||
      at->second.is_applying || value.what.after != own(origin))
    return;
  if (value.what.up_to == value.what.after) { // it has no more than this node
    pulls_.erase(at);
    peers_[from].has[origin] = value.what.up_to;
    return pull_all();
  }
  at->second.is_applying = true;
  effects_.apply(std::move(value.what), [this, origin, number = value.number](bool durable) {
    applied(origin, number, durable);
  });
}

void suppression_exchange::applied(std::uint64_t origin, std::uint64_t number, bool durable) {
  const auto at = pulls_.find(origin);
  if (at == pulls_.end() || at->second.number != number)
    return;
  if (!durable) {
    // Tried again after a while.
    at->second.is_applying = false;
    at->second.until = effects_.steady_now() + settings_.answer_within;
    return;
  }
  const auto from = at->second.from;
  pulls_.erase(at);
  if (peers_.contains(from))
    tell(from); // it may wait for a copy
  // The same peer first: it has this part in its memory.
  const auto known = peers_.find(from);
  if (known != peers_.end()) {
    const auto has = known->second.has.find(origin);
    if (has != known->second.has.end() && has->second > own(origin))
      pull_from(from, origin);
  }
  pull_all();
}

} // namespace warmfront
