// What came in over public links, until the feedback role has recorded it. Pure but for its lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "actors/messages/feedback.hpp"

namespace warmfront::admin {

/// Called once: whether it is recorded. From any thread; null: nobody waits.
using recorded = std::function<void(bool)>;

/// Thread-safe. Bounded: what does not fit is refused, not kept.
class feedback_queue {
public:
  struct limits {
    std::size_t waiting_max = 50'000;
    std::size_t batch_max = 1000;    ///< the role takes no more at once
    std::uint32_t attempts_max = 10; ///< of what nobody waits for
  };
  struct entry {
    feedback_item item;
    recorded then;
    std::uint32_t attempts = 0;
  };
  explicit feedback_queue(limits bounds) : limits_{bounds} {}

  enum class outcome : std::uint8_t { added, added_first, full };
  /// `added_first`: nothing waited, so that the sender has to be woken. `then` is called with false
  /// when it is full.
  outcome add(feedback_item item, recorded then);
  [[nodiscard]] std::vector<entry> take_batch();
  [[nodiscard]] bool empty() const;
  /// A batch could not be recorded: who waits is told, the rest is tried again some times.
  /// @returns how many items are given up.
  std::size_t put_back(std::vector<entry> batch);
  /// What waits is lost: who waits is told.
  void close();

private:
  const limits limits_;
  mutable std::mutex guard_;
  std::deque<entry> waiting_;
  bool closed_ = false;
};

} // namespace warmfront::admin
