// What every control store promises (storage/control_store.hpp), checked against each of them.
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>

#include "actors/core/random.hpp"
#include "tests/storage/control_questions.hpp"
#include WARMFRONT_CONTROL_SUBJECTS // which stores: set by the build

namespace warmfront::storage {

using namespace warmfront::testing; // NOLINT: the words these tests are written in

TEMPLATE_LIST_TEST_CASE("control: a put is read back with its revisions", "[control]",
                        every_control_subject) {
  TestType subject;
  CHECK(range(subject, "").at == 0);
  CHECK(put(subject, "a", "1").at == 1);
  CHECK(put(subject, "b", "2").at == 2);
  CHECK(put(subject, "a", "3").at == 3);
  const auto all = range(subject, "");
  CHECK(all.at == 3);
  CHECK(all.records == std::vector<control_record>{{"a", "3", 1, 3, 0}, {"b", "2", 2, 2, 0}});
  CHECK(range(subject, "b").records.size() == 1);
  CHECK(range(subject, "c").records.empty());
}

TEMPLATE_LIST_TEST_CASE("control: a transaction happens when all comparisons hold, else not at all",
                        "[control]", every_control_subject) {
  TestType subject;
  put(subject, "a", "1");
  const auto refused =
      transact(subject, {{{"a", 1}, {"b", 7}}, {change{"a", "x", 0}, change{"c", "x", 0}}});
  CHECK_FALSE(refused.applied);
  CHECK(refused.at == 1);
  CHECK(range(subject, "").records.size() == 1);

  const auto applied = transact(
      subject, {{{"a", 1}, {"b", 0}}, {change{"a", std::nullopt, 0}, change{"b", "y", 0}}});
  CHECK(applied.applied);
  CHECK(applied.at == 2);
  CHECK(range(subject, "").records == std::vector<control_record>{{"b", "y", 2, 2, 0}});
}

TEMPLATE_LIST_TEST_CASE("control: a key that was deleted starts anew", "[control]",
                        bare_control_subject) {
  TestType subject;
  put(subject, "a", "1");
  transact(subject, {{}, {change{"a", std::nullopt, 0}}});
  put(subject, "a", "2");
  CHECK(range(subject, "a").records == std::vector<control_record>{{"a", "2", 3, 3, 0}});
}

TEMPLATE_LIST_TEST_CASE("control: a transaction that changes nothing has no revision", "[control]",
                        bare_control_subject) {
  TestType subject;
  put(subject, "a", "1");
  CHECK(transact(subject, {{{"a", 1}}, {}}).applied);
  CHECK(transact(subject, {{}, {change{"none", std::nullopt, 0}}}).at == 1);
}

TEMPLATE_LIST_TEST_CASE("control: what a transaction may not be is refused", "[control]",
                        bare_control_subject) {
  TestType subject;
  control_transaction what;
  auto expected = errc::invalid_argument;
  SECTION("a key twice") {
    what.then = {change{"a", "1", 0}, change{"a", "2", 0}};
  }
  SECTION("too many changes") {
    for (int number = 0; number <= 100; ++number) {
      what.then.push_back({std::to_string(number), "v", 0});
    }
  }
  SECTION("an unknown lease") {
    what.then = {change{"a", "1", 77}};
    expected = errc::not_found;
  }
  const auto answer = ask<transaction_outcome>(
      subject, [&](auto done) { subject.store().transact(what, std::move(done)); });
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == expected);
  CHECK(range(subject, "").records.empty());
}

TEMPLATE_LIST_TEST_CASE("control: records and revisions survive a restart", "[control]",
                        bare_control_subject) {
  TestType subject;
  put(subject, "a", "1");
  put(subject, "b", std::string(10'000, 'b'));
  const auto before = range(subject, "");
  subject.restart();
  CHECK(range(subject, "").records == before.records);
  CHECK(put(subject, "c", "3").at == 3);
}

TEMPLATE_LIST_TEST_CASE("control: a watch sees every change of its prefix, past ones first",
                        "[control]", every_control_subject) {
  TestType subject;
  put(subject, "p/a", "1");
  put(subject, "q/a", "2");
  put(subject, "p/b", "3");
  witness seen;
  const auto watching = subject.store().watch("p/", 2, seen.callback());
  put(subject, "p/c", "4");
  transact(subject, {{}, {change{"p/a", std::nullopt, 0}, change{"q/b", "5", 0}}});
  CHECK(comes_true(subject, [&] { return seen.story() == "p/b=3@3 p/c=4@4 p/a-@5 "; }));
  CHECK_FALSE(seen.failure.has_value());
}

TEMPLATE_LIST_TEST_CASE("control: a watch from the future is silent until then", "[control]",
                        bare_control_subject) {
  TestType subject;
  put(subject, "a", "1");
  witness seen;
  const auto watching = subject.store().watch("", 3, seen.callback());
  put(subject, "a", "2");
  put(subject, "a", "3");
  CHECK(comes_true(subject, [&] { return seen.story() == "a=3@3 "; }));
}

TEMPLATE_LIST_TEST_CASE("control: a watch after a restart has the history of before", "[control]",
                        bare_control_subject) {
  TestType subject;
  put(subject, "a", "1");
  put(subject, "a", "2");
  subject.restart();
  witness seen;
  const auto watching = subject.store().watch("", 1, seen.callback());
  put(subject, "a", "3");
  CHECK(comes_true(subject, [&] { return seen.story() == "a=1@1 a=2@2 a=3@3 "; }));
}

TEMPLATE_LIST_TEST_CASE("control: a watch from a compacted revision is told so", "[control]",
                        every_control_subject) {
  TestType subject; // keeps 20 revisions
  for (int number = 1; number <= 30; ++number) {
    put(subject, "a", std::to_string(number));
  }
  subject.forget();
  const auto restarted = GENERATE(false, true);
  if (restarted) {
    subject.restart();
  }
  witness late;
  witness early;
  const auto refused = subject.store().watch("", 10, late.callback());
  const auto watching = subject.store().watch("", 11, early.callback());
  REQUIRE(comes_true(subject, [&] { return late.failed_with(errc::not_found); }));
  CHECK(comes_true(subject, [&] { return early.count() == 20; }));
  put(subject, "a", "31");
  CHECK(comes_true(subject, [&] { return early.count() == 21; }));
  CHECK(late.count() == 0);
}

TEMPLATE_LIST_TEST_CASE("control: a watch whose handle is gone is never called", "[control]",
                        every_control_subject) {
  TestType subject;
  witness seen;
  auto watching = subject.store().watch("", 1, seen.callback());
  put(subject, "a", "1");
  CHECK(comes_true(subject, [&] { return seen.count() == 1; }));
  watching.reset();
  put(subject, "a", "2");
  subject.settle();
  CHECK(seen.story() == "a=1@1 ");
}

TEMPLATE_LIST_TEST_CASE("control: a watch may end itself from inside its call", "[control]",
                        bare_control_subject) {
  TestType subject;
  std::unique_ptr<watch_handle> watching;
  std::atomic<int> calls = 0;
  watching = subject.store().watch("", 1, [&](const auto&) {
    ++calls;
    watching.reset();
  });
  subject.settle();
  put(subject, "a", "1");
  put(subject, "a", "2");
  CHECK(comes_true(subject, [&] { return calls == 1; }));
  put(subject, "a", "3");
  subject.settle();
  CHECK(calls == 1);
}

TEMPLATE_LIST_TEST_CASE("control: of racing transactions on one revision exactly one applies",
                        "[control]", bare_control_subject) {
  TestType subject;
  put(subject, "counter", "0");
  std::atomic<int> applied = 0;
  std::atomic<int> answered = 0;
  constexpr int racers = 50;
  for (int racer = 0; racer < racers; ++racer) {
    subject.store().transact({{{"counter", 1}}, {change{"counter", std::to_string(racer), 0}}},
                             [&](const result<transaction_outcome>& outcome) {
                               applied += outcome.value().applied ? 1 : 0;
                               ++answered;
                             });
  }
  CHECK(comes_true(subject, [&] { return answered == racers; }));
  CHECK(applied == 1);
}

TEMPLATE_LIST_TEST_CASE("control: it equals a map, and a watch tells all of it",
                        "[control][property]", every_control_subject) {
  const auto seed = GENERATE(1U, 2U, 3U);
  CAPTURE(seed);
  seeded_random random{seed};
  TestType subject;
  std::map<std::string, control_record> expected;
  std::map<std::string, std::string> watched;
  std::mutex mutex;
  const auto follow = [&](const result<std::vector<control_event>>& events) {
    const std::scoped_lock lock{mutex};
    for (const auto& event : events.value()) {
      event.deleted ? void(watched.erase(event.record.key))
                    : void(watched[event.record.key] = event.record.value);
    }
  };
  auto watching = subject.store().watch("", 1, follow);
  revision at = 0;
  for (int step = 0; step < 120; ++step) {
    const auto key = "k" + std::to_string(random.next() % 8);
    const auto known = expected.find(key);
    const auto modified = known == expected.end() ? 0 : known->second.modified;
    const auto guess = random.next() % 4 == 0 ? modified + 1 : modified;
    std::optional<std::string> value;
    if (random.next() % 3 != 0) {
      value = std::to_string(step);
    }
    const auto outcome = transact(subject, {{{key, guess}}, {change{key, value, 0}}});
    CAPTURE(step, key);
    REQUIRE(outcome.applied == (guess == modified));
    if (outcome.applied && value) {
      ++at;
      expected[key] = {key, *value, modified == 0 ? at : known->second.created, at, 0};
    } else if (outcome.applied && known != expected.end()) {
      ++at;
      expected.erase(known);
    }
    REQUIRE(outcome.at == at);
  }
  const auto all = range(subject, "");
  REQUIRE(all.records.size() == expected.size());
  for (const auto& record : all.records) {
    CHECK(record == expected[record.key]);
  }
  CHECK(comes_true(subject, [&] {
    const std::scoped_lock lock{mutex};
    return watched.size() == expected.size() &&
           std::all_of(all.records.begin(), all.records.end(), [&](const control_record& record) {
             return watched[record.key] == record.value;
           });
  }));
}

} // namespace warmfront::storage
