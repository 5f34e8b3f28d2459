// The embedded control store prepares transactions while others are committed.
#include <deque>

#include <catch2/catch.hpp>

#include "storage/embedded_control_store.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/support/manual_clock.hpp"

namespace warmfront::storage {

namespace {

struct pipeline {
  testing::manual_clock time;
  memory_store data{memory_store::acknowledgement::when_settled};
  std::deque<std::function<void()>> tasks;
  std::unique_ptr<embedded_control_store> store;
  std::vector<std::string> heard;

  pipeline() {
    store = embedded_control_store::open(data, time, [this](std::function<void()> task) {
              tasks.push_back(std::move(task));
            }).value();
  }
  void run() {
    while (!tasks.empty()) {
      const auto next = std::move(tasks.front());
      tasks.pop_front();
      next();
    }
  }
  /// Puts a key that has the revision `modified`.
  void put(const std::string& key, revision modified) {
    store->transact({{{key, modified}}, {{key, "v", 0}}},
                    [this, key](const result<transaction_outcome>& outcome) {
                      heard.push_back(key + (!outcome                  ? " failed"
                                             : outcome.value().applied ? " applied"
                                                                       : " refused"));
                    });
  }
  /// One commit becomes durable, or fails.
  void settle() {
    data.settle(1);
    run();
  }
};

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("control: transactions are prepared on what is being committed, and follow it",
          "[control]") {
  pipeline of;
  of.put("a", 0);
  of.run();
  CHECK(of.data.unsettled() == 1);
  of.put("a", 1);
  of.put("b", 0);
  of.put("b", 7); // refused, once what it has seen is durable
  of.run();
  CHECK(of.data.unsettled() == 1);
  CHECK(of.heard.empty());
  of.settle();
  CHECK(of.heard == texts{"a applied"});
  of.settle();
  CHECK(of.heard == texts{"a applied", "a applied", "b applied", "b refused"});
}

TEST_CASE("control: what is prepared while a lease is granted or ends knows of it", "[control]") {
  pipeline of;
  lease_id first = 0;
  lease_id second = 0;
  of.store->grant_lease(seconds{5}, [&](const auto& granted) { first = granted.value(); });
  of.run();
  of.put("a", 0); // prepared while the grant is committed
  of.run();
  of.settle();
  of.settle();
  of.store->grant_lease(seconds{5}, [&](const auto& granted) { second = granted.value(); });
  of.run();
  of.settle();
  CHECK(second == first + 1);
  of.store->transact({{}, {{"held", "v", first}}}, [](const auto&) {});
  of.run();
  of.settle();
  std::vector<revision> seen;
  const auto watching = of.store->watch("", 1, [&](const auto& events) {
    for (const auto& event : events.value())
      seen.push_back(event.record.modified);
  });
  of.store->revoke_lease(first, [](const auto&) {});
  of.run();
  bool is_taken = true;
  of.store->transact({{}, {{"late", "v", first}}},
                     [&](const auto& outcome) { is_taken = outcome.has_value(); });
  of.put("held", 2); // its key is gone by then
  of.put("b", 0);
  of.run();
  of.settle();
  of.settle();
  of.settle();
  CHECK(of.heard == texts{"a applied", "held refused", "b applied"});
  CHECK(seen == std::vector<revision>{1, 2, 3, 4});
  CHECK_FALSE(is_taken);
}

TEST_CASE("control: a look at the leases does not part transactions", "[control]") {
  pipeline of;
  of.put("x", 0);
  of.run();
  for (const char* key : {"a", "b", "c"}) {
    of.put(key, 0);
    of.store->tick();
    of.run();
  }
  of.settle();
  CHECK(of.data.unsettled() == 1);
  of.settle();
  CHECK(of.heard.size() == 4);
}

TEST_CASE("control: when a commit fails so does what was built on it, and nothing is kept",
          "[control]") {
  pipeline of;
  of.put("a", 0);
  of.run();
  of.put("a", 1);
  of.put("b", 0);
  of.run();
  of.data.fail_next(1, {errc::storage_full, "told to", {}});
  of.settle();
  CHECK(of.heard == texts{"a failed", "a failed", "b failed"});
  of.heard.clear();
  of.put("a", 0);
  of.put("b", 0);
  of.run();
  of.settle();
  of.settle();
  CHECK(of.heard == texts{"a applied", "b applied"});
  CHECK(of.data.unsettled() == 0);
}

TEST_CASE("control: what is read waits for the transactions before it", "[control]") {
  pipeline of;
  of.put("a", 0);
  std::size_t found = 0;
  of.store->range("a",
                  [&](const result<control_snapshot>& all) { found = all.value().records.size(); });
  of.put("a/b", 0); // not seen: it was asked for later
  of.run();
  CHECK(found == 0);
  of.settle();
  CHECK(found == 1);
  of.settle();
  CHECK(of.heard == texts{"a applied", "a/b applied"});
}

} // namespace warmfront::storage
