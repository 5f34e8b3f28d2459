// The control store behind a bad network, and on a store that fails.
#include <catch2/catch.hpp>

#include "actors/core/random.hpp"
#include "storage/control_records.hpp"
#include "storage/control_watch.hpp"
#include "tests/storage/control_subjects.hpp"

namespace warmfront::storage {

namespace {

struct faulty_subject {
  testing::manual_clock time;
  memory_control_store shared{time};
  control_fault next = control_fault::none;
  faulty_control_store node{shared, [this] { return next; }};
  std::vector<std::string> heard;

  void put(std::string key, control_fault fault) {
    next = fault;
    node.transact({{}, {{std::move(key), "v", 0}}},
                  [this](const result<transaction_outcome>& outcome) {
                    heard.emplace_back(outcome ? "ok" : to_string(outcome.error().code));
                  });
  }
  bool holds(const std::string& key) {
    bool found = false;
    shared.range(key, [&](const result<control_snapshot>& snapshot) {
      found = !snapshot.value().records.empty();
    });
    shared.run();
    return found;
  }
};

using codes = std::vector<std::string>;

} // namespace

TEST_CASE("faulty control: a lost call has no effect, a lost answer has", "[control]") {
  faulty_subject subject;
  subject.put("call", control_fault::lost_call);
  subject.put("answer", control_fault::lost_answer);
  subject.shared.run();
  CHECK(subject.heard.empty());
  CHECK(subject.node.deliver() == 2);
  CHECK(subject.heard == codes{"unavailable", "unavailable"});
  CHECK_FALSE(subject.holds("call"));
  CHECK(subject.holds("answer"));
}

TEST_CASE("faulty control: a delayed answer waits, and others overtake it", "[control]") {
  faulty_subject subject;
  subject.put("late", control_fault::delayed);
  subject.put("early", control_fault::none);
  subject.shared.run();
  CHECK(subject.heard.size() == 1);
  CHECK(subject.holds("late"));
  CHECK(subject.node.release() == 1);
  CHECK(subject.heard == codes{"ok", "ok"});
}

TEST_CASE("faulty control: a dropped answer never comes", "[control]") {
  faulty_subject subject;
  subject.put("a", control_fault::dropped);
  subject.shared.run();
  CHECK(subject.node.deliver() + subject.node.release() == 0);
  CHECK(subject.heard.empty());
  CHECK(subject.holds("a"));
}

TEST_CASE("faulty control: broken watches hear of it once, and nothing after", "[control]") {
  faulty_subject subject;
  std::vector<std::string> seen;
  const auto watching =
      subject.node.watch("", 1, [&](const result<std::vector<control_event>>& events) {
        seen.emplace_back(events ? events.value().front().record.key
                                 : to_string(events.error().code));
      });
  subject.put("a", control_fault::none);
  subject.shared.run();
  subject.node.break_watches();
  subject.node.break_watches();
  subject.put("b", control_fault::none);
  subject.shared.run();
  CHECK(seen == codes{"a", "unavailable"});
}

TEST_CASE("control: a commit that fails changes nothing, not even for watches", "[control]") {
  faulty_subject subject;
  int calls = 0;
  const auto watching = subject.shared.watch("", 1, [&](const auto&) { ++calls; });
  subject.shared.data().fail_next(1, {errc::storage_full, "told to", {}});
  subject.put("a", control_fault::none);
  subject.shared.run();
  CHECK(subject.heard == codes{"storage_full"});
  CHECK_FALSE(subject.holds("a"));
  CHECK(calls == 0);
  subject.put("b", control_fault::none);
  subject.shared.run();
  CHECK(calls == 1);
  CHECK(subject.heard.back() == "ok");
}

TEST_CASE("control: a lease that could not be ended is ended later", "[control]") {
  faulty_subject subject;
  lease_id lease = 0;
  subject.shared.grant_lease(seconds{1},
                             [&](const result<lease_id>& granted) { lease = granted.value(); });
  subject.shared.run();
  subject.shared.transact({{}, {{"mine", "v", lease}}}, [](const auto&) {});
  subject.shared.run();
  subject.time.advance(seconds{2});
  subject.shared.data().fail_next(1, {errc::storage_full, "told to", {}});
  subject.shared.run();
  CHECK(subject.holds("mine"));
  subject.shared.run();
  CHECK_FALSE(subject.holds("mine"));
}

TEST_CASE("control watch: says nothing once it has ended or failed", "[control]") {
  int calls = 0;
  control_watch subject{"p/", 2, [&](const auto&) { ++calls; }};
  const std::vector<control_event> events{{{"p/a", "v", 2, 2, 0}, false}};
  subject.deliver(events);
  CHECK(calls == 1);
  const bool by_failure = GENERATE(false, true);
  if (by_failure) {
    subject.fail({errc::unavailable, "told to", {}});
    CHECK(calls == 2);
  } else {
    subject.end();
  }
  calls = 0;
  subject.deliver(events);
  subject.fail({errc::unavailable, "told to", {}});
  CHECK(calls == 0);
  CHECK_FALSE(subject.active());
}

TEST_CASE("control records: what was encoded is decoded", "[control]") {
  const control_record record{"key", std::string{"\0v\xff", 3}, 3, 9, 4};
  CHECK(decode_entry("key", encode_entry(record)).value() == record);
  const std::vector<control_event> events{{record, false}, {{"gone", "", 0, 9, 0}, true}};
  const auto decoded = decode_events(encode_events(events)).value();
  REQUIRE(decoded.size() == 2);
  CHECK(decoded[0].record == record);
  CHECK(decoded[1].deleted);
  CHECK(decode_lease(encode_lease(milliseconds{1500})).value() == milliseconds{1500});
  CHECK(decode_position(encode_position({7, 3})).value() == control_position{7, 3});
  CHECK(control_keys::number_of(control_keys::of_revision(0x0102030405060708)) ==
        0x0102030405060708);
  CHECK(control_keys::of_revision(255) < control_keys::of_revision(256));
}

TEST_CASE("control records: any octets are a record or an error", "[control][property]") {
  seeded_random random{3};
  for (int round = 0; round < 20'000; ++round) {
    std::string octets(random.next() % 40, '\0');
    for (auto& octet : octets) {
      octet = static_cast<char>(random.next() % (round % 2 == 0 ? 256 : 32));
    }
    const auto check = [](const auto& decoded) {
      CHECK((decoded.has_value() || decoded.error().code == errc::storage_corrupt));
    };
    check(decode_entry("k", octets));
    check(decode_events(octets));
    check(decode_lease(octets));
    check(decode_position(octets));
  }
}

TEST_CASE("control: records that do not parse stop the store from opening", "[control]") {
  memory_store data;
  batch changes;
  const auto where = GENERATE("p", "l12345678", "kkey");
  changes.put(family::control, where, "\xff\xff\xff");
  REQUIRE(commit_and_wait(data, std::move(changes), priority::growth).has_value());
  testing::manual_clock time;
  const auto opened = open_embedded_control_store(data, time);
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().code == errc::storage_corrupt);
}

} // namespace warmfront::storage
