// What etcd can do to its clients: die, come back, hang, forget. With real members.
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>

#include "tests/storage/etcd/etcd_subjects.hpp"

namespace warmfront::storage {

using namespace warmfront::testing; // NOLINT: the words these tests are written in

namespace {

using std::chrono::steady_clock;

/// Nothing has to be let happen: it happens by itself.
struct by_itself {
  void settle() {}
} real_time;

asked_store connect(const etcd_options& options) {
  return {open_etcd_control_store(options).value()};
}

result<control_snapshot> try_range(asked_store& store) {
  return ask<control_snapshot>(store, [&](auto done) { store.store().range("", std::move(done)); });
}

result<transaction_outcome> try_put(asked_store& store, const std::string& key) {
  return ask<transaction_outcome>(store, [&](auto done) {
    store.store().transact({{}, {change{key, "value", 0}}}, std::move(done));
  });
}

/// A put that is tried until it succeeds once: the members may first have to find a leader.
bool puts_at_last(asked_store& store, const std::string& key) {
  bool done = false;
  return comes_true(real_time, [&] { return done = done || try_put(store, key).has_value(); });
}

milliseconds taken_since(steady_clock::time_point begin) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
}

} // namespace

TEST_CASE("etcd: a watch goes on after its member was killed, each event once", "[etcd]") {
  etcd_cluster cluster{1};
  auto store = connect(cluster.options());
  witness seen;
  const auto watching = store.store().watch("", 1, seen.callback());
  for (int round = 0; round < 3; ++round) {
    for (int number = 0; number < 40; ++number) {
      transact(store, {{},
                       {change{"a" + std::to_string(number), "1", 0},
                        change{"b" + std::to_string(number), "2", 0}}});
    }
    cluster.kill_all();
    cluster.start_all();
  }
  put(store, "last", "1");
  witness anew;
  const auto oracle = store.store().watch("", 1, anew.callback());
  CHECK(comes_true(real_time, [&] { return anew.count() == 241; }));
  CHECK(comes_true(real_time, [&] { return seen.count() == 241; }));
  CHECK(seen.story() == anew.story());
  CHECK_FALSE(seen.failure.has_value());
}

TEST_CASE("etcd: a watch that hears nothing for long connects anew and loses nothing", "[etcd]") {
  etcd_cluster cluster{1};
  auto options = cluster.options();
  options.watch_idle = milliseconds{100};
  auto store = connect(options);
  witness seen;
  const auto watching = store.store().watch("", 1, seen.callback());
  std::string expected;
  for (int number = 0; number < 20; ++number) {
    expected += "a=1@" + std::to_string(put(store, "a", "1").at) + " ";
    let_pass(milliseconds{20 * (number % 10)});
  }
  CHECK(comes_true(real_time, [&] { return seen.story() == expected; }));
}

TEST_CASE("etcd: a deletion at the compacted revision is not lost silently", "[etcd]") {
  etcd_cluster cluster{1};
  auto store = connect(cluster.options());
  put(store, "a", "1");
  const auto gone = transact(store, {{}, {change{"a", std::nullopt, 0}}}).at;
  put(store, "b", "1");
  REQUIRE(compact(cluster.options(), gone));
  witness seen;
  const auto watching = store.store().watch("", gone, seen.callback());
  CHECK(comes_true(real_time, [&] { return seen.failed_with(errc::not_found); }));
  CHECK(seen.count() == 0);
}

TEST_CASE("etcd: large prefixes are read in pages of one revision", "[etcd]") {
  etcd_cluster cluster{1};
  auto store = connect(cluster.options());
  for (int batch = 0; batch < 25; ++batch) {
    control_transaction what;
    for (int number = 0; number < 100; ++number) {
      what.then.push_back({"p/" + std::to_string(batch * 100 + number), "v", 0});
    }
    transact(store, what);
  }
  put(store, "q", "1");
  const auto found = range(store, "p/");
  CHECK(found.records.size() == 2500);
  CHECK(std::is_sorted(found.records.begin(), found.records.end(),
                       [](const auto& a, const auto& b) { return a.key < b.key; }));
  CHECK(range(store, "").records.size() == 2501);
}

TEST_CASE("etcd: when the member in use dies, the next one is used", "[etcd]") {
  etcd_cluster cluster{3};
  auto store = connect(cluster.options());
  witness seen;
  const auto watching = store.store().watch("", 1, seen.callback());
  put(store, "a", "1");
  CHECK(comes_true(real_time, [&] { return seen.count() == 1; }));
  cluster.kill(0);
  CHECK(puts_at_last(store, "b"));
  CHECK(comes_true(real_time, [&] { return seen.count() >= 2; }));
  CHECK_FALSE(seen.failure.has_value());
}

TEST_CASE("etcd: a member that hangs costs one time-out, then the next one is used", "[etcd]") {
  etcd_cluster cluster{3};
  auto options = cluster.options();
  options.request_timeout = milliseconds{700};
  options.watch_idle = milliseconds{700};
  auto store = connect(options);
  witness seen;
  const auto watching = store.store().watch("", 1, seen.callback());
  put(store, "a", "1");
  cluster.send(0, SIGSTOP);
  const auto begin = steady_clock::now();
  CHECK(try_put(store, "b").error().code == errc::unavailable);
  CHECK(taken_since(begin) < milliseconds{2'000});
  CHECK(puts_at_last(store, "c"));
  CHECK(comes_true(real_time, [&] { return seen.story().find("c=") != std::string::npos; }));
  cluster.send(0, SIGCONT);
}

TEST_CASE("etcd: with all members away questions are answered in time", "[etcd]") {
  etcd_cluster cluster{3};
  auto store = connect(cluster.options());
  put(store, "a", "1");
  cluster.kill_all();
  const auto begin = steady_clock::now();
  CHECK(try_range(store).error().code == errc::unavailable);
  CHECK(try_put(store, "b").error().code == errc::unavailable);
  CHECK(taken_since(begin) < milliseconds{3'500});
  cluster.start_all();
  CHECK(range(store, "").records.size() == 1);
}

TEST_CASE("etcd: destroying the store ends what is open at once", "[etcd]") {
  etcd_cluster cluster{1};
  auto options = cluster.options();
  options.request_timeout = milliseconds{30'000};
  auto store = connect(options);
  witness seen;
  auto watching = store.store().watch("", 1, seen.callback());
  put(store, "a", "1");
  CHECK(comes_true(real_time, [&] { return seen.count() == 1; }));
  cluster.send(0, SIGSTOP);
  std::atomic<int> answers = 0;
  for (int number = 0; number < 5; ++number) {
    store.store().range("", [&](const result<control_snapshot>& answer) {
      answers += answer.has_value() ? 100 : 1;
    });
  }
  const auto begin = steady_clock::now();
  store.subject.reset();
  CHECK(answers == 5);
  watching.reset();
  CHECK(taken_since(begin) < milliseconds{1'000});
  cluster.send(0, SIGCONT);
}

TEST_CASE("etcd: endpoints that are no addresses are refused", "[etcd]") {
  for (const auto* endpoint : {"", "127.0.0.1:2379", "ftp://host", "http://"}) {
    CAPTURE(endpoint);
    etcd_options options;
    options.endpoints = {endpoint};
    const auto opened = open_etcd_control_store(options);
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().code == errc::invalid_argument);
  }
  CHECK_FALSE(open_etcd_control_store({}).has_value());
}

TEST_CASE("etcd: how long a watch takes to catch up", "[etcd][.measure]") {
  etcd_cluster cluster{1};
  auto store = connect(cluster.options());
  constexpr int revisions = 100'000;
  std::atomic<int> under_way = 0;
  for (int number = 0; number < revisions; ++number) {
    ++under_way;
    store.store().transact({{}, {change{"ledger/" + std::to_string(number % 100), "value", 0}}},
                           [&](const auto&) { --under_way; });
    if (number % 64 == 0) {
      comes_true(real_time, [&] { return under_way == 0; });
    }
  }
  comes_true(real_time, [&] { return under_way == 0; });
  witness seen;
  const auto begin = steady_clock::now();
  const auto watching = store.store().watch("", 1, seen.callback());
  while (seen.count() < revisions) {
    let_pass(milliseconds{5});
  }
  std::cout << "caught up with " << revisions << " revisions in " << taken_since(begin).count()
            << " ms\n";
}

} // namespace warmfront::storage
