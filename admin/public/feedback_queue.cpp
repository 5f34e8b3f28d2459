#include "admin/public/feedback_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace warmfront::admin {

feedback_queue::outcome feedback_queue::add(feedback_item item, recorded then) {
  {
    const std::lock_guard lock{guard_};
    if (!closed_ && waiting_.size() < limits_.waiting_max) {
      waiting_.push_back({std::move(item), std::move(then), 0});
      return waiting_.size() == 1 ? outcome::added_first : outcome::added;
    }
  }
  if (then) {
    then(false);
  }
  return outcome::full;
}

std::vector<feedback_queue::entry> feedback_queue::take_batch() {
  const std::lock_guard lock{guard_};
  const auto count = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), limits_.batch_max));
  std::vector<entry> batch{std::make_move_iterator(waiting_.begin()),
                           std::make_move_iterator(waiting_.begin() + count)};
  waiting_.erase(waiting_.begin(), waiting_.begin() + count);
  return batch;
}

bool feedback_queue::empty() const {
  const std::lock_guard lock{guard_};
  return waiting_.empty();
}

std::size_t feedback_queue::put_back(std::vector<entry> batch) {
  std::size_t lost = 0;
  for (auto& each : batch) {
    if (each.then) {
      std::exchange(each.then, nullptr)(false);
      continue;
    }
    const std::lock_guard lock{guard_};
    if (closed_ || ++each.attempts >= limits_.attempts_max ||
        waiting_.size() >= limits_.waiting_max) {
      ++lost;
    } else {
      waiting_.push_back(std::move(each));
    }
  }
  return lost;
}

void feedback_queue::close() {
  std::deque<entry> left;
  {
    const std::lock_guard lock{guard_};
    closed_ = true;
    left.swap(waiting_);
  }
  for (auto& each : left) {
    if (each.then) {
      each.then(false);
    }
  }
}

} // namespace warmfront::admin
