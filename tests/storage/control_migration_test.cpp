#include <catch2/catch.hpp>

#include <optional>

#include "storage/control_migration.hpp"
#include "tests/storage/control_questions.hpp"
#include "tests/storage/control_subjects.hpp"

namespace warmfront::storage {

using namespace warmfront::testing; // NOLINT: the words these tests are written in

namespace {

struct two_stores {
  memory_control_subject from;
  memory_control_subject to;

  std::optional<result<migration_outcome>> answer;

  /// Lets both answer, and `meanwhile` happen after so many steps of both.
  result<migration_outcome> migrate(int steps = 0, const std::function<void()>& meanwhile = {}) {
    migrate_control_state(from.store(), to.store(), [this](const auto& said) { answer = said; });
    for (int step = 0; !answer; ++step) {
      if (step == steps && meanwhile) {
        meanwhile();
      }
      to.settle();
      from.settle();
    }
    return *answer;
  }
};

} // namespace

TEST_CASE("migration: every record arrives, those under a lease stay behind", "[control]") {
  two_stores stores;
  const auto count = GENERATE(0, 1, 99, 100, 101, 250);
  for (int number = 0; number < count; ++number) {
    put(stores.from, "pools/" + std::to_string(number), std::string(20'000, 'v'));
  }
  put(stores.from, "alive/a", "1", grant(stores.from, seconds{10}));
  const auto outcome = stores.migrate().value();
  CHECK(outcome.copied == static_cast<std::size_t>(count));
  CHECK(outcome.left == 1);
  const auto copied = range(stores.to, "").records;
  const auto expected = range(stores.from, "pools/").records;
  REQUIRE(copied.size() == expected.size());
  for (std::size_t i = 0; i < copied.size(); ++i) {
    CHECK(copied[i].key == expected[i].key);
    CHECK(copied[i].value == expected[i].value);
  }
}

TEST_CASE("migration: a store that holds something is left as it is", "[control]") {
  two_stores stores;
  put(stores.from, "a", "1");
  put(stores.to, "b", "2");
  CHECK(stores.migrate().error().code == errc::already_exists);
  CHECK(range(stores.to, "").records.size() == 1);
}

TEST_CASE("migration: a change meanwhile is noticed", "[control]") {
  two_stores stores;
  put(stores.from, "a", "1");
  put(stores.from, "b", "1");
  SECTION("of the old store") {
    CHECK(stores.migrate(1, [&] { put(stores.from, "a", "2"); }).error().code == errc::conflict);
  }
  SECTION("of the new store") {
    CHECK(stores.migrate(1, [&] { put(stores.to, "b", "2"); }).error().code == errc::conflict);
  }
}

} // namespace warmfront::storage
