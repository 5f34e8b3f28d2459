#include "actors/cluster/membership.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

namespace warmfront {

namespace {

using namespace membership_action;
using namespace std::chrono_literals;

constexpr milliseconds retry_first{100};
constexpr std::uint32_t doublings_max = 4;
constexpr int keeps_per_lease = 3;

error name_taken(const node_name& self, const std::string& why, std::string remedy) {
  return {errc::already_exists, "join the cluster as `" + self.str() + "`: " + why,
          std::move(remedy), "node.name"};
}

error is_removed(const node_name& self) {
  return {errc::refused, "join the cluster as `" + self.str() + "`: this node has been removed",
          "give the node another name, or forget the removed one first", "node.name"};
}

error has_another_key(const node_name& self) {
  return name_taken(self, "the name is registered with another key",
                    "use the key that was registered, or another name");
}

bool is_in_service(node_state state) {
  return state == node_state::active || state == node_state::draining;
}

} // namespace

void membership_request::failed(steady_time now) {
  not_before_ = now + retry_first * (1 << std::min(failures_, doublings_max));
  ++failures_;
}

membership::membership(membership_settings settings)
    : settings_{std::move(settings)}, settled_epoch_{settings_.settled_epoch} {
  assert(!settings_.self.empty() && !settings_.instance.empty());
  assert(settings_.takeover_after.count() > 0);
  if (settings_.alone)
    act(extend_fence{steady_time::max()});
}

result<void> membership::load(record_group group, const storage::control_snapshot& all,
                              moment now) {
  auto outcome = book_.load(group, all);
  dirty_ = true;
  advance(now);
  return outcome;
}

result<void> membership::apply(record_group group, const storage::control_event& event,
                               moment now) {
  auto outcome = book_.apply(group, event);
  dirty_ = true;
  advance(now);
  return outcome;
}

void membership::tick(moment now) {
  advance(now);
}

std::vector<member_action> membership::take_actions() {
  return std::exchange(actions_, {});
}

void membership::advance(moment now) {
  if (out_ || !book_.is_loaded())
    return;
  expire_requests(now);
  look_at_self();
  if (!out_ && !is_joined() && check_admission(now))
    enter(now);
  if (out_)
    return;
  keep(now);
  if (is_joined())
    refresh(now);
  look_at_peers(now);
  declare(now);
  tell();
}

milliseconds membership::patience() const {
  return std::clamp<milliseconds>(settings_.takeover_after / 6, 500ms, 5s);
}

void membership::expire_requests(moment now) {
  if (lease_request_.is_late(now.steady, patience())) {
    lease_request_.give_up();
    lease_request_.failed(now.steady);
  }
  if (entry_.is_late(now.steady, patience())) {
    entry_.give_up();
    entry_failed(now);
  }
  if (declaration_.is_late(now.steady, patience())) {
    declaration_.give_up();
    declaration_.failed(now.steady);
    act(read_again{});
  }
}

/// What has been seen since this node became a member may say that it is one no more. What is older
/// than that says nothing.
void membership::look_at_self() {
  const auto* const me = book_.find(settings_.self);
  const auto* const sign = book_.find_life(settings_.self);
  if (!is_joined()) {
    // The answer was lost, but it happened.
    if (sign != nullptr && lease_ != 0 && sign->lease == lease_)
      became_member(sign->record.epoch, sign->modified);
    return;
  }
  if (book_.seen(record_group::nodes) >= joined_at_ && me == nullptr)
    return turn_away(is_removed(settings_.self));
  if (me != nullptr && me->record && me->modified > joined_at_) {
    const auto& record = me->record.value();
    if (record.state == node_state::removed)
      return turn_away(is_removed(settings_.self));
    if (!is_in_service(record.state) || record.epoch != epoch_)
      return lose_lease();
  }
  if (settings_.alone || book_.seen(record_group::lives) < joined_at_)
    return;
  if (sign == nullptr)
    lose_lease();
  else if (sign->lease != lease_)
    turn_away(name_taken(settings_.self, "another process has taken its place",
                         "run one node under one name, each with its own data directory"));
}

bool membership::check_admission(moment now) {
  const auto* const me = book_.find(settings_.self);
  if (me != nullptr) {
    if (!me->record) {
      turn_away(me->record.error());
      return false;
    }
    const auto& record = me->record.value();
    if (record.state == node_state::removed) {
      turn_away(is_removed(settings_.self));
      return false;
    }
    if (!settings_.alone && !record.key_fingerprint.empty() &&
        record.key_fingerprint != settings_.key_fingerprint) {
      turn_away(has_another_key(settings_.self));
      return false;
    }
  }
  const auto* const sign = book_.find_life(settings_.self);
  if (settings_.alone || sign == nullptr || sign->record.instance == settings_.instance) {
    foreign_since_.reset();
    return true;
  }
  // Left by a process with another data directory: its lease has to run out.
  if (!foreign_since_)
    foreign_since_ = now.steady;
  if (now.steady >= *foreign_since_ + settings_.takeover_after * 5 / 4 + 2s)
    turn_away(name_taken(settings_.self, "a node of this name is running elsewhere",
                         "stop the other one, or give this one another name"));
  return false;
}

void membership::enter(moment now) {
  const auto* const me = book_.find(settings_.self);
  if (settings_.alone && me != nullptr && is_in_service(me->record.value().state))
    return became_member(me->record.value().epoch, me->modified);
  if (!settings_.alone && lease_ == 0) {
    if (!lease_request_.is_ready(now.steady))
      return;
    lease_request_.begin(++last_ticket_, now.steady);
    return act(grant_lease{last_ticket_, settings_.takeover_after});
  }
  if (!entry_.is_ready(now.steady))
    return;
  auto what = me == nullptr ? build_registration(now.wall) : build_return(now.wall);
  if (!what)
    return turn_away(what.error());
  entry_.begin(++last_ticket_, now.steady);
  entry_purpose_ = purpose::enter;
  act(transact{last_ticket_, std::move(what).value()});
}

result<storage::control_transaction> membership::build_registration(wall_time now) {
  if (book_.last_number() == std::numeric_limits<std::uint16_t>::max())
    return error{errc::limit_exceeded,
                 "register node `" + settings_.self.str() +
                     "`: all 65535 node numbers have been given out",
                 {}};
  node_record record;
  record.number = static_cast<std::uint16_t>(book_.last_number() + 1);
  record.address = settings_.address;
  record.key_fingerprint = settings_.key_fingerprint;
  record.registered_at = record.changed_at = now;
  entry_epoch_ = record.epoch;
  storage::control_transaction what;
  what.when.push_back({node_key(settings_.self), 0});
  what.when.push_back({std::string{last_node_number_key}, book_.last_number_modified()});
  what.then.push_back({node_key(settings_.self), encode(record)});
  what.then.push_back({std::string{last_node_number_key}, encode_node_number(record.number)});
  add_life(what);
  return what;
}

storage::control_transaction membership::build_return(wall_time now) {
  const auto& me = *book_.find(settings_.self);
  auto record = me.record.value();
  storage::control_transaction what;
  what.when.push_back({node_key(settings_.self), me.modified});
  if (!is_in_service(record.state)) {
    record.state = record.drain_requested ? node_state::draining : node_state::active;
    record.ended = false;
    record.changed_at = now;
    ++record.epoch;
    what.then.push_back({node_key(settings_.self), encode(record)});
  }
  entry_epoch_ = record.epoch;
  add_life(what);
  return what;
}

void membership::add_life(storage::control_transaction& to) const {
  if (settings_.alone)
    return;
  const auto* const sign = book_.find_life(settings_.self);
  to.when.push_back({life_key(settings_.self), sign == nullptr ? 0 : sign->modified});
  to.then.push_back(
      {life_key(settings_.self), encode(node_life{entry_epoch_, settings_.instance}), lease_});
}

void membership::keep(moment now) {
  if (lease_ == 0 || !lease_request_.is_ready(now.steady) ||
      now.steady < lease_renewed_ + settings_.takeover_after / keeps_per_lease)
    return;
  lease_request_.begin(++last_ticket_, now.steady);
  act(keep_lease{last_ticket_, lease_});
}

/// Brings the record up to date with what this process knows better.
void membership::refresh(moment now) {
  const auto* const me = book_.find(settings_.self);
  if (me == nullptr || !me->record || !entry_.is_ready(now.steady) ||
      book_.seen(record_group::nodes) < std::max(refreshed_at_, me->modified))
    return;
  auto record = me->record.value();
  record.address = settings_.address;
  record.key_fingerprint = settings_.key_fingerprint;
  record.drained = drained_ && record.state == node_state::draining;
  if (record == me->record.value() || record.epoch != epoch_)
    return;
  storage::control_transaction what;
  what.when.push_back({node_key(settings_.self), me->modified});
  what.then.push_back({node_key(settings_.self), encode(record)});
  entry_.begin(++last_ticket_, now.steady);
  entry_purpose_ = purpose::refresh;
  act(transact{last_ticket_, std::move(what)});
}

void membership::transacted(ticket number, const result<storage::transaction_outcome>& outcome,
                            moment now) {
  const bool applied = outcome && outcome.value().applied;
  if (declaration_.end(number)) {
    declaration_answered(applied, now);
  } else if (entry_.end(number)) {
    if (applied && entry_purpose_ == purpose::refresh) {
      refreshed_at_ = outcome.value().at;
      entry_.succeeded();
    } else if (applied && !is_joined()) {
      entry_.succeeded();
      became_member(entry_epoch_, outcome.value().at);
    } else if (!applied) {
      if (!outcome && outcome.error().code == errc::not_found)
        lose_lease();
      entry_failed(now);
    }
  }
  advance(now);
}

void membership::entry_failed(moment now) {
  entry_.failed(now.steady);
  act(read_again{});
}

void membership::granted(ticket number, const result<storage::lease_id>& lease, moment now) {
  if (!lease_request_.end(number)) {
    if (lease)
      act(revoke_lease{lease.value()}); // too late to be of use
    return;
  }
  if (lease) {
    lease_ = lease.value();
    lease_renewed_ = lease_request_.sent();
    lease_request_.succeeded();
  } else {
    lease_request_.failed(now.steady);
  }
  advance(now);
}

void membership::kept(ticket number, const result<void>& outcome, moment now) {
  if (out_ || !lease_request_.end(number))
    return;
  if (outcome) {
    lease_renewed_ = lease_request_.sent();
    lease_request_.succeeded();
    open_fence();
  } else if (outcome.error().code == errc::not_found) {
    lose_lease();
  } else {
    lease_request_.failed(now.steady);
  }
  advance(now);
}

void membership::became_member(std::uint64_t epoch, storage::revision at) {
  entry_.give_up();
  joined_at_ = at;
  epoch_ = epoch;
  dirty_ = true;
  act(joined{epoch});
  if (!settings_.alone && settled_epoch_ != epoch && settling_ != epoch) {
    settling_ = epoch;
    act(settle_data{settled_epoch_, epoch});
  }
  open_fence();
}

void membership::epoch_settled(std::uint64_t epoch, moment now) {
  settled_epoch_ = std::max(settled_epoch_, epoch);
  if (out_)
    return;
  open_fence();
  advance(now);
}

void membership::open_fence() {
  if (settings_.alone || !is_joined() || settled_epoch_ != epoch_)
    return;
  act(extend_fence{lease_renewed_ + settings_.takeover_after - settings_.takeover_after / 10,
                   lease_renewed_});
}

void membership::lose_lease() {
  if (settings_.alone)
    return;
  act(close_fence{});
  joined_at_ = 0;
  lease_ = 0;
  lease_request_.give_up();
  entry_.give_up();
  dirty_ = true;
}

/// The lease is left to run out: it covers what this process is in the middle of.
void membership::turn_away(error why) {
  act(close_fence{});
  out_ = true;
  joined_at_ = 0;
  act(refuse{std::move(why)});
}

void membership::set_drained(bool drained, moment now) {
  drained_ = drained;
  advance(now);
}

void membership::leave() {
  act(close_fence{});
  out_ = true;
  joined_at_ = 0;
}

} // namespace warmfront
