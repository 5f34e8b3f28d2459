#include "storage/store.hpp"

#include <future>
#include <utility>

namespace warmfront::storage {

void batch::put(family where, std::string key, std::string value) {
  octets_ += key.size() + value.size();
  changes_.push_back({kind::put, where, std::move(key), std::move(value)});
}

void batch::erase(family where, std::string key) {
  octets_ += key.size();
  changes_.push_back({kind::erase, where, std::move(key), {}});
}

void batch::erase_once(family where, std::string key) {
  octets_ += key.size();
  changes_.push_back({kind::erase_once, where, std::move(key), {}});
}

void batch::erase_range(family where, std::string from, std::string before) {
  octets_ += from.size() + before.size();
  changes_.push_back({kind::erase_range, where, std::move(from), std::move(before)});
}

void batch::add(std::string key, std::int64_t amount) {
  auto operand = std::to_string(amount);
  octets_ += key.size() + operand.size();
  changes_.push_back({kind::add, family::counters, std::move(key), std::move(operand)});
}

void batch::append(batch&& other) {
  octets_ += std::exchange(other.octets_, 0);
  if (changes_.empty()) {
    changes_ = std::move(other.changes_);
  } else {
    changes_.insert(changes_.end(), std::make_move_iterator(other.changes_.begin()),
                    std::make_move_iterator(other.changes_.end()));
  }
  other.changes_.clear();
}

result<void> commit_and_wait(store& target, batch changes, priority urgency) {
  // Shared: the waiter may leave while the commit thread is still inside `set_value`.
  auto answer = std::make_shared<std::promise<result<void>>>();
  auto outcome = answer->get_future();
  target.commit(std::move(changes), urgency,
                [answer](const result<void>& done) { answer->set_value(done); });
  return outcome.get();
}

std::string prefix_end(std::string_view prefix) {
  std::string end{prefix};
  while (!end.empty()) {
    const auto last = static_cast<unsigned char>(end.back());
    if (last != 0xff) {
      end.back() = static_cast<char>(last + 1);
      return end;
    }
    end.pop_back();
  }
  return end;
}

} // namespace warmfront::storage
