// The thread of the embedded control store.
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "storage/embedded_control_store.hpp"

namespace warmfront::storage {

namespace {

constexpr milliseconds lease_tick{200};

/// Runs tasks in order on one thread, until it is closed and nothing is left.
class control_thread {
public:
  void post(std::function<void()> task) {
    {
      const std::scoped_lock lock{mutex_};
      tasks_.push_back(std::move(task));
    }
    changed_.notify_one();
  }

  /// @param idle whether nothing is under way that will post more
  void start(std::function<void()> tick, std::function<bool()> idle) {
    thread_ = std::thread{[this, tick = std::move(tick), idle = std::move(idle)] {
      std::unique_lock lock{mutex_};
      while (!closed_ || !tasks_.empty() || !idle()) {
        changed_.wait_for(lock, lease_tick, [&] { return !tasks_.empty() || (closed_ && idle()); });
        lock.unlock();
        tick();
        lock.lock();
        run_all(lock);
      }
    }};
  }

  void close() {
    {
      const std::scoped_lock lock{mutex_};
      closed_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

private:
  void run_all(std::unique_lock<std::mutex>& lock) {
    while (!tasks_.empty()) {
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      task = nullptr;
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool closed_ = false;
  std::thread thread_;
};

class threaded_control_store final : public control_store {
public:
  static result<std::unique_ptr<control_store>> open(store& over, const clock& time,
                                                     embedded_control_options options) {
    auto made = std::make_unique<threaded_control_store>();
    WARMFRONT_TRY(embedded, embedded_control_store::open(
                                over, time,
                                [thread = &made->thread_](std::function<void()> task) {
                                  thread->post(std::move(task));
                                },
                                options));
    made->embedded_ = std::move(embedded);
    made->thread_.start([inner = made->embedded_.get()] { inner->tick(); },
                        [inner = made->embedded_.get()] { return inner->idle(); });
    return std::unique_ptr<control_store>{std::move(made)};
  }
  ~threaded_control_store() override {
    if (embedded_) {
      thread_.close();
    }
  }

  void range(std::string prefix,
             std::function<void(const result<control_snapshot>&)> done) override {
    embedded_->range(std::move(prefix), std::move(done));
  }
  void transact(control_transaction what,
                std::function<void(const result<transaction_outcome>&)> done) override {
    embedded_->transact(std::move(what), std::move(done));
  }
  std::unique_ptr<watch_handle> watch(std::string prefix, revision from,
                                      watch_callback changed) override {
    return embedded_->watch(std::move(prefix), from, std::move(changed));
  }
  void grant_lease(milliseconds time_to_live,
                   std::function<void(const result<lease_id>&)> done) override {
    embedded_->grant_lease(time_to_live, std::move(done));
  }
  void keep_lease(lease_id lease, std::function<void(const result<void>&)> done) override {
    embedded_->keep_lease(lease, std::move(done));
  }
  void revoke_lease(lease_id lease, std::function<void(const result<void>&)> done) override {
    embedded_->revoke_lease(lease, std::move(done));
  }

private:
  control_thread thread_; // outlives the tasks' store
  std::unique_ptr<embedded_control_store> embedded_;
};

} // namespace

result<std::unique_ptr<control_store>>
open_embedded_control_store(store& over, const clock& time, embedded_control_options options) {
  return threaded_control_store::open(over, time, options);
}

} // namespace warmfront::storage
