#include "storage/etcd/open_questions.hpp"

#include <utility>

namespace warmfront::storage {

std::uint64_t open_questions::open(failed fail) {
  const std::scoped_lock lock{mutex_};
  if (closed_) {
    return 0;
  }
  open_.emplace(++last_, std::move(fail));
  return last_;
}

void open_questions::answer(std::uint64_t number, const std::function<void()>& answer) {
  const auto self = std::this_thread::get_id();
  {
    const std::scoped_lock lock{mutex_};
    if (open_.erase(number) == 0) {
      return;
    }
    answering_.insert(self);
  }
  answer();
  {
    const std::scoped_lock lock{mutex_};
    answering_.erase(answering_.find(self));
  }
  changed_.notify_all();
}

void open_questions::close(const error& why) {
  const auto self = std::this_thread::get_id();
  std::unique_lock lock{mutex_};
  closed_ = true;
  const auto unanswered = std::exchange(open_, {});
  lock.unlock();
  for (const auto& [number, fail] : unanswered) {
    fail(why);
  }
  lock.lock();
  changed_.wait(lock, [&] { return answering_.size() == answering_.count(self); });
}

} // namespace warmfront::storage
