// The flow's rarer duties: counting, cancelling, forgetting, draining.

#include <algorithm>
#include <utility>

#include "actors/core/address.hpp"
#include "actors/delivery/delivery_flow.hpp"

namespace warmfront {

namespace {

constexpr std::size_t sweep_batch = 500;
constexpr auto sweep_interval = std::chrono::minutes{10};
constexpr auto sweep_pause = milliseconds{200};

} // namespace

void delivery_flow::set_pools(const std::vector<pool>& pools) {
  ++pools_seen_;
  owners_ = pool_owners{pools};
  rejecting_pools_.clear();
  for (const auto& each : pools)
    if (each.overflow == "reject")
      rejecting_pools_.insert(each.name);
}

void delivery_flow::count(const outcome& what) {
  switch (what.state()) {
  case recipient_state::delivered:
    ++counts_.delivered;
    break;
  case recipient_state::deferred:
    // Put off, or made due, without an attempt nothing has failed.
    counts_.deferred += what.attempted ? 1 : 0;
    break;
  case recipient_state::bounced:
    ++counts_.bounced;
    break;
  case recipient_state::expired:
    ++counts_.expired;
    break;
  case recipient_state::cancelled:
    ++counts_.cancelled;
    break;
  default:
    break;
  }
}

void delivery_flow::tell_sessions(std::vector<trust::tls_session> sessions) {
  if (sessions.empty())
    return;
  for (const auto& each : sessions)
    ++counts_.tls_sessions.at(static_cast<std::size_t>(each.policy))
          .at(static_cast<std::size_t>(each.result));
  effects_.sessions_made(std::move(sessions));
}

delivery_counts delivery_flow::counts() const {
  auto counts = counts_;
  counts.connections_open = dispatcher_.connections();
  counts.in_flight = lanes_.in_hand_count();
  return counts;
}

// What was read may be outdated when it is used: then it is read again. That ends, since the
// message has only so many recipients in hand.
void delivery_flow::cancel(const message_id& id, std::function<void(const result<void>&)> then) {
  const auto reading = cancelling_.emplace(id, false);
  read([this, id, reading, then = std::move(then)](const spool_reader& reader) {
    auto stored = std::make_shared<result<stored_message>>(reader.read_message(id));
    return [this, id, reading, then, stored] {
      const bool outdated = cancelling_.extract(reading).mapped();
      if (outdated)
        return cancel(id, then);
      if (!*stored)
        return then(stored->error());
      cancel_waiting(stored->value());
      // Commits answer in order: this one says that those above are durable.
      effects_.commit({}, then);
    };
  });
}

// A recipient in hand may be on the wire this moment: it is only kept from being tried again. The
// others have an entry on disk that nobody else touches.
void delivery_flow::cancel_waiting(const stored_message& stored) {
  chosen_mail all{stored, {}};
  for (std::uint32_t i = 0; i < stored.recipients.size(); ++i)
    all.chosen.push_back(i);
  std::uint64_t busy = 0;
  std::vector<outcome> ended;
  for (auto& item : take_waiting(all, nullptr, busy)) {
    item.live->cancelled = true;
    ended.push_back(warmfront::cancel(std::move(item), effects_.wall_now()));
  }
  if (const auto live = live_->find(stored.message.id); live != live_->end())
    if (const auto still = live->second.lock())
      still->cancelled = true;
  settle(std::move(ended));
}

void delivery_flow::sweep() {
  next_sweep_ = effects_.steady_now() + sweep_interval;
  read([this, from = sweep_from_,
        before = effects_.wall_now() - config_.history](const spool_reader& reader) {
    auto swept = std::make_shared<result<spool_reader::sweep>>(
        reader.sweep_finished(from, before, sweep_batch));
    return [this, swept] {
      if (!*swept)
        return effects_.failed(swept->error());
      auto& found = swept->value();
      sweep_from_ = found.continue_from;
      if (!sweep_from_.empty())
        next_sweep_ = effects_.steady_now() + sweep_pause;
      if (!found.removals.empty())
        effects_.commit(std::move(found.removals), [](const result<void>&) {});
    };
  });
}

void delivery_flow::drain(milliseconds grace, std::function<void()> then) {
  draining_ = true;
  drained_ = std::move(then);
  dispatcher_.stop();
  for (const auto id : dispatcher_.connection_ids())
    effects_.abandon(id, grace);
  after_dispatch();
  finish_drain();
}

void delivery_flow::finish_drain() {
  if (drained_ && dispatcher_.in_flight() == 0 && commits_ == 0 && !assigning_)
    std::exchange(drained_, {})();
}

} // namespace warmfront
