#include "actors/delivery/lanes.hpp"

#include <algorithm>
#include <cassert>
#include <tuple>
#include <utility>

namespace warmfront {

namespace {

constexpr std::size_t load_first = 50;
constexpr std::size_t load_more = 500;

std::size_t octets_of(const delivery_item& item) {
  const auto& content = item.content();
  return content ? content->size() : 0;
}

} // namespace

// Message ids begin with the time of acceptance: the lesser one has waited longer.
bool lanes::slot_order::operator()(const slot* a, const slot* b) const {
  const auto key = [](const slot* s) {
    const auto& front = s->items.front();
    return std::tuple{s->lane->where.importance, front.id(), s};
  };
  return key(a) < key(b);
}

// Closed for long: a lane that only waits for permits under way keeps its window.
bool lanes::is_shut(const lane_state& lane) const {
  return holds(lane.where.task) ||
         (lane.closed && lane.closed->why != lane_closure::cause::pending);
}

lanes::lane_state& lanes::find(const storage::lane& where) {
  auto& state = lanes_[where];
  if (!state) {
    state = std::make_unique<lane_state>();
    state->where = where;
  }
  return *state;
}

lanes::destination_state& lanes::find_destination(const std::string& name) {
  auto& state = destinations_[name];
  if (!state) {
    state = std::make_unique<destination_state>();
    state->name = name;
  }
  return *state;
}

void lanes::restore(const storage::lane& where, std::uint64_t first, std::uint64_t tail) {
  auto& lane = find(where);
  lane.next_load = first;
  lane.tail = tail;
  lane.reserved = tail;
  loadable_.insert(&lane);
}

std::uint64_t lanes::reserve(const storage::lane& where) {
  assert(where.appended_by == storage::lane::writer::delivery);
  return find(where).reserved++;
}

void lanes::appended(const storage::lane_position& position) {
  auto& lane = find(position.where);
  if (lane.next_load >= lane.tail)
    lane.next_load = position.sequence;
  lane.tail = std::max(lane.tail, position.sequence + 1);
  loadable_.insert(&lane);
}

bool lanes::arrived(delivery_item item) {
  assert(item.position);
  auto& lane = find(item.position->where);
  const auto sequence = item.position->sequence;
  if (sequence < lane.next_load || lane.in_hand.contains(sequence))
    return false; // a load was faster
  const bool all_in_memory = lane.next_load >= lane.tail;
  lane.tail = std::max(lane.tail, sequence + 1);
  const bool room = lane.window < limits_.window_entries && window_octets_ < limits_.window_octets;
  if (all_in_memory && !is_shut(lane) && room) {
    lane.next_load = sequence + 1;
    add_to_window(lane, std::move(item));
    return true;
  }
  if (all_in_memory)
    lane.next_load = sequence;
  loadable_.insert(&lane);
  return false;
}

lanes::slot& lanes::find_slot(lane_state& lane, const std::string& destination) {
  auto& place = lane.slots[destination];
  if (!place) {
    place = std::make_unique<slot>();
    place->lane = &lane;
    place->destination = &find_destination(destination);
    place->destination->slots.insert(place.get());
  }
  return *place;
}

// The place follows from the sequence number; almost always it is the end, or the front for what is
// put back. `ready_` is ordered by fronts: a slot leaves it while its front changes.
void lanes::add_to_window(lane_state& lane, delivery_item item) {
  auto& place = find_slot(lane, item.destination);
  if (place.ready) {
    ready_.erase(&place);
    place.ready = false;
  }
  ++lane.window;
  window_octets_ += octets_of(item);
  auto at = place.items.end();
  const auto sequence = item.position->sequence;
  if (!place.items.empty() && place.items.back().position->sequence > sequence)
    at = std::find_if(place.items.begin(), place.items.end(), [sequence](const auto& other) {
      return other.position->sequence > sequence;
    });
  place.items.insert(at, std::move(item));
  refresh(place);
}

// A slot's place in `ready_` depends on its front: it must be out of the set while that changes.
void lanes::refresh(slot& which) {
  const bool ready = !which.items.empty() && !which.lane->closed && !congested(*which.destination);
  if (ready == which.ready)
    return;
  if (ready)
    ready_.insert(&which);
  else
    ready_.erase(&which);
  which.ready = ready;
}

void lanes::remove_if_empty(slot& which) {
  if (!which.items.empty())
    return;
  auto* destination = which.destination;
  destination->slots.erase(&which);
  which.lane->slots.erase(destination->name);
  if (destination->slots.empty() && destination->in_hand == 0)
    destinations_.erase(std::string{destination->name});
}

bool lanes::wants_load(const lane_state& lane) const {
  return !is_shut(lane) && !lane.loading && lane.next_load < lane.tail &&
         (lane.where.destination.empty() || !congested(lane.where.destination.str())) &&
         lane.window < limits_.window_entries / 2 && window_octets_ < limits_.window_octets / 2;
}

// Triggered mail first; among equals the lane whose last turn is longest ago.
bool lanes::loads_before(const lane_state& a, const lane_state& b) {
  return std::tie(a.where.importance, a.last_load, a.where) <
         std::tie(b.where.importance, b.last_load, b.where);
}

std::optional<lane_load> lanes::next_load() {
  if (loads_ >= limits_.loads_max)
    return std::nullopt;
  lane_state* next = nullptr;
  for (auto at = loadable_.begin(); at != loadable_.end();) {
    auto& lane = **at;
    if (wants_load(lane) && (next == nullptr || loads_before(lane, *next)))
      next = &lane;
    // Lanes that are closed or read to the end come back through `reopen` and `arrived`.
    at = is_shut(lane) || (lane.next_load >= lane.tail && !lane.loading) ? loadable_.erase(at)
                                                                         : std::next(at);
  }
  if (next == nullptr)
    return std::nullopt;
  ++loads_;
  next->loading = true;
  next->last_load = ++loads_begun_;
  // The first piece is small, so that the first mail need not wait for many to be read.
  const auto room =
      std::min(limits_.window_entries - next->window, next->window == 0 ? load_first : load_more);
  return lane_load{next->where, next->next_load, next->tail, room, next->generation};
}

bool lanes::wants(const lane_load& piece, std::uint64_t sequence) const {
  const auto found = lanes_.find(piece.where);
  assert(found != lanes_.end());
  const auto& lane = *found->second;
  return !is_shut(lane) && lane.generation == piece.generation &&
         !lane.in_hand.contains(sequence) && !lane.gone.contains(sequence);
}

void lanes::loaded(const lane_load& piece, std::vector<delivery_item> items,
                   std::uint64_t read_until) {
  auto& lane = find(piece.where);
  lane.loading = false;
  --loads_;
  lane.gone.clear();
  if (is_shut(lane) || lane.generation != piece.generation)
    return; // what was read is read again later
  lane.next_load = std::max(lane.next_load, read_until);
  for (auto& item : items)
    add_to_window(lane, std::move(item));
}

// Triggered mail that is only on disk still goes ahead of batch mail in memory; but while there is
// no room to read it, the batch mail in memory has to go and make some.
bool lanes::triggered_unread() const {
  return std::any_of(loadable_.begin(), loadable_.end(), [this](const lane_state* lane) {
    return lane->where.importance == mail_class::triggered && !lane->closed && lane->window == 0 &&
           lane->next_load < lane->tail && (lane->loading || wants_load(*lane)) &&
           (lane->where.destination.empty() || !congested(lane->where.destination.str()));
  });
}

std::vector<delivery_item> lanes::take(std::size_t most) {
  std::vector<delivery_item> taken;
  while (taken.size() < most && !ready_.empty() && in_hand_octets_ < limits_.in_hand_octets) {
    auto& from = **ready_.begin();
    if (from.lane->where.importance == mail_class::batch && triggered_unread())
      break;
    ready_.erase(ready_.begin());
    from.ready = false;
    auto item = std::move(from.items.front());
    from.items.pop_front();
    --from.lane->window;
    from.lane->blocked_since.reset();
    window_octets_ -= octets_of(item);
    take_in_hand(item);
    refresh(from);
    remove_if_empty(from);
    taken.push_back(std::move(item));
  }
  return taken;
}

void lanes::take_in_hand(const delivery_item& item) {
  if (item.position)
    find(item.position->where).in_hand.insert(item.position->sequence);
  enter_hand(item);
}

void lanes::enter_hand(const delivery_item& item) {
  auto& state = find_destination(item.destination);
  const bool before = congested(state);
  const auto octets = octets_of(item);
  ++in_hand_total_;
  in_hand_octets_ += octets;
  ++state.in_hand;
  state.in_hand_octets += octets;
  if (before != congested(state))
    for (auto* which : state.slots)
      refresh(*which);
}

void lanes::leave_hand(const delivery_item& item) {
  auto& state = find_destination(item.destination);
  const bool before = congested(state);
  const auto octets = octets_of(item);
  --in_hand_total_;
  in_hand_octets_ -= octets;
  --state.in_hand;
  state.in_hand_octets -= octets;
  if (before != congested(state))
    for (auto* which : state.slots)
      refresh(*which);
  if (state.in_hand == 0 && state.slots.empty())
    destinations_.erase(item.destination);
}

void lanes::released(const delivery_item& item) {
  if (item.position) {
    auto& lane = find(item.position->where);
    lane.in_hand.erase(item.position->sequence);
    if (lane.loading)
      lane.gone.insert(item.position->sequence);
  }
  leave_hand(item);
}

void lanes::put_back(delivery_item item) {
  assert(item.position);
  auto& lane = find(item.position->where);
  const auto sequence = item.position->sequence;
  lane.in_hand.erase(sequence);
  leave_hand(item);
  if (!is_shut(lane) && sequence < lane.next_load)
    return add_to_window(lane, std::move(item));
  if (sequence < lane.next_load) {
    ++lane.generation; // a load under way began behind it
    lane.next_load = sequence;
  }
  loadable_.insert(&lane);
}

void lanes::rewind(const storage::lane& where) {
  auto& lane = find(where);
  drop_window(lane);
  loadable_.insert(&lane);
}

void lanes::drop_window(lane_state& lane) {
  ++lane.generation;
  while (!lane.slots.empty()) {
    auto& which = *lane.slots.begin()->second;
    if (which.ready) {
      ready_.erase(&which);
      which.ready = false;
    }
    for (const auto& item : which.items) {
      lane.next_load = std::min(lane.next_load, item.position->sequence);
      window_octets_ -= octets_of(item);
    }
    lane.window -= which.items.size();
    which.items.clear();
    remove_if_empty(which);
  }
}

void lanes::close(const storage::lane& where, lane_closure closure) {
  auto& lane = find(where);
  lane.closed = std::move(closure);
  if (is_shut(lane))
    return drop_window(lane);
  for (const auto& [name, which] : lane.slots)
    refresh(*which);
}

bool lanes::reopen(wall_time now, bool permits_changed) {
  bool any = false;
  for (auto& [where, lane] : lanes_) {
    if (!lane->closed)
      continue;
    const bool over =
        lane->closed->why == lane_closure::cause::exhausted && lane->closed->until <= now;
    if (!over && !permits_changed)
      continue;
    lane->closed.reset();
    for (const auto& [name, which] : lane->slots)
      refresh(*which);
    loadable_.insert(lane.get());
    any = true;
  }
  return any;
}

// Whether a lane's window keeps others from being read and nothing of it can leave.
bool lanes::blocked(const lane_state& lane) const {
  const bool full = window_octets_ >= limits_.window_octets / 2 ||
                    (lane.window >= limits_.window_entries / 2 && lane.next_load < lane.tail &&
                     lane.where.destination.empty());
  return full && lane.window > 0 && !lane.closed &&
         std::none_of(lane.slots.begin(), lane.slots.end(),
                      [](const auto& s) { return s.second->ready; });
}

std::vector<delivery_item> lanes::take_congested(steady_time now, std::size_t most) {
  std::vector<delivery_item> taken;
  for (auto& [where, lane] : lanes_) {
    if (!blocked(*lane)) {
      lane->blocked_since.reset();
      continue;
    }
    if (!lane->blocked_since)
      lane->blocked_since = now;
    if (now - *lane->blocked_since < limits_.blocked_after)
      continue;
    if (!where.destination.empty()) {
      rewind(where); // it is a lane of its own already: it waits on disk
      continue;
    }
    auto longest =
        std::max_element(lane->slots.begin(), lane->slots.end(), [](const auto& a, const auto& b) {
          return a.second->items.size() < b.second->items.size();
        });
    auto& from = *longest->second;
    while (!from.items.empty() && taken.size() < most) {
      taken.push_back(std::move(from.items.front()));
      from.items.pop_front();
      --lane->window;
      window_octets_ -= octets_of(taken.back());
      take_in_hand(taken.back());
    }
    remove_if_empty(from);
  }
  return taken;
}

} // namespace warmfront
