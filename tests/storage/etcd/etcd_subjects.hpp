// etcd for the contract tests: with one member, and with three.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <tuple>

#include "storage/etcd/etcd_control_store.hpp"
#include "storage/etcd/gateway.hpp"
#include "tests/storage/control_questions.hpp"
#include "tests/storage/etcd/etcd_server.hpp"
#include "tests/storage/etcd/rebased_control_store.hpp"

namespace warmfront::testing {

/// Drops the history before a revision.
inline bool compact(const etcd_options& options, revision before) {
  const auto over = gateway::open(options).value();
  auto answer = std::make_shared<std::promise<bool>>();
  over->post("compact", "kv/compaction", "{\"revision\":\"" + std::to_string(before) + "\"}",
             asking::again,
             [answer](const auto& compacted) { answer->set_value(compacted.has_value()); });
  return answer->get_future().get();
}

/// A store for questions (`ask`) whose answers come by themselves.
struct asked_store {
  std::unique_ptr<control_store> subject;
  control_store& store() { return *subject; }
  void settle() {}
};

/// Time of the contract tests, in real time.
struct hasty_time {
  void advance(microseconds by) { let_pass(std::chrono::ceil<milliseconds>(by) / lease_haste); }
};

template <std::size_t members>
struct etcd_subject {
  hasty_time time;
  etcd_options options = options_of_a_test();
  revision base = newest();
  std::unique_ptr<rebased_control_store> subject = open();

  etcd_subject() = default;
  etcd_subject(const etcd_subject&) = delete;
  etcd_subject& operator=(const etcd_subject&) = delete;
  ~etcd_subject() {
    for (const auto lease : subject->granted()) {
      static_cast<void>(ask<void>(*this, [&](auto done) {
                          store().revoke_lease(lease, std::move(done));
                        }).has_value());
    }
  }

  control_store& store() { return *subject; }
  void settle() {}
  void restart() {
    subject.reset();
    cluster().kill_all();
    cluster().start_all();
    subject = open();
  }
  void forget() { CHECK(compact(options, newest() - 20)); }

private:
  /// One for all tests: starting takes a while.
  static etcd_cluster& cluster() {
    static etcd_cluster shared{members};
    return shared;
  }
  static etcd_options options_of_a_test() {
    static std::atomic<int> number = 0;
    auto options = cluster().options();
    options.prefix = "test" + std::to_string(++number) + "/";
    return options;
  }
  revision newest() const {
    asked_store plain{open_etcd_control_store(options).value()};
    return range(plain, "").at;
  }
  std::unique_ptr<rebased_control_store> open() const {
    return std::make_unique<rebased_control_store>(open_etcd_control_store(options).value(), base);
  }
};

using every_control_subject = std::tuple<etcd_subject<1>, etcd_subject<3>>;
using bare_control_subject = every_control_subject;

} // namespace warmfront::testing
