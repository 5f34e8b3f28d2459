// The control stores that have to pass the contract tests.
#pragma once

#include <future>
#include <memory>
#include <mutex>
#include <tuple>

#include "storage/embedded_control_store.hpp"
#include "storage/memory/faulty_control_store.hpp"
#include "storage/memory/memory_control_store.hpp"
#include "tests/storage/store_subjects.hpp"
#include "tests/support/manual_clock.hpp"

namespace warmfront::testing {

/// A manual clock that another thread may read.
class locked_clock final : public clock {
public:
  [[nodiscard]] wall_time wall_now() const override {
    const std::scoped_lock lock{mutex_};
    return inner_.wall_now();
  }
  [[nodiscard]] steady_time steady_now() const override {
    const std::scoped_lock lock{mutex_};
    return inner_.steady_now();
  }
  void advance(microseconds by) {
    const std::scoped_lock lock{mutex_};
    inner_.advance(by);
  }

private:
  mutable std::mutex mutex_;
  manual_clock inner_;
};

inline constexpr storage::embedded_control_options short_history{.history_max = 20};

struct memory_control_subject {
  manual_clock time;
  storage::memory_control_store subject{time, short_history};
  storage::control_store& store() { return subject; }
  /// Lets everything that was asked be answered.
  void settle() { subject.run(); }
  void restart() { subject.restart(); }
  /// Leaves the last 20 transactions for watches; these stores do so by themselves.
  void forget() {}
};

/// Behind a network without faults.
struct faultless_control_subject : memory_control_subject {
  storage::faulty_control_store faultless{subject, [] { return storage::control_fault::none; }};
  storage::control_store& store() { return faultless; }
};

/// The node's own: a thread over RocksDB.
struct rocks_control_subject {
  locked_clock time;
  rocks_subject data;
  std::unique_ptr<storage::control_store> subject = open();
  storage::control_store& store() { return *subject; }
  void settle() {
    // The store answers in order, so an answer to this comes after all the others.
    std::promise<void> answered;
    subject->range("no such key", [&](const auto&) { answered.set_value(); });
    answered.get_future().wait();
  }
  void restart() {
    subject.reset();
    data.restart();
    subject = open();
  }
  void forget() {}

private:
  std::unique_ptr<storage::control_store> open() {
    return storage::open_embedded_control_store(data.store(), time, short_history).value();
  }
};

using every_control_subject =
    std::tuple<memory_control_subject, faultless_control_subject, rocks_control_subject>;
/// Where faults between would add nothing.
using bare_control_subject = std::tuple<memory_control_subject, rocks_control_subject>;

} // namespace warmfront::testing
