// What a member decides about the others.
#include <algorithm>
#include <utility>

#include "actors/cluster/membership.hpp"
#include "actors/cluster/node_commands.hpp"

namespace warmfront {

namespace {

using namespace membership_action;

/// One after the other, so that mostly one transaction declares a death and not one of each peer.
constexpr milliseconds rank_step{200};
constexpr std::size_t rank_max = 5;
constexpr milliseconds look_again_after{300};

} // namespace

bool membership::is_silent(const node_name& name, const node_record& record) const {
  return !record.ended && record.state != node_state::dead && book_.find_life(name) == nullptr;
}

std::size_t membership::rank_among_living(const node_name& without) const {
  std::size_t rank = 0;
  for (const auto& [name, entry] : book_.nodes())
    if (name < settings_.self && name != without && book_.find_life(name) != nullptr)
      ++rank;
  return std::min(rank, rank_max);
}

/// A node that was seen alive has been silent for a whole lease when its sign of life goes. One
/// that was not gets that time from now: after a power cut all nodes start, one of them first.
void membership::look_at_peers(moment now) {
  if (!dirty_ || settings_.alone)
    return;
  std::erase_if(peers_, [this](const auto& each) { return book_.find(each.first) == nullptr; });
  for (const auto& [name, entry] : book_.nodes()) {
    if (!entry.record)
      peers_.erase(name);
    if (name == settings_.self || !entry.record)
      continue;
    const auto& record = entry.record.value();
    auto& peer = peers_[name];
    if (peer.epoch != record.epoch)
      peer = {record.epoch, false, std::nullopt};
    if (!is_silent(name, record)) {
      peer.was_alive = peer.was_alive || book_.is_alive(name);
      peer.declare_at.reset();
    } else if (!peer.declare_at) {
      const auto grace = peer.was_alive ? milliseconds{0} : settings_.takeover_after;
      peer.declare_at = now.steady + grace + rank_step * static_cast<int>(rank_among_living(name));
    }
  }
}

void membership::declare(moment now) {
  if (settings_.alone || !is_joined() || !declaration_.is_ready(now.steady))
    return;
  for (const auto& [name, peer] : peers_) {
    if (!peer.declare_at || *peer.declare_at > now.steady)
      continue;
    declaring_ = name;
    declaration_.begin(++last_ticket_, now.steady);
    return act(transact{last_ticket_, build_declaration(book_, name, now.wall)});
  }
}

void membership::declaration_answered(bool applied, moment now) {
  const auto peer = peers_.find(declaring_);
  if (peer != peers_.end() && peer->second.declare_at)
    peer->second.declare_at = now.steady + look_again_after; // until its record is seen changed
  if (applied) {
    declaration_.succeeded();
    act(declared_dead{declaring_});
    return;
  }
  declaration_.failed(now.steady);
  act(read_again{});
}

void membership::tell() {
  if (!std::exchange(dirty_, false))
    return;
  auto now = book_.members(settings_.self);
  if (settings_.alone) {
    std::erase_if(now, [](const member& each) { return !each.self; });
    for (auto& each : now)
      each.alive = true;
  }
  if (now == members_)
    return;
  members_ = std::move(now);
  act(tell_members{});
}

std::optional<member> membership::self() const {
  const auto found =
      std::find_if(members_.begin(), members_.end(), [](const member& each) { return each.self; });
  return found == members_.end() ? std::nullopt : std::optional{*found};
}

} // namespace warmfront
