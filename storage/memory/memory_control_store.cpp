#include "storage/memory/memory_control_store.hpp"

#include <utility>

namespace warmfront::storage {

memory_control_store::memory_control_store(const clock& time, embedded_control_options options)
    : clock_{time}, options_{options} {
  open();
}

void memory_control_store::open() {
  const auto post = [this](std::function<void()> task) {
    const std::scoped_lock lock{mutex_};
    tasks_.push_back(std::move(task));
  };
  // Memory holds what was put there: opening cannot fail.
  embedded_ = embedded_control_store::open(data_, clock_, post, options_).value();
}

std::size_t memory_control_store::run() {
  embedded_->tick();
  std::size_t done = 0;
  std::unique_lock lock{mutex_};
  while (!tasks_.empty()) {
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    ++done;
    lock.lock();
  }
  return done;
}

void memory_control_store::restart() {
  std::deque<std::function<void()>> forgotten;
  {
    const std::scoped_lock lock{mutex_};
    forgotten.swap(tasks_);
  }
  data_.crash();
  open();
}

void memory_control_store::range(std::string prefix,
                                 std::function<void(const result<control_snapshot>&)> done) {
  embedded_->range(std::move(prefix), std::move(done));
}

void memory_control_store::transact(control_transaction what,
                                    std::function<void(const result<transaction_outcome>&)> done) {
  embedded_->transact(std::move(what), std::move(done));
}

std::unique_ptr<watch_handle> memory_control_store::watch(std::string prefix, revision from,
                                                          watch_callback changed) {
  return embedded_->watch(std::move(prefix), from, std::move(changed));
}

void memory_control_store::grant_lease(milliseconds time_to_live,
                                       std::function<void(const result<lease_id>&)> done) {
  embedded_->grant_lease(time_to_live, std::move(done));
}

void memory_control_store::keep_lease(lease_id lease,
                                      std::function<void(const result<void>&)> done) {
  embedded_->keep_lease(lease, std::move(done));
}

void memory_control_store::revoke_lease(lease_id lease,
                                        std::function<void(const result<void>&)> done) {
  embedded_->revoke_lease(lease, std::move(done));
}

} // namespace warmfront::storage
