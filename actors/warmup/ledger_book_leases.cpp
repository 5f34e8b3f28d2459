// Who may lease what, what a node remembers of its leases, and what comes back.
#include "actors/warmup/ledger_book.hpp"

#include <algorithm>
#include <cassert>

namespace warmfront {

// ---- who may lease what -------------------------------------------------------------------

lease_share ledger_book::share_of(std::string_view subject) const {
  if (rules_.alone)
    return lease_share::all;
  const auto owner = owners_.find(std::string{subject});
  if (owner == owners_.end() || owner->second.empty())
    return lease_share::part;
  return owner->second == rules_.node ? lease_share::all : lease_share::none;
}

// A node alone has its control store beside it: nothing has to be remembered of it, and nobody else
// could use what came back.
bool ledger_book::shares_control() const {
  return !rules_.alone;
}

void ledger_book::set_owners(std::unordered_map<std::string, node_name> owners) {
  owners_ = std::move(owners);
  for (auto& each : entries_) {
    each.ledger.set_share(share_of(each.ledger.subject()));
    give_back_unowned(each);
    if (each.ledger.exists() && each.waiting)
      pump(each);
    opened(each);
  }
}

void ledger_book::set_live_nodes(std::uint32_t count) {
  assert(count > 0);
  if (count == rules_.live_nodes)
    return;
  rules_.live_nodes = count;
  for (auto& each : entries_)
    each.ledger.set_share(share_of(each.ledger.subject()));
}

// ---- what comes back ----------------------------------------------------------------------

void ledger_book::begin_give_back(entry& of) {
  of.ledger.begin_give_back();
  remember(of); // durable before the control store hears of it
}

void ledger_book::give_back_unowned(entry& of) {
  if (!settled_ && of.ledger.exists() && of.ledger.has_unused() && !of.ledger.is_giving_back() &&
      share_of(of.ledger.subject()) == lease_share::none)
    begin_give_back(of);
}

void ledger_book::give_back_idle() {
  looked_at_.resize(entries_.size());
  for (auto& each : entries_) {
    const auto& ledger = each.ledger;
    const auto before = std::exchange(looked_at_[index_of(each)], ledger.used());
    // Only what others may be short of: there is nothing left that they could lease.
    if (!settled_ && rules_.live_nodes > 1 && ledger.exists() && ledger.has_unused() &&
        ledger.used() == before && !ledger.is_giving_back() && ledger.leased() >= *ledger.limit() &&
        share_of(ledger.subject()) == lease_share::part)
      begin_give_back(each);
  }
}

void ledger_book::give_back_ended(ledger_index ledger) {
  auto& of = entries_[ledger];
  of.give_back_asked = false;
  of.ledger.give_back_ended();
  if (settled_)
    return;
  give_back_unowned(of);
  remember(of);
  if (of.waiting)
    pump(of);
}

std::vector<ledger_book::ledger_index> ledger_book::unspent() const {
  std::vector<ledger_index> ledgers;
  for (ledger_index at = 0; settled_ && shares_control() && at < entries_.size(); ++at)
    if (!entries_[at].ledger.give_back().then.empty())
      ledgers.push_back(at);
  return ledgers;
}

// ---- what is remembered -------------------------------------------------------------------

result<void> ledger_book::load_memory(std::string_view key, std::string_view value) {
  const auto subject = key.substr(std::min(key.size(), memory_prefix.size()));
  if (!key.starts_with(memory_prefix) || subject.empty())
    return error{errc::storage_corrupt, "read lease `" + std::string{key} + "`: not a key", {}};
  WARMFRONT_TRY(memory, decode_memory(value));
  auto& of = find_or_add(subject);
  of.ledger.recall(memory, find_rules(memory.record.plan));
  remembered_[index_of(of)].octets = value;
  if (const auto burnt = of.ledger.take_burnt(); burnt > 0)
    effects_.burnt.emplace_back(ledger_subject{std::string{subject}}, burnt);
  effects_.domains_changed = true;
  return success();
}

result<void> ledger_book::load_plan_memory(std::string_view key, std::string_view value) {
  if (!key.starts_with(plan_memory_prefix))
    return error{errc::storage_corrupt, "read plan `" + std::string{key} + "`: not a key", {}};
  plan_name name{std::string{key.substr(plan_memory_prefix.size())}};
  WARMFRONT_TRY(remembered_plan, decode_plan(name, value));
  // One of a time zone that this machine does not know any more grants nothing; the control store
  // brings it again, and then it is said.
  (void)keep_plan(name, remembered_plan, 0);
  return success();
}

void ledger_book::remember_later(entry& of) {
  if (!std::exchange(of.changed, true))
    changed_.push_back(index_of(of));
}

void ledger_book::remember(entry& of) {
  if (settled_ || !shares_control())
    return;
  const auto& ledger = of.ledger;
  const auto at = index_of(of);
  auto& last = remembered_[at];
  auto octets = ledger.exists() ? encode(ledger.memory()) : std::string{};
  if (octets == last.octets)
    return;
  if (octets.empty())
    effects_.memory.erase(storage::family::ledger, memory_key(ledger.subject()));
  else
    effects_.memory.put(storage::family::ledger, memory_key(ledger.subject()), octets);
  effects_.remembered.push_back({at, ++last.writes});
  last.octets = std::move(octets);
}

void ledger_book::remember_complete() {
  if (loaded_ && !settled_ && shares_control() && !std::exchange(memory_complete_, true))
    effects_.memory.put(storage::family::ledger, std::string{memory_complete_key}, {});
}

void ledger_book::memory_written(const std::vector<written_memory>& memory) {
  for (const auto& written : memory) {
    auto& of = entries_[written.ledger];
    // An earlier write says less than what the give-back begun meanwhile needs.
    const bool is_last = written.number == remembered_[written.ledger].writes;
    if (is_last && of.ledger.is_giving_back() && !std::exchange(of.give_back_asked, true))
      effects_.give_backs.push_back(written.ledger);
  }
}

void ledger_book::memory_failed(const std::vector<written_memory>& memory) {
  for (const auto& written : memory) {
    remembered_[written.ledger].octets = "?"; // not what is wanted: written again
    retries_.push_back(written.ledger);
  }
  memory_complete_ = false;
}

} // namespace warmfront
