#include "actors/control_mirror/control_mirror.hpp"

#include <catch2/catch.hpp>

#include "tests/actors/control_mirror/manual_control_store.hpp"

using namespace warmfront;
using warmfront::testing::manual_control_store;

namespace {

/// An owner of a mirror: keeps what it is told, runs what is deferred.
struct owner {
  manual_control_store store;
  std::map<std::string, std::string> seen;
  std::vector<std::string> order;
  std::deque<std::function<void()>> deferred;
  std::map<std::string, storage::revision> revisions;
  control_mirror mirror{store,
                        "a/",
                        {[this](const storage::control_snapshot& all) {
                           seen.clear();
                           revisions.clear();
                           for (const auto& record : all.records) {
                             seen[record.key] = record.value;
                             revisions[record.key] = record.modified;
                           }
                           order.emplace_back("snapshot");
                         },
                         [this](const storage::control_event& event) {
                           order.push_back(event.record.key +
                                           (event.deleted ? "-" : "=" + event.record.value));
                           if (event.deleted) {
                             seen.erase(event.record.key);
                             revisions.erase(event.record.key);
                           } else {
                             seen[event.record.key] = event.record.value;
                             revisions[event.record.key] = event.record.modified;
                           }
                         }},
                        [this](std::chrono::milliseconds, std::function<void()> work) {
                          deferred.push_back(std::move(work));
                        }};

  void settle() {
    do {
      while (!deferred.empty()) {
        const auto next = std::move(deferred.front());
        deferred.pop_front();
        next();
      }
    } while (store.settle() > 0 || !deferred.empty());
  }
  /// Sets a key to what it was with an `x` more.
  control_mirror::change_builder grow(const std::string& key) {
    return [this, key]() -> result<storage::control_transaction> {
      storage::control_transaction change;
      change.when.push_back({key, revisions.contains(key) ? revisions[key] : 0});
      change.then.push_back({key, seen[key] + "x"});
      return change;
    };
  }
};

} // namespace

TEST_CASE("control_mirror: tells what is there, then every change once", "[control_mirror]") {
  owner of;
  of.store.put("a/1", "one");
  of.store.put("b/1", "of somebody else");
  CHECK_FALSE(of.mirror.is_loaded());
  of.mirror.start();
  of.settle();
  REQUIRE(of.mirror.is_loaded());
  CHECK(of.seen == std::map<std::string, std::string>{{"a/1", "one"}});
  of.store.put("a/2", "two");
  of.store.erase("a/1");
  of.settle();
  CHECK(of.order == std::vector<std::string>{"snapshot", "a/2=two", "a/1-"});
  of.mirror.reload();
  of.store.put("a/3", "three");
  of.settle();
  CHECK(of.seen == std::map<std::string, std::string>{{"a/2", "two"}, {"a/3", "three"}});
}

TEST_CASE("control_mirror: a change is seen before it is answered", "[control_mirror]") {
  owner of;
  of.mirror.start();
  of.settle();
  std::string when_answered;
  of.mirror.change(of.grow("a/1"), [&](const result<void>& outcome) {
    REQUIRE(outcome);
    when_answered = of.seen["a/1"];
  });
  of.settle();
  CHECK(when_answered == "x");
}

TEST_CASE("control_mirror: a lost race is run again on what the winner left", "[control_mirror]") {
  owner of;
  of.mirror.start();
  of.settle();
  of.store.before_next_transaction([&] { of.store.put("a/1", "winner"); });
  bool answered = false;
  of.mirror.change(of.grow("a/1"), [&](const result<void>& outcome) { answered = bool(outcome); });
  of.settle();
  CHECK(answered);
  CHECK(of.store.find("a/1")->value == "winnerx");
}

TEST_CASE("control_mirror: gives up after eight lost races", "[control_mirror]") {
  owner of;
  of.mirror.start();
  of.settle();
  int races = 0;
  std::function<void()> lose = [&] {
    of.store.put("a/1", std::to_string(++races));
    of.store.before_next_transaction(lose);
  };
  of.store.before_next_transaction(lose);
  std::optional<error> failure;
  of.mirror.change(of.grow("a/1"), [&](const result<void>& outcome) { failure = outcome.error(); });
  of.settle();
  REQUIRE(failure);
  CHECK(failure->code == errc::conflict);
  CHECK(races == 8);
}

TEST_CASE("control_mirror: passes on errors of the builder and of the store", "[control_mirror]") {
  owner of;
  of.mirror.start();
  of.settle();
  std::optional<errc> code;
  const auto note = [&](const result<void>& outcome) {
    code = outcome ? std::nullopt : std::optional{outcome.error().code};
  };
  of.mirror.change(
      [] {
        return result<storage::control_transaction>{error{errc::refused, "no", {}}};
      },
      note);
  CHECK(code == errc::refused);
  of.store.fail_next_transactions(1);
  of.mirror.change(of.grow("a/1"), note);
  of.settle();
  CHECK(code == errc::unavailable);
  of.mirror.change(
      [] { return result<storage::control_transaction>{storage::control_transaction{}}; }, note);
  CHECK_FALSE(code);
}

TEST_CASE("control_mirror: survives lost watches and failed reads without missing a change",
          "[control_mirror]") {
  owner of;
  of.store.fail_next_ranges(3);
  of.mirror.start();
  of.settle();
  REQUIRE(of.mirror.is_loaded());
  of.store.break_watches();
  of.store.fail_next_ranges(2);
  of.store.put("a/1", "while nobody watched");
  of.settle();
  CHECK(of.seen["a/1"] == "while nobody watched");
  of.store.put("a/1", "watched again");
  of.settle();
  CHECK(of.seen["a/1"] == "watched again");
}

TEST_CASE("control_mirror: answers that come after its end touch nothing", "[control_mirror]") {
  manual_control_store store;
  std::deque<std::function<void()>> deferred;
  const auto defer = [&](std::chrono::milliseconds, std::function<void()> work) {
    deferred.push_back(std::move(work));
  };
  {
    control_mirror mirror{store,
                          "a/",
                          {[](const auto&) { FAIL("told after the end"); },
                           [](const auto&) { FAIL("told after the end"); }},
                          defer};
    mirror.start();
  }
  store.settle();
  for (const auto& work : deferred)
    work();
  SUCCEED();
}

TEST_CASE("control mirror: who waits for the load goes on once, with all keys known",
          "[control_mirror]") {
  owner of;
  int runs = 0;
  of.mirror.when_loaded([&] {
    ++runs;
    CHECK(of.order.size() == 1);
  });
  CHECK(runs == 0);
  of.mirror.start();
  of.settle();
  CHECK(runs == 1);
  of.mirror.reload();
  of.settle();
  CHECK(runs == 1);
  of.mirror.when_loaded([&] { runs += 10; });
  CHECK(runs == 11);
}
