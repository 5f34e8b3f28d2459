// What the tests of lanes share: a small world of one lane or two, and a disk that answers loads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "actors/delivery/lanes.hpp"
#include "tests/actors/delivery/delivery_items.hpp"

namespace warmfront::testing {

inline const auto triggered = make_lane(mail_class::triggered);
inline const auto batch = make_lane(mail_class::batch);
inline const auto noon = manual_clock{}.wall_now();
inline const lane_closure exhausted{lane_closure::cause::exhausted, ledger_subject{"192.0.2.1"},
                                    noon + seconds{60}};

/// Limits that a few entries reach.
inline lane_limits small() {
  lane_limits limits;
  limits.window_entries = 4;
  limits.window_octets = 1000;
  limits.destination_in_hand_max = 3;
  limits.blocked_after = milliseconds{100};
  return limits;
}

inline std::vector<std::uint64_t> sequences(const std::vector<delivery_item>& items) {
  std::vector<std::uint64_t> found;
  for (const auto& item : items)
    found.push_back(item.position->sequence);
  return found;
}

/// Answers a load with what a disk would hold: all of [from, before) but the ones that are gone.
inline std::vector<delivery_item> read_wanted(const lanes& queue, const lane_load& piece,
                                              const std::string& recipient = "r@b.example",
                                              std::size_t octets = 10) {
  std::vector<delivery_item> items;
  const auto end = std::min(piece.before, piece.from + piece.limit);
  for (auto sequence = piece.from; sequence < end; ++sequence)
    if (queue.wants(piece, sequence))
      items.push_back(make_item(piece.where, sequence, recipient, octets));
  return items;
}

inline void load(lanes& queue, const lane_load& piece, const std::string& recipient = "r@b.example",
                 std::size_t octets = 10) {
  queue.loaded(piece, read_wanted(queue, piece, recipient, octets),
               std::min(piece.before, piece.from + piece.limit));
}

using numbers = std::vector<std::uint64_t>;

} // namespace warmfront::testing
