// How lanes stand: for reports, and for those who must not disturb what is in hand.

#include <algorithm>

#include "actors/delivery/lanes.hpp"

namespace warmfront {

bool lanes::in_hand(const storage::lane_position& position) const {
  const auto found = lanes_.find(position.where);
  return found != lanes_.end() && found->second->in_hand.contains(position.sequence);
}

bool lanes::has_arrived(const storage::lane_position& position) const {
  const auto found = lanes_.find(position.where);
  return found != lanes_.end() && position.sequence < found->second->tail;
}

bool lanes::congested(const std::string& destination) const {
  const auto found = destinations_.find(destination);
  return found != destinations_.end() && congested(*found->second);
}

// A few large mails for a slow destination must not take the place of everybody else.
bool lanes::congested(const destination_state& destination) const {
  return destination.in_hand >= limits_.destination_in_hand_max ||
         destination.in_hand_octets >= limits_.in_hand_octets / 4;
}

std::optional<wall_time> lanes::next_opening() const {
  std::optional<wall_time> earliest;
  for (const auto& [where, lane] : lanes_)
    if (lane->closed && lane->closed->why == lane_closure::cause::exhausted &&
        (!earliest || lane->closed->until < *earliest))
      earliest = lane->closed->until;
  return earliest;
}

std::optional<lane_status> lanes::status(const storage::lane& where) const {
  const auto found = lanes_.find(where);
  if (found == lanes_.end())
    return std::nullopt;
  const auto& lane = *found->second;
  lane_status status{lane.where, 0, lane.next_load, lane.closed, holds(where.task)};
  for (const auto& [name, which] : lane.slots)
    status.front = std::min(status.front, which->items.front().position->sequence);
  status.waiting = lane.tail - status.front;
  return status;
}

std::vector<lane_status> lanes::statuses() const {
  std::vector<lane_status> all;
  for (const auto& [where, lane] : lanes_)
    all.push_back(*status(where));
  return all;
}

} // namespace warmfront
