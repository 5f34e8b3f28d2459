#include "actors/warmup/day_rule.hpp"

#include <catch2/catch.hpp>
#include <date/date.h>

#include "actors/core/random.hpp"

using namespace warmfront;
using namespace std::chrono_literals;

namespace {

day_rule zone(const std::string& name) {
  auto rule = day_rule::in_zone(name);
  REQUIRE(rule);
  return rule.value();
}

wall_time utc(int year, unsigned month, unsigned day, microseconds time = 0h) {
  const date::sys_days days{date::year{year} / date::month{month} / date::day{day}};
  return wall_time{std::chrono::duration_cast<microseconds>(days.time_since_epoch())} + time;
}

} // namespace

TEST_CASE("day rule: days of one length are counted from where the first began", "[warmup]") {
  const day_rule rule{24h};
  const auto start = utc(2026, 3, 28, 15h);
  CHECK(rule.days_between(start, start + 24h - 1us) == 0);
  CHECK(rule.days_between(start, start + 24h) == 1);
  CHECK(rule.days_between(start, start - 500h) == 0);
  CHECK(rule.begin_after(start, 2) == start + 48h);
}

TEST_CASE("day rule: a calendar day ends at midnight of its zone", "[warmup]") {
  const auto rule = zone("Asia/Shanghai");
  const auto start = utc(2026, 1, 5, 10h); // 18:00 there
  CHECK(rule.begin_after(start, 1) == utc(2026, 1, 5, 16h));
  CHECK(rule.begin_after(start, 3) == utc(2026, 1, 7, 16h));
  CHECK(rule.days_between(start, utc(2026, 1, 5, 16h) - 1us) == 0);
  CHECK(rule.days_between(start, utc(2026, 1, 5, 16h)) == 1);
}

TEST_CASE("day rule: where clocks change a day has 23 or 25 hours", "[warmup]") {
  const auto rule = zone("Europe/Berlin");
  const auto spring = rule.begin_after(utc(2026, 3, 28, 12h), 1);
  CHECK(spring == utc(2026, 3, 28, 23h));
  CHECK(rule.begin_after(spring, 1) - spring == 23h);
  const auto autumn = rule.begin_after(utc(2026, 10, 24, 12h), 1);
  CHECK(autumn == utc(2026, 10, 24, 22h));
  CHECK(rule.begin_after(autumn, 1) - autumn == 25h);
}

TEST_CASE("day rule: a day whose midnight does not exist begins when its first hour does",
          "[warmup]") {
  // Beirut: on 2026-03-29 the clocks go from 00:00 to 01:00.
  const auto rule = zone("Asia/Beirut");
  const auto begin = rule.begin_after(utc(2026, 3, 28, 12h), 1);
  CHECK(begin == utc(2026, 3, 28, 22h));
  CHECK(rule.days_between(utc(2026, 3, 28, 12h), begin) == 1);
  CHECK(rule.days_between(utc(2026, 3, 28, 12h), begin - 1us) == 0);
}

TEST_CASE("day rule: an unknown zone is refused by name", "[warmup]") {
  for (const auto* name : {"Europe/Atlantis", "", "../etc/passwd", "CET\nx"}) {
    const auto rule = day_rule::in_zone(name);
    REQUIRE_FALSE(rule);
    CHECK(rule.error().code == errc::invalid_argument);
    CHECK(rule.error().field == "time_zone");
  }
}

TEST_CASE("day rule: counting and beginning of days agree in every zone", "[warmup][property]") {
  const std::vector<day_rule> rules{day_rule{24h},
                                    day_rule{7s},
                                    zone("UTC"),
                                    zone("Europe/Berlin"),
                                    zone("America/Havana"),
                                    zone("Asia/Beirut"),
                                    zone("Australia/Lord_Howe"),
                                    zone("Pacific/Apia"),
                                    zone("Pacific/Kiritimati")};
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    const auto& rule = rules[random.next() % rules.size()];
    // Apia had no 30 December 2011.
    const auto start = utc(2011, 12, 20) +
                       microseconds{static_cast<std::int64_t>(random.next() % 630'000'000'000'000)};
    const auto days = static_cast<std::uint32_t>(random.next() % 800);
    const auto begin = rule.begin_after(start, days);
    CHECK(rule.days_between(start, begin) >= days);
    CHECK(rule.begin_after(start, days + 1) >= begin);
    if (days > 0)
      CHECK(rule.days_between(start, begin - 1us) < days);
  }
}

TEST_CASE("day rule: survives the end of time", "[warmup]") {
  for (const auto& rule : {day_rule{24h}, zone("Europe/Berlin")}) {
    CHECK(rule.begin_after(wall_time::max() - 1h, 5) == wall_time::max());
    CHECK(rule.begin_after(utc(2026, 1, 1), 4'294'967'295u) >= utc(2026, 1, 1));
    CHECK(rule.days_between(wall_time{}, wall_time::max()) > 1'000'000u);
  }
}

TEST_CASE("day rule: the day before began where its first hour did", "[warmup]") {
  const auto rule = zone("Europe/Berlin");
  const auto monday = utc(2026, 3, 29, 22h);
  CHECK(rule.begin_before(monday, 0) == monday);
  CHECK(rule.begin_before(monday, 1) == utc(2026, 3, 28, 23h));
  CHECK(rule.begin_before(monday, 2) == utc(2026, 3, 27, 23h));
  CHECK(rule.begin_before(monday, 4'294'967'295u) == wall_time{});
  const day_rule hours{1h};
  CHECK(hours.begin_before(monday, 3) == monday - 3h);
  CHECK(hours.begin_before(monday, 4'294'967'295u) == wall_time{});
}
