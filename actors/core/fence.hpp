// Whether this node may still act on what it owns.
#pragma once

#include <atomic>

#include "actors/core/clock.hpp"

namespace warmfront {

/// A deadline on the node's own steady clock. Before it no other node can have declared this one
/// dead; after it another may own its mail. Whoever puts something irrevocable on the wire asks
/// `holds` just before it. Thread-safe; begins closed.
///
/// In a cluster of one it is extended to `steady_time::max()` and holds for ever.
class fence {
public:
  /// Whether the node may act at `now`.
  [[nodiscard]] bool holds(steady_time now) const noexcept {
    return now.time_since_epoch().count() < until_.load(std::memory_order_acquire);
  }
  /// Lets the node act before `until`. A deadline that is earlier than the present one shortens it.
  void extend(steady_time until) noexcept {
    until_.store(until.time_since_epoch().count(), std::memory_order_release);
  }
  /// The node may do nothing until the next `extend`.
  void close() noexcept { until_.store(closed, std::memory_order_release); }

  /// What has begun goes on while the fence holds; nothing new begins until `pause(false)`. For a
  /// node that may turn out to be cut off: little of what it does will be done again by others.
  void pause(bool paused) noexcept { paused_.store(paused, std::memory_order_release); }
  /// Whether something new may begin at `now`.
  [[nodiscard]] bool may_begin(steady_time now) const noexcept {
    return !paused_.load(std::memory_order_acquire) && holds(now);
  }

  /// Notes that whoever extends it has confirmed this node at that time: what the node mirrors is
  /// not older.
  void confirm(steady_time at) noexcept {
    confirmed_.store(at.time_since_epoch().count(), std::memory_order_release);
  }
  /// The last confirmation; `steady_time::min()`: none yet.
  [[nodiscard]] steady_time confirmed() const noexcept {
    return steady_time{steady_time::duration{confirmed_.load(std::memory_order_acquire)}};
  }

  /// The present deadline.
  [[nodiscard]] steady_time until() const noexcept {
    return steady_time{steady_time::duration{until_.load(std::memory_order_acquire)}};
  }

private:
  static constexpr steady_time::rep closed = steady_time::min().time_since_epoch().count();
  std::atomic<steady_time::rep> until_{closed};
  std::atomic<steady_time::rep> confirmed_{closed};
  std::atomic<bool> paused_{false};
};

} // namespace warmfront
