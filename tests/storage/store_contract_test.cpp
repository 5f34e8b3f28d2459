// What every store promises (storage/store.hpp), checked against each of them.
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <limits>
#include <map>
#include <thread>

#include "actors/core/random.hpp"
#include "tests/storage/store_subjects.hpp"

namespace warmfront::storage {

namespace {

using testing::memory_subject;
using testing::rocks_subject;

std::string value_of(const store& in, family where, std::string_view key) {
  return in.get(where, key).value().value_or("(absent)");
}

void must_commit(store& target, batch changes) {
  const auto done = commit_and_wait(target, std::move(changes), priority::growth);
  REQUIRE(done.has_value());
}

void put(store& target, std::string key, std::string value, family where = family::spool) {
  batch changes;
  changes.put(where, std::move(key), std::move(value));
  must_commit(target, std::move(changes));
}

using model = std::map<std::string, std::string>;

// Every kind of change, at random, to the store and to a map.
batch random_changes(random_source& random, model& expected) {
  batch changes;
  for (auto left = 1 + random.next() % 6; left > 0; --left) {
    const auto key = "k" + std::to_string(random.next() % 50);
    switch (random.next() % 5) {
    case 0:
    case 1: {
      const auto value = std::string(random.next() % 3000, 'v') + std::to_string(random.next());
      changes.put(family::spool, key, value);
      expected[key] = value;
      break;
    }
    case 2:
    case 3:
      changes.erase(family::spool, key);
      expected.erase(key);
      break;
    default: {
      const auto before = "k" + std::to_string(random.next() % 50);
      changes.erase_range(family::spool, key, before);
      if (key < before) {
        expected.erase(expected.lower_bound(key), expected.lower_bound(before));
      }
    }
    }
  }
  return changes;
}

model all_of(const store& in) {
  model found;
  const auto entries = in.scan(family::spool, "", "", 1'000'000).value();
  for (const auto& entry : entries) {
    found.emplace(entry.key, entry.value);
  }
  return found;
}

} // namespace

TEMPLATE_TEST_CASE("store: what was put is read, in its own family only", "[store]", memory_subject,
                   rocks_subject) {
  TestType subject;
  put(subject.store(), "key", "value");
  CHECK(value_of(subject.store(), family::spool, "key") == "value");
  CHECK(value_of(subject.store(), family::queue, "key") == "(absent)");
  put(subject.store(), "key", "other");
  CHECK(value_of(subject.store(), family::spool, "key") == "other");
}

TEMPLATE_TEST_CASE("store: keys and values may hold any octet and be large", "[store]",
                   memory_subject, rocks_subject) {
  TestType subject;
  const std::string key{"\0\xff\n", 3};
  const std::string value(3'000'000, '\0');
  put(subject.store(), key, value);
  put(subject.store(), "empty", "");
  CHECK(value_of(subject.store(), family::spool, key) == value);
  CHECK(value_of(subject.store(), family::spool, "empty").empty());
}

TEMPLATE_TEST_CASE("store: a batch is applied in the order of its changes", "[store]",
                   memory_subject, rocks_subject) {
  TestType subject;
  batch changes;
  changes.put(family::spool, "a", "1");
  changes.erase(family::spool, "a");
  changes.put(family::spool, "a", "2");
  changes.put(family::spool, "b", "1");
  changes.erase_range(family::spool, "b", "c");
  must_commit(subject.store(), std::move(changes));
  CHECK(value_of(subject.store(), family::spool, "a") == "2");
  CHECK(value_of(subject.store(), family::spool, "b") == "(absent)");
}

TEMPLATE_TEST_CASE("store: ranges go between insertions of the same kind of key", "[store]",
                   memory_subject, rocks_subject) {
  // Not of `control`, which expects none.
  const auto where = GENERATE(family::spool, family::queue, family::ledger, family::events,
                              family::counters, family::segments, family::suppressions);
  TestType subject;
  constexpr int kept = 3;
  const auto key_of = [](int number) { return "k" + std::to_string(1000 + number); };
  for (int number = 0; number < 50; ++number) {
    batch changes;
    changes.put(where, key_of(number), "1");
    changes.erase_range(where, key_of(0), key_of(number + 1 - kept));
    must_commit(subject.store(), std::move(changes));
  }
  const auto left = subject.store().scan(where, "k", "l", 100).value();
  REQUIRE(left.size() == kept);
  CHECK(left.front().key == key_of(50 - kept));
}

TEMPLATE_TEST_CASE("store: erase_once removes, and the key can come again", "[store]",
                   memory_subject, rocks_subject) {
  TestType subject;
  for (int round = 0; round < 3; ++round) {
    put(subject.store(), "k", std::to_string(round), family::queue);
    CHECK(value_of(subject.store(), family::queue, "k") == std::to_string(round));
    batch changes;
    changes.erase_once(family::queue, "k");
    must_commit(subject.store(), std::move(changes));
    CHECK(value_of(subject.store(), family::queue, "k") == "(absent)");
  }
}

TEMPLATE_TEST_CASE("store: counters add up from nothing, and stay at the limit", "[store]",
                   memory_subject, rocks_subject) {
  TestType subject;
  batch changes;
  changes.add("sent", 5);
  changes.add("sent", -7);
  changes.add("most", std::numeric_limits<std::int64_t>::max());
  changes.add("most", 1);
  must_commit(subject.store(), std::move(changes));
  CHECK(value_of(subject.store(), family::counters, "sent") == "-2");
  CHECK(value_of(subject.store(), family::counters, "most") == "9223372036854775807");
  subject.restart();
  batch more;
  more.add("sent", 12);
  must_commit(subject.store(), std::move(more));
  CHECK(value_of(subject.store(), family::counters, "sent") == "10");
}

TEMPLATE_TEST_CASE("store: scan is ordered, half-open and limited", "[store]", memory_subject,
                   rocks_subject) {
  TestType subject;
  for (const auto* key : {"b", "a", "d", "c"}) {
    put(subject.store(), key, key);
  }
  const auto keys = [&](std::string_view from, std::string_view before, std::size_t limit) {
    std::string joined;
    const auto entries = subject.store().scan(family::spool, from, before, limit).value();
    for (const auto& entry : entries) {
      joined += entry.key;
    }
    return joined;
  };
  CHECK(keys("", "", 10) == "abcd");
  CHECK(keys("b", "d", 10) == "bc");
  CHECK(keys("b", "", 2) == "bc");
  CHECK(keys("b", "b", 10).empty());
  CHECK(keys("c", "b", 10).empty());
  CHECK(keys("", "", 0).empty());
}

TEMPLATE_TEST_CASE("store: last is the greatest key of the range", "[store]", memory_subject,
                   rocks_subject) {
  TestType subject;
  for (const auto* key : {"b", "a", "d", "c"}) {
    put(subject.store(), key, key);
  }
  const auto key = [&](std::string_view from, std::string_view before) {
    const auto found = subject.store().last(family::spool, from, before).value();
    return found ? found->key : "(none)";
  };
  CHECK(key("", "") == "d");
  CHECK(key("a", "d") == "c");
  CHECK(key("bb", "c") == "(none)");
  CHECK(key("e", "") == "(none)");
  CHECK(key("d", "a") == "(none)");
}

TEMPLATE_TEST_CASE("store: callbacks come once, in order, and see their own batch", "[store]",
                   memory_subject, rocks_subject) {
  constexpr int commits = 500;
  std::vector<int> order; // declared first: callbacks may come until the store is gone
  std::atomic<int> seen = 0;
  {
    TestType subject;
    for (int number = 0; number < commits; ++number) {
      batch changes;
      const auto key = "k" + std::to_string(number);
      changes.put(family::spool, key, "v");
      subject.store().commit(std::move(changes), priority::progress,
                             [&, number, key](const result<void>& done) {
                               order.push_back(number);
                               if (done && value_of(subject.store(), family::spool, key) == "v") {
                                 ++seen;
                               }
                             });
    }
    must_commit(subject.store(), {});
  }
  CHECK(order.size() == commits);
  CHECK(std::is_sorted(order.begin(), order.end()));
  CHECK(seen == commits);
}

TEMPLATE_TEST_CASE("store: a callback may commit again", "[store]", memory_subject, rocks_subject) {
  TestType subject;
  std::promise<void> finished;
  batch first;
  first.put(family::spool, "a", "1");
  subject.store().commit(std::move(first), priority::progress, [&](const result<void>&) {
    batch second;
    second.put(family::spool, "b", "2");
    subject.store().commit(std::move(second), priority::progress,
                           [&](const result<void>&) { finished.set_value(); });
  });
  finished.get_future().wait();
  CHECK(value_of(subject.store(), family::spool, "b") == "2");
}

TEMPLATE_TEST_CASE("store: many threads commit at once and nothing is mixed up", "[store]",
                   memory_subject, rocks_subject) {
  TestType subject;
  constexpr int threads = 8;
  constexpr int commits = 50;
  std::atomic<int> succeeded = 0;
  std::vector<std::thread> producers;
  for (int thread = 0; thread < threads; ++thread) {
    producers.emplace_back([&, thread] {
      for (int number = 0; number < commits; ++number) {
        batch changes;
        const auto key = std::to_string(thread) + "/" + std::to_string(number);
        changes.put(family::spool, key, key);
        changes.add("commits", 1);
        if (commit_and_wait(subject.store(), std::move(changes), priority::growth)) {
          ++succeeded;
        }
      }
    });
  }
  for (auto& producer : producers) {
    producer.join();
  }
  CHECK(succeeded == threads * commits);
  CHECK(subject.store().scan(family::spool, "", "", 10'000).value().size() == threads * commits);
  CHECK(value_of(subject.store(), family::counters, "commits") == "400");
}

TEMPLATE_TEST_CASE("store: it equals a map after any changes and restarts", "[store][property]",
                   memory_subject, rocks_subject) {
  const auto seed = GENERATE(1U, 2U, 3U);
  CAPTURE(seed);
  seeded_random random{seed};
  TestType subject;
  model expected;
  for (int step = 0; step < 150; ++step) {
    CAPTURE(step);
    must_commit(subject.store(), random_changes(random, expected));
    if (random.next() % 50 == 0) {
      subject.restart();
    }
    if (random.next() % 10 == 0) {
      REQUIRE(all_of(subject.store()) == expected);
    }
  }
  CHECK(all_of(subject.store()) == expected);
}

TEMPLATE_TEST_CASE("store: a healthy one accepts growth", "[store]", memory_subject,
                   rocks_subject) {
  TestType subject;
  const auto health = subject.store().health();
  CHECK(health.accepts_growth);
  CHECK_FALSE(health.failure.has_value());
  CHECK(health.free_octets > 0);
}

TEST_CASE("prefix_end: the least key after all with the prefix", "[store]") {
  CHECK(prefix_end("ab") == "ac");
  CHECK(prefix_end("a\xff") == "b");
  CHECK(prefix_end("\xff\xff").empty());
  CHECK(prefix_end("").empty());
}

TEST_CASE("batch: append keeps the order and the octets", "[store]") {
  batch first;
  first.put(family::spool, "k", "vvv");
  batch second;
  second.erase(family::spool, "k");
  first.append(std::move(second));
  REQUIRE(first.changes().size() == 2);
  CHECK(first.changes()[1].what == batch::kind::erase);
  CHECK(first.octets() == 5);
  CHECK(second.octets() == 0);
}

} // namespace warmfront::storage
