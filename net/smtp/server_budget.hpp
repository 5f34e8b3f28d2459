// How much message content all sessions together may hold.
#pragma once

#include <atomic>
#include <cstddef>

namespace warmfront::smtp {

/// A shared number of octets. Thread-safe.
class octet_budget {
public:
  explicit octet_budget(std::size_t octets_max) noexcept : octets_max_{octets_max} {}

  /// Takes `octets`, or takes nothing and says false when they would exceed the budget.
  [[nodiscard]] bool take(std::size_t octets) noexcept {
    if (used_.fetch_add(octets, std::memory_order_relaxed) + octets <= octets_max_) {
      return true;
    }
    used_.fetch_sub(octets, std::memory_order_relaxed);
    return false;
  }
  /// @pre they were taken.
  void give_back(std::size_t octets) noexcept {
    used_.fetch_sub(octets, std::memory_order_relaxed);
  }
  [[nodiscard]] std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }

private:
  const std::size_t octets_max_;
  std::atomic<std::size_t> used_{0};
};

} // namespace warmfront::smtp
