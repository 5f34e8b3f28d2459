#include "actors/replication/replication.hpp"

#include <algorithm>
#include <utility>

#include "actors/replication/peer_codec.hpp"

namespace warmfront {

replication::replication(replication_config config, replication_effects& effects)
    : config_{std::move(config)}, effects_{effects},
      // An answer to a frame of an earlier life must not pass for one of this life.
      next_number_{1 + static_cast<std::uint64_t>(effects.steady_now().time_since_epoch() /
                                                  std::chrono::nanoseconds{1})} {}

// ---- what is so ---------------------------------------------------------------------------

void replication::set_members(const std::vector<replication_member>& members) {
  for (const auto& each : members) {
    if (each.name == config_.self) {
      drains_ = each.is_draining;
      continue;
    }
    auto& known = peers_[each.name.str()];
    if (!known.connected && !known.lost_at)
      known.lost_at = effects_.steady_now(); // since this node has started at least
    known.to_adopt = each.is_dead && (known.to_adopt || known.member.at != each.at);
    known.member = each;
    if (known.to_adopt)
      adopt(known);
    if (!each.may_hold)
      end_bond(known);
    else
      bond_if_needed(known);
  }
  tell_holders();
}

void replication::peer_joined(const node_name& name) {
  auto* const peer = find(name);
  if (peer == nullptr)
    return;
  peer->connected = true;
  peer->lost_at.reset();
  contact();
  bond_if_needed(*peer);
  tell_holders();
  catch_up(*peer);
  place_unplaced();
  if (!std::exchange(peer->checking, true))
    check_held(name, {});
}

void replication::peer_lost(const node_name& name) {
  auto* const peer = find(name);
  if (peer == nullptr)
    return;
  peer->connected = false;
  peer->lost_at = effects_.steady_now();
  forget_sent(*peer);
  tell_holders();
  check_sending();
}

void replication::contact() {
  contact_ = effects_.steady_now();
  check_sending();
}

void replication::bonds_changed() {
  for (auto& [name, peer] : peers_) {
    if (peer.to_adopt)
      adopt(peer);
    convert(peer);
    bond_if_needed(peer);
    move_copies_of(peer);
    if (peer.offering && peer.offered_bond != bonds_.find(peer.member.name, config_.self).number) {
      peer.offering = false;
      hand_over(peer);
    }
  }
  tell_holders();
  place_unplaced();
}

void replication::tick() {
  give_up_late_copies();
  const auto now = effects_.steady_now();
  for (auto& [name, peer] : peers_) {
    if (!peer.member.may_hold || peer.ending ||
        (!peer.connected && now - *peer.lost_at >= config_.bond_ends_after))
      end_bond(peer);
    bond_if_needed(peer);
    if (peer.to_adopt)
      adopt(peer);
    if (peer.convert_again && !peer.converting)
      convert(peer);
    send_queued(peer);
    if (peer.connected && peer.behind && !peer.catching_up)
      catch_up(peer);
    ask_for_parked(peer);
    hand_over(peer);
    ask_to_drop(peer);
    ask_offered(peer, {});
  }
  check_drained();
  place_unplaced();
  check_sending();
}

// These mails are accepted with one copy, or refused.
void replication::give_up_late_copies() {
  const auto now = effects_.steady_now();
  std::vector<std::shared_ptr<waiting_copies>> late;
  std::erase_if(waiting_, [&](const auto& each) {
    if (each->missing > 0 && each->until > now)
      return false;
    late.push_back(each);
    return true;
  });
  for (const auto& each : late)
    if (each->then)
      std::exchange(each->then, {})(each->kept);
}

replication::partner* replication::find(const node_name& name) {
  const auto found = peers_.find(name.str());
  return found == peers_.end() ? nullptr : &found->second;
}

replication::partner* replication::find(std::uint16_t number) {
  for (auto& [name, peer] : peers_)
    if (peer.member.number == number)
      return &peer;
  return nullptr;
}

std::optional<std::vector<message_id>>
replication::take_question(questions& open, std::uint64_t number, const partner& from) {
  const auto found = open.find(number);
  if (found == open.end() || found->second.holder != from.member.number)
    return std::nullopt;
  auto ids = std::move(found->second.ids);
  open.erase(found);
  return ids;
}

std::uint32_t replication::bond_with(const partner& holder) const {
  return bonds_.find(config_.self, holder.member.name).number;
}

void replication::bond_if_needed(partner& holder) {
  // One that drains needs a bond to give its mails up under.
  const bool may_need_one = holder.member.may_hold || holder.member.is_draining;
  if (!config_.wanted || holder.bonding || !holder.connected || !may_need_one ||
      bond_with(holder) != 0)
    return;
  holder.bonding = true;
  effects_.change(
      [this, name = holder.member.name] {
        return result<storage::control_transaction>{bonds_.find(config_.self, name).number == 0
                                                        ? bonds_.next(config_.self, name)
                                                        : storage::control_transaction{}};
      },
      [this, name = holder.member.name](const result<void>&) {
        if (auto* const peer = find(name))
          peer->bonding = false;
        tell_holders();
        place_unplaced();
      });
}

// The next bond is made before copies are moved: of two holders at most one counts.
void replication::end_bond(partner& holder) {
  const auto ends = bond_with(holder);
  if (ends == holder.ended_bond)
    holder.ending = false;
  if (holder.bonding || ends == 0 || ends == holder.ended_bond)
    return;
  holder.bonding = holder.ending = true;
  effects_.change(
      [this, name = holder.member.name, ends] {
        return result<storage::control_transaction>{bonds_.find(config_.self, name).number == ends
                                                        ? bonds_.next(config_.self, name)
                                                        : storage::control_transaction{}};
      },
      [this, name = holder.member.name](const result<void>& done) {
        auto* const peer = find(name);
        if (peer == nullptr)
          return;
        peer->bonding = false;
        if (!done)
          return; // asked again at a tick
        peer->ending = false;
        // Unless it is a holder again, and the new bond has copies already.
        const bool is_told = std::ranges::any_of(
            told_, [&](const copy_holder& each) { return each.name == peer->member.name; });
        peer->ended_bond = is_told ? 0 : bond_with(*peer);
        move_copies_of(*peer);
      });
}

void replication::tell_holders() {
  std::vector<copy_holder> holders;
  for (auto& [name, peer] : peers_)
    if (peer.connected && peer.member.may_hold && bond_with(peer) != 0) {
      holders.push_back({peer.member.name, {peer.member.number, bond_with(peer)}});
      peer.ended_bond = 0;
    }
  if (holders == told_)
    return;
  told_ = holders;
  effects_.holders_changed(std::move(holders));
}

// A node that hears of nobody may be the one that is cut off: then its copies will be adopted, and
// whatever it sends now would be sent again.
void replication::check_sending() {
  std::size_t unconfirmed = 0;
  bool any_connected = false;
  std::optional<steady_time> last_lost;
  for (const auto& [name, peer] : peers_) {
    any_connected = any_connected || peer.connected;
    if (peer.connected)
      unconfirmed += peer.unconfirmed.size();
    else if (peer.lost_at)
      last_lost = std::max(*peer.lost_at, last_lost.value_or(*peer.lost_at));
  }
  const bool cut_off = !any_connected && last_lost && (!contact_ || *contact_ <= *last_lost);
  const bool unheard =
      !progress_.empty() &&
      effects_.steady_now() - std::max(progress_.begin()->second.at, heard_) > config_.unheard_max;
  const auto most = allowed_ ? config_.unconfirmed_max : config_.unconfirmed_max / 2;
  const bool allowed = !cut_off && !unheard && unconfirmed <= most;
  if (allowed != std::exchange(allowed_, allowed))
    effects_.allow_sending(allowed);
}

// ---- frames -------------------------------------------------------------------------------

result<void> replication::received(const node_name& name, std::uint16_t kind,
                                   const std::string& octets) {
  auto* const from = find(name);
  if (from == nullptr)
    return success(); // no member any more
  heard_ = effects_.steady_now();
  if (!allowed_)
    check_sending();
  switch (static_cast<replica_frame>(kind)) {
  case replica_frame::keep_copies:
    return keep_copies(*from, octets);
  case replica_frame::copies_kept:
    return copies_kept(*from, octets);
  case replica_frame::keep_progress:
    return keep_progress(*from, octets);
  case replica_frame::progress_kept:
    return progress_kept(*from, octets);
  case replica_frame::ask_known:
    return answer(name, octets, replica_frame::known, &copy_reader::is_copied_to);
  case replica_frame::known:
    return known_told(*from, octets);
  case replica_frame::ask_adopted:
    return answer(name, octets, replica_frame::adopted, &copy_reader::has_adopted);
  case replica_frame::adopted:
    return adopted_told(*from, octets);
  case replica_frame::offer:
    return take(*from, octets);
  case replica_frame::taken:
    return taken_told(*from, octets);
  case replica_frame::drop_copies:
    return drop_copies(*from, octets);
  case replica_frame::dropped:
    return dropped_told(*from, octets);
  case replica_frame::ask_offered:
    return answer(name, octets, replica_frame::offered, &copy_reader::is_offered_to);
  case replica_frame::offered:
    return offered_told(*from, octets);
  case replica_frame::ask_taken:
    if (from->taking)
      return success(); // it is being decided: it will be asked again
    return answer(name, octets, replica_frame::owned, &copy_reader::has_taken);
  case replica_frame::owned:
    return owned_told(*from, octets);
  }
  return success(); // a later release has more to say
}

} // namespace warmfront
