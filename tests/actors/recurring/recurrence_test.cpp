#include "actors/recurring/recurrence.hpp"

#include <catch2/catch.hpp>

#include <random>

#include "tests/actors/recurring/recurrence_times.hpp"
#include "tests/actors/recurring/rule_model.hpp"

using namespace warmfront;
using namespace std::chrono;
using testing::by_rule;
using testing::every;
using testing::firings;
using testing::utc;

namespace {

const std::string noon = "2026-01-01T12:00:00Z";
using text_list = std::vector<std::string>;

recurrence with_until(recurrence what, const std::string& until) {
  what.until = utc(until);
  return what;
}

recurrence with_count(recurrence what, std::uint64_t count) {
  what.count = count;
  return what;
}

/// The field at fault; empty when there is none.
std::string fault(const recurrence& what) {
  const auto checked = check(what);
  if (checked)
    return "";
  CHECK(checked.error().code == errc::invalid_argument);
  CHECK_FALSE(checked.error().what.empty());
  CHECK_FALSE(checked.error().remedy.empty());
  return checked.error().field;
}

recurrence once_at(const std::string& start) {
  recurrence what;
  what.start_at = utc(start);
  return what;
}

} // namespace

TEST_CASE("recurrence: once fires at its start and never again", "[recurring]") {
  CHECK(firings(once_at(noon), 9) == text_list{noon});
  CHECK(firings(once_at(noon), 9, utc(noon)).empty());
  CHECK(fault(once_at(noon)).empty());
}

TEST_CASE("recurrence: intervals are elapsed time from the start", "[recurring]") {
  CHECK(firings(every(noon, 36h), 3) ==
        text_list{noon, "2026-01-03T00:00:00Z", "2026-01-04T12:00:00Z"});
  const auto hourly = every(noon, 1h);
  const auto later = next_occurrences(hourly, hourly.start_at + 24h * 20'000, 1).value().front();
  CHECK(later == occurrence{480'001, hourly.start_at + 480'001h});
  CHECK(next_occurrences(hourly, later, 1).value().front().number == 480'002);
  CHECK(next_occurrences(hourly, wall_time::max(), 1).value().empty());
  for (const auto number : {~std::uint64_t{0}, std::uint64_t{1} << 62})
    CHECK(next_occurrences(hourly, occurrence{number, later.at}, 1).value().empty());
}

TEST_CASE("recurrence: what is asked for comes after the time given, numbered from the start",
          "[recurring]") {
  for (const auto& what : {every(noon, 24h), by_rule(noon, "FREQ=DAILY")}) {
    const auto found = next_occurrences(what, utc("2026-01-04T12:00:00Z"), 2).value();
    CHECK(found == std::vector<occurrence>{{4, utc("2026-01-05T12:00:00Z")},
                                           {5, utc("2026-01-06T12:00:00Z")}});
    CHECK(next_occurrences(what, utc("2026-01-04T11:59:59Z"), 1).value().front().number == 3);
    CHECK(next_occurrences(what, utc("2025-01-01T00:00:00Z"), 1).value().front().number == 0);
    CHECK(next_occurrences(what, utc(noon), 0).value().empty());
  }
}

TEST_CASE("recurrence: a start that the rule does not match does not fire", "[recurring]") {
  CHECK(firings(by_rule(noon, "FREQ=WEEKLY;BYDAY=MO;COUNT=2"), 9) ==
        text_list{"2026-01-05T12:00:00Z", "2026-01-12T12:00:00Z"});
}

TEST_CASE("recurrence: nothing fires after its end, and at it still", "[recurring]") {
  for (const auto& what : {every(noon, 24h), by_rule(noon, "FREQ=DAILY")}) {
    CHECK(firings(with_until(what, "2026-01-03T12:00:00Z"), 9).size() == 3);
    CHECK(firings(with_until(what, "2026-01-03T11:59:59Z"), 9).size() == 2);
    CHECK(firings(with_count(what, 4), 9).size() == 4);
    CHECK(firings(with_count(what, 4), 9, utc("2026-01-02T12:00:00Z")).size() == 2);
    CHECK(next_occurrences(with_count(what, 4), occurrence{2, utc("2026-01-03T12:00:00Z")}, 9)
              .value()
              .size() == 1);
  }
  CHECK(firings(by_rule(noon, "FREQ=DAILY;COUNT=3"), 9).size() == 3);
  for (const auto& what : {every("2099-12-30T00:00:00Z", 24h),
                           with_until(every("2099-12-30T00:00:00Z", 24h), "2300-01-01T00:00:00Z"),
                           by_rule("2099-12-30T00:00:00Z", "FREQ=DAILY")})
    CHECK(next_occurrences(what, utc("2199-12-30T00:00:00Z"), 9).value().size() == 1);
}

TEST_CASE("recurrence: what is wrong is named by its field", "[recurring]") {
  CHECK(fault(every(noon, 1h)).empty());
  CHECK(fault(every(noon, 366 * 24h)).empty());
  CHECK(fault(every(noon, 0h)) == "repeat.every");
  CHECK(fault(every(noon, -1h)) == "repeat.every");
  CHECK(fault(every(noon, 366 * 24h + 1h)) == "repeat.every");
  auto earliest = every("1970-01-01T00:00:00Z", 1h);
  CHECK(fault(earliest).empty());
  earliest.start_at -= 1us;
  CHECK(fault(earliest) == "start_at");
  CHECK(fault(every("2100-01-01T00:00:00Z", 1h)) == "start_at");
  CHECK(fault(every("2026-01-01T00:00:00.5Z", 1h)).empty());
  CHECK(fault(by_rule("2026-01-01T00:00:00.5Z", "FREQ=DAILY")) == "start_at");
  CHECK(fault(by_rule(noon, "FREQ=DAILY", "Europe/Berlin")).empty());
  CHECK(fault(by_rule(noon, "FREQ=DAYLY")) == "repeat.rrule");
  for (const std::string zone : {"Europe/Atlantis", "", "localtime", "../UTC"})
    CHECK(fault(by_rule(noon, "FREQ=DAILY", zone)) == "repeat.timezone");
  CHECK(fault(by_rule(noon, "FREQ=DAILY", std::string(10'000, 'x'))) == "repeat.timezone");
  CHECK(check(by_rule(noon, "FREQ=DAILY", std::string(10'000, 'x'))).error().what.size() < 100);
}

TEST_CASE("recurrence: an end is in one place and not before the beginning", "[recurring]") {
  const std::string later = "2026-02-01T00:00:00Z";
  for (const auto& what : {every(noon, 24h), by_rule(noon, "FREQ=DAILY")}) {
    CHECK(fault(with_until(what, later)).empty());
    CHECK(fault(with_count(what, 1)).empty());
    CHECK(fault(with_count(what, 0)) == "repeat.count");
    CHECK(fault(with_count(with_until(what, later), 1)) == "repeat.count");
    CHECK(fault(with_until(what, noon)).empty());
    CHECK(fault(with_until(what, "2026-01-01T11:59:59Z")) == "repeat.until");
  }
  CHECK(fault(with_until(once_at(noon), later)) == "repeat.until");
  CHECK(fault(with_count(once_at(noon), 1)) == "repeat.count");
  CHECK(fault(with_until(by_rule(noon, "FREQ=DAILY;COUNT=2"), later)) == "repeat.until");
  CHECK(fault(with_count(by_rule(noon, "FREQ=DAILY;UNTIL=20270101T000000"), 2)) == "repeat.count");
  CHECK(fault(by_rule(noon, "FREQ=DAILY;UNTIL=20260101T110000")) == "repeat.rrule");
  CHECK(fault(by_rule(noon, "FREQ=DAILY;UNTIL=20260101T110000Z")) == "repeat.rrule");
}

TEST_CASE("recurrence: a rule that never fires is refused", "[recurring]") {
  for (const std::string rule :
       {"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30,-30",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2", "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=5", "FREQ=YEARLY;BYWEEKNO=20;BYMONTH=12",
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
        "FREQ=YEARLY;BYDAY=MO;BYSETPOS=60"}) {
    CAPTURE(rule);
    CHECK(fault(by_rule("2026-01-01T06:00:00Z", rule)) == "repeat.rrule");
  }
  CHECK(fault(by_rule(noon, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30,28")).empty());
}

TEST_CASE("recurrence: those that follow one are those that follow when counted from the start",
          "[recurring][property]") {
  const auto seed = GENERATE(range(0u, 80u));
  std::mt19937 random{seed};
  constexpr const char* zones[] = {"Europe/Berlin", "Australia/Lord_Howe", "Antarctica/Troll",
                                   "Pacific/Apia", "UTC"};
  const auto rule = testing::rule_model::random(random).text();
  auto what = by_rule("2011-01-01T00:00:00Z", rule, zones[random() % std::size(zones)]);
  what.start_at += hours{random() % 9'000} + minutes{random() % 60};
  CAPTURE(seed, rule, to_rfc3339(what.start_at));
  const auto all = next_occurrences(what, wall_time::min(), 500).value();
  CHECK(fault(what) == (all.empty() ? "repeat.rrule" : ""));
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(all[i].number == i);
    CHECK((i == 0 ? what.start_at <= all[i].at : all[i - 1].at < all[i].at));
  }
  for (auto i = all.size() / 10; i + 1 < all.size(); i += 1 + all.size() / 5) {
    CHECK(next_occurrences(what, all[i], 1).value().front() == all[i + 1]);
    CHECK(next_occurrences(what, all[i].at, 1).value().front() == all[i + 1]);
  }
}

TEST_CASE("recurrence: what follows may be earlier by the clock, inside a gap", "[recurring]") {
  // From one to three: half past two is an hour later than half past three.
  const auto what = by_rule("2026-03-28T02:30:00Z", "FREQ=DAILY;BYHOUR=2,3", "Antarctica/Troll");
  const auto all = next_occurrences(what, wall_time::min(), 5).value();
  CHECK(to_rfc3339(all[2].at) == "2026-03-29T01:30:00.000Z");
  CHECK(to_rfc3339(all[3].at) == "2026-03-29T02:30:00.000Z");
  CHECK(next_occurrences(what, all[2], 2).value() == std::vector{all[3], all[4]});
}

TEST_CASE("recurrence: when the rules of a zone changed, those with greater numbers follow",
          "[recurring]") {
  const auto what = by_rule("2026-06-01T07:00:00Z", "FREQ=DAILY", "Europe/Berlin");
  // It was at 6 then, and is at 7 now: number 3 must not fire again.
  const auto next = next_occurrences(what, occurrence{3, utc("2026-06-04T06:00:00Z")}, 1).value();
  CHECK(next == std::vector<occurrence>{{4, utc("2026-06-05T07:00:00Z")}});
  CHECK(next_occurrences(what, occurrence{3, wall_time::max()}, 1).value() == next);
  CHECK(next_occurrences(what, occurrence{3, wall_time::min()}, 1).value() == next);
  const occurrence far{std::uint64_t{1} << 62, utc("2026-06-04T06:00:00Z")};
  CHECK(next_occurrences(what, far, 1).value().empty());
}
