#include "actors/webhooks/webhook_lane.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace warmfront {

namespace {

/// After so many attempts; the last one for all that follow. About 15 attempts in a day.
constexpr std::array<seconds, 8> waits{seconds{5},    seconds{30},    seconds{120},
                                       seconds{600},  seconds{1800},  seconds{3600},
                                       seconds{7200}, seconds{10'800}};

} // namespace

webhook_lane::webhook_lane(webhook_rules rules, per_stream<std::uint64_t> cursors,
                           std::size_t parked, random_source& random)
    : rules_{rules}, random_{random}, read_{cursors}, parked_{parked} {}

std::size_t webhook_lane::room(wall_time now) const noexcept {
  if (is_down())
    return now >= probe_at_ && in_flight_ == 0 ? 1 : 0;
  return rules_.in_flight_max - std::min(in_flight_, rules_.in_flight_max);
}

bool webhook_lane::wants_more(wall_time now) const noexcept {
  const auto ahead = is_down() ? 1 : rules_.read_ahead;
  // Each event held may have to be parked.
  return room(now) > 0 && held() < ahead && parked_ + held() < rules_.parked_max;
}

std::uint64_t webhook_lane::next_of(storage::event_stream stream) const {
  return read_.at(index_of(stream)) + 1;
}

void webhook_lane::read_until(storage::event_stream stream, std::uint64_t number) {
  auto& read = read_.at(index_of(stream));
  read = std::max(read, number - 1);
}

void webhook_lane::take(logged_event event, storage::event_stream stream) {
  read_until(stream, event.number + 1);
  open_.at(index_of(stream)).insert(event.number);
  ready_.push_back(
      {std::move(event.value), storage::event_position{stream, event.number}, {}, 0, {}});
}

std::uint64_t webhook_lane::cursor(storage::event_stream stream) const {
  const auto& open = open_.at(index_of(stream));
  return open.empty() ? read_.at(index_of(stream)) : *open.begin() - 1;
}

bool webhook_lane::is_hopeless(const mail_event& event, wall_time now) const noexcept {
  const auto age = now - event.at;
  return age > rules_.forget_after || (is_down() && age > rules_.give_up_after);
}

std::optional<webhook_item> webhook_lane::begin_next(wall_time now) {
  if (ready_.empty() || room(now) == 0)
    return std::nullopt;
  auto next = std::move(ready_.front());
  ready_.pop_front();
  next.since = now;
  ++in_flight_;
  return next;
}

std::size_t webhook_lane::room_for_parked(wall_time now) const noexcept {
  const auto all = room(now);
  if (ready_.empty() || is_down())
    return all;
  const auto half = rules_.in_flight_max / 2;
  return std::min(all, half - std::min(half, parked_in_flight_));
}

wall_time webhook_lane::parked_until(wall_time now) const noexcept {
  return is_back_ ? wall_time::max() : now;
}

bool webhook_lane::begin_parked(const std::string& key) {
  if (!begun_parked_.insert(key).second)
    return false;
  ++in_flight_;
  ++parked_in_flight_;
  return true;
}

void webhook_lane::abandon(const std::string& key) {
  assert(begun_parked_.contains(key));
  static_cast<void>(key);
  --in_flight_;
  --parked_in_flight_;
  count_parked(-1);
}

void webhook_lane::forget_parked(const std::string& key) {
  begun_parked_.erase(key);
}

webhook_settlement webhook_lane::end(const webhook_item& item, const webhook_verdict& verdict,
                                     wall_time now) {
  assert(in_flight_ > 0);
  --in_flight_;
  if (item.in_log)
    open_.at(index_of(item.in_log->stream)).erase(item.in_log->number);
  if (!item.parked_key.empty()) {
    --parked_in_flight_;
    count_parked(-1);
  }
  if (verdict.is_taken) {
    is_back_ = is_back_ || is_down();
    failures_ = 0;
    return {webhook_settlement::kind::taken, {}};
  }
  is_back_ = false;
  if (++failures_; is_down()) {
    put_back();
    const seconds longer = rules_.probe_first * (1 << std::min(failures_ - rules_.down_after, 16U));
    probe_at_ = now + jittered(std::min(longer, rules_.probe_last));
  }
  if (item.attempts > 0 && now - item.since >= rules_.give_up_after)
    return {webhook_settlement::kind::dead, {}};
  count_parked(1);
  return {webhook_settlement::kind::parked, now + jittered(back_off(item.attempts))};
}

/// What was only read waits in the log: there it gets old as the rest does. In each stream these
/// are later than all that was begun.
void webhook_lane::put_back() {
  for (const auto& each : ready_) {
    const auto index = index_of(each.in_log->stream);
    open_.at(index).erase(each.in_log->number);
    read_.at(index) = std::min(read_.at(index), each.in_log->number - 1);
  }
  ready_.clear();
}

bool webhook_lane::is_hopeless(const parked_event& event, wall_time now) const noexcept {
  return is_down() && now - event.since >= rules_.give_up_after;
}

void webhook_lane::count_parked(std::ptrdiff_t more) noexcept {
  const auto sum = static_cast<std::ptrdiff_t>(parked_) + more;
  parked_ = static_cast<std::size_t>(std::max<std::ptrdiff_t>(sum, 0));
}

seconds webhook_lane::back_off(std::uint32_t attempts) noexcept {
  return waits.at(std::min<std::size_t>(attempts, waits.size() - 1));
}

// Between four and six fifths: receivers that fail together are not called together again.
microseconds webhook_lane::jittered(seconds wait) {
  const auto full = static_cast<double>(std::chrono::microseconds{wait}.count());
  return microseconds{static_cast<std::int64_t>(full * (0.8 + 0.4 * random_.unit()))};
}

} // namespace warmfront
