#include "storage/rocks/space_reclaimer.hpp"

#include <chrono>
#include <utility>

namespace warmfront::storage {

namespace {

constexpr std::chrono::milliseconds pause{1000};

} // namespace

space_reclaimer::space_reclaimer(std::function<void(std::atomic<bool>&)> work)
    : work_{std::move(work)}, thread_{[this] { run(); }} {}

space_reclaimer::~space_reclaimer() {
  {
    const std::scoped_lock lock{mutex_};
    stopping_ = true;
  }
  interrupt();
  changed_.notify_all();
  thread_.join();
}

void space_reclaimer::request() {
  const std::scoped_lock lock{mutex_};
  requested_ = true;
  changed_.notify_all();
}

void space_reclaimer::run() {
  std::unique_lock lock{mutex_};
  while (true) {
    changed_.wait(lock, [this] { return requested_ || stopping_; });
    if (stopping_) {
      return;
    }
    requested_ = false;
    cancelled_ = false;
    lock.unlock();
    work_(cancelled_);
    lock.lock();
    changed_.wait_for(lock, pause, [this] { return stopping_; });
  }
}

} // namespace warmfront::storage
