#include "actors/recurring/misfire.hpp"

#include <catch2/catch.hpp>

#include <random>

#include "tests/actors/recurring/recurrence_times.hpp"

using namespace warmfront;
using namespace std::chrono;
using testing::every;
using testing::utc;

namespace {

const wall_time midnight = utc("2026-01-01T00:00:00Z");

recurrence hourly(misfire_policy policy) {
  auto what = every("2026-01-01T00:00:00Z", 1h);
  what.misfire = policy;
  return what;
}

occurrence hour(std::uint64_t number) {
  return {number, midnight + hours{static_cast<std::int64_t>(number)}};
}

std::vector<occurrence> hours_between(std::uint64_t first, std::uint64_t last) {
  std::vector<occurrence> found;
  for (auto number = first; number <= last; ++number)
    found.push_back(hour(number));
  return found;
}

constexpr misfire_policy policies[] = {misfire_policy::skip, misfire_policy::once,
                                       misfire_policy::catch_up};

} // namespace

TEST_CASE("misfire: what is on time is fired, whatever the policy, up to the end of its grace",
          "[recurring]") {
  for (const auto policy : policies)
    for (const microseconds late : {microseconds{0}, microseconds{5min}}) {
      const auto found = due(hourly(policy), hour(6), hour(7).at + late).value();
      CHECK(found == due_occurrences{{hour(7)}, 0, hour(7), hour(8).at});
    }
}

TEST_CASE("misfire: before its moment nothing is fired, and it is known when that is",
          "[recurring]") {
  for (const auto policy : policies) {
    const auto found = due(hourly(policy), hour(6), hour(7).at - 1us).value();
    CHECK(found == due_occurrences{{}, 0, hour(6), hour(7).at});
    CHECK(due(hourly(policy), std::nullopt, midnight - 1us).value() ==
          due_occurrences{{}, 0, std::nullopt, midnight});
    CHECK(due(hourly(policy), std::nullopt, midnight).value().fire == hours_between(0, 0));
  }
}

TEST_CASE("misfire: late ones are given up, all but the latest, or made up for", "[recurring]") {
  const auto now = hour(10).at + 5min + 1us; // 10 is late, too
  CHECK(due(hourly(misfire_policy::skip), hour(6), now).value() ==
        due_occurrences{{}, 4, hour(10), hour(11).at});
  CHECK(due(hourly(misfire_policy::once), hour(6), now).value() ==
        due_occurrences{{hour(10)}, 3, hour(10), hour(11).at});
  CHECK(due(hourly(misfire_policy::catch_up), hour(6), now).value() ==
        due_occurrences{hours_between(7, 10), 0, hour(10), hour(11).at});
}

TEST_CASE("misfire: one that is on time is fired beside the late ones", "[recurring]") {
  const auto now = hour(10).at + 1min;
  CHECK(due(hourly(misfire_policy::skip), hour(6), now).value() ==
        due_occurrences{{hour(10)}, 3, hour(10), hour(11).at});
  CHECK(due(hourly(misfire_policy::once), hour(6), now).value() ==
        due_occurrences{{hour(9), hour(10)}, 2, hour(10), hour(11).at});
}

TEST_CASE("misfire: one call fires a limited number, the next one goes on", "[recurring]") {
  const misfire_config few{.grace = 5min, .fired_max = 3};
  const auto now = hour(10).at;
  const auto first = due(hourly(misfire_policy::catch_up), hour(5), now, few).value();
  CHECK(first == due_occurrences{hours_between(6, 8), 0, hour(8), hour(9).at});
  CHECK(due(hourly(misfire_policy::catch_up), first.last_handled, now, few).value() ==
        due_occurrences{hours_between(9, 10), 0, hour(10), hour(11).at});
  const auto hundred = due(hourly(misfire_policy::catch_up), std::nullopt, hour(500).at).value();
  CHECK(hundred.fire == hours_between(0, 99));
  const misfire_config patient{.grace = 24h, .fired_max = 3};
  CHECK(due(hourly(misfire_policy::skip), hour(5), now, patient).value() ==
        due_occurrences{hours_between(6, 8), 0, hour(8), hour(9).at});
}

TEST_CASE("misfire: a clock that jumps back fires nothing twice", "[recurring]") {
  for (const auto policy : policies) {
    const auto what = hourly(policy);
    const auto before = due(what, hour(6), hour(7).at).value();
    const auto back = due(what, before.last_handled, hour(3).at).value();
    CHECK(back == due_occurrences{{}, 0, hour(7), hour(8).at});
    CHECK(due(what, back.last_handled, hour(7).at).value().fire.empty());
    CHECK(due(what, back.last_handled, hour(8).at).value().fire == hours_between(8, 8));
  }
}

TEST_CASE("misfire: after the last one there is no next time", "[recurring]") {
  auto what = hourly(misfire_policy::once);
  what.count = 3;
  CHECK(due(what, hour(1), hour(2).at).value() ==
        due_occurrences{{hour(2)}, 0, hour(2), std::nullopt});
  CHECK(due(what, hour(2), hour(9).at).value() == due_occurrences{{}, 0, hour(2), std::nullopt});
}

TEST_CASE("misfire: a rule that cannot be read is an error", "[recurring]") {
  const auto found = due(testing::by_rule("2026-01-01T00:00:00Z", "FREQ="), {}, midnight);
  REQUIRE_FALSE(found);
  CHECK(found.error().field == "repeat.rrule");
}

TEST_CASE("misfire: under a jumping clock each number is fired or skipped once, in order",
          "[recurring][property]") {
  const auto seed = GENERATE(range(0u, 100u));
  CAPTURE(seed);
  std::mt19937 random{seed};
  auto what = random() % 2 == 0 ? every("2026-03-20T00:00:00Z", 5h)
                                : testing::by_rule("2026-03-20T00:00:00Z", "FREQ=HOURLY;INTERVAL=2",
                                                   "Europe/Berlin");
  what.misfire = policies[random() % 3];
  const misfire_config config{.grace = minutes{random() % 300}, .fired_max = 1 + random() % 5};
  auto now = what.start_at - 10h;
  std::optional<occurrence> last;
  std::uint64_t handled = 0;
  for (int i = 0; i < 60; ++i) {
    now += minutes{static_cast<int>(random() % 2'000) - 600};
    const auto found = due(what, last, now, config).value();
    CHECK(found.fire.size() <= config.fired_max);
    auto previous = last ? last->at : wall_time::min();
    std::size_t late = 0;
    for (const auto& each : found.fire) {
      CHECK((previous < each.at && each.at <= now));
      previous = each.at;
      late += now - each.at > config.grace ? 1 : 0;
    }
    CHECK(late <= (what.misfire == misfire_policy::skip   ? 0u
                   : what.misfire == misfire_policy::once ? 1u
                                                          : found.fire.size()));
    CHECK((found.skipped == 0 || what.misfire != misfire_policy::catch_up));
    handled += found.fire.size() + found.skipped;
    last = found.last_handled;
    CHECK(handled == (last ? last->number + 1 : 0));
    REQUIRE(found.next_at);
    CHECK((*found.next_at > now || found.fire.size() == config.fired_max));
    CHECK(*found.next_at ==
          next_occurrences(what, last ? last->at : wall_time::min(), 1).value().front().at);
  }
}
