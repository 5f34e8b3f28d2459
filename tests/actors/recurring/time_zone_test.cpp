// Rules where clocks are put forward and back.
#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <set>

#include <date/tz.h>

#include "tests/actors/recurring/recurrence_times.hpp"

using namespace warmfront;
using namespace std::chrono;
using testing::by_rule;
using testing::firings;

namespace {

using firing_list = std::vector<std::string>;

/// A zone at a time when its clocks were changed.
struct zone_years {
  const char* name;
  int first;
  int last;
};

const zone_years changing_zones[] = {
    {"Europe/Berlin", 2024, 2026},       {"America/New_York", 2024, 2026},
    {"Australia/Lord_Howe", 2024, 2026}, {"Asia/Shanghai", 1986, 1991},
    {"America/Sao_Paulo", 2016, 2019},   {"Pacific/Apia", 2010, 2012},
    {"Antarctica/Troll", 2024, 2025},
};

sys_days new_year(int number) {
  return sys_days{year{number} / January / 1};
}

/// What the clocks of a zone showed, looked at every quarter of an hour.
class watched_clock {
public:
  explicit watched_clock(const zone_years& where) : zone_{date::locate_zone(where.name)} {
    const auto end = new_year(where.last + 1) + days{3};
    for (wall_time now = new_year(where.first) - days{3}; now < end; now += minutes{15})
      shown_.emplace(reading(now), now); // keeps the first
  }

  [[nodiscard]] local_seconds reading(wall_time now) const {
    const date::sys_seconds at{floor<seconds>(now.time_since_epoch())};
    return local_seconds{zone_->to_local(at).time_since_epoch()};
  }
  /// @pre whole quarters of an hour
  [[nodiscard]] wall_time moment(local_seconds wanted) const {
    auto next = shown_.upper_bound(wanted);
    --next; // the last reading that is not later
    return next->second + (wanted - next->first);
  }

private:
  const date::time_zone* zone_;
  std::map<local_seconds, wall_time> shown_;
};

} // namespace

TEST_CASE("time zone: nine o'clock stays nine o'clock when the clocks are changed", "[recurring]") {
  CHECK(firings(by_rule("2026-03-27T08:00:00Z", "FREQ=DAILY", "Europe/Berlin"), 4) ==
        firing_list{"2026-03-27T08:00:00Z", "2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z",
                    "2026-03-30T07:00:00Z"});
  CHECK(firings(by_rule("2026-10-24T07:00:00Z", "FREQ=DAILY", "Europe/Berlin"), 3) ==
        firing_list{"2026-10-24T07:00:00Z", "2026-10-25T08:00:00Z", "2026-10-26T08:00:00Z"});
}

TEST_CASE("time zone: a time that the clocks skip fires as if they had not been put forward",
          "[recurring]") {
  CHECK(firings(by_rule("2026-03-28T01:30:00Z", "FREQ=DAILY", "Europe/Berlin"), 3) ==
        firing_list{"2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"});
  // Half an hour at two; midnight; and a whole day, which is one with the next one then.
  CHECK(firings(by_rule("2026-10-02T15:45:00Z", "FREQ=DAILY", "Australia/Lord_Howe"), 3) ==
        firing_list{"2026-10-02T15:45:00Z", "2026-10-03T15:45:00Z", "2026-10-04T15:15:00Z"});
  CHECK(firings(by_rule("2018-11-03T03:00:00Z", "FREQ=DAILY", "America/Sao_Paulo"), 3) ==
        firing_list{"2018-11-03T03:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"});
  CHECK(firings(by_rule("2011-12-28T19:00:00Z", "FREQ=DAILY", "Pacific/Apia"), 4) ==
        firing_list{"2011-12-28T19:00:00Z", "2011-12-29T19:00:00Z", "2011-12-30T19:00:00Z",
                    "2011-12-31T19:00:00Z"});
}

TEST_CASE("time zone: a time that the clocks show twice fires at the first of both",
          "[recurring]") {
  CHECK(firings(by_rule("2026-10-24T00:30:00Z", "FREQ=DAILY", "Europe/Berlin"), 3) ==
        firing_list{"2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"});
  // The start is the second of both: the first is before it.
  CHECK(firings(by_rule("2026-10-25T01:30:00Z", "FREQ=DAILY", "Europe/Berlin"), 1) ==
        firing_list{"2026-10-26T01:30:00Z"});
}

TEST_CASE("time zone: each hour of the clock is one occurrence, whether it is skipped or repeated",
          "[recurring]") {
  CHECK(firings(by_rule("2026-03-29T00:00:00Z", "FREQ=HOURLY", "Europe/Berlin"), 3) ==
        firing_list{"2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"});
  CHECK(firings(by_rule("2026-10-24T23:00:00Z", "FREQ=HOURLY", "Europe/Berlin"), 4) ==
        firing_list{"2026-10-24T23:00:00Z", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z",
                    "2026-10-25T03:00:00Z"});
  // From one to three: half past two is later than half past three, which is half past one.
  CHECK(firings(by_rule("2026-03-29T00:30:00Z", "FREQ=HOURLY", "Antarctica/Troll"), 4) ==
        firing_list{"2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z",
                    "2026-03-29T03:30:00Z"});
}

TEST_CASE("time zone: UNTIL is inclusive and local without a Z", "[recurring]") {
  const auto last = [](const std::string& until) {
    return firings(by_rule("2026-06-01T07:00:00Z", "FREQ=DAILY;UNTIL=" + until, "Europe/Berlin"),
                   99)
        .back();
  };
  CHECK(last("20260605T090000") == "2026-06-05T07:00:00Z");
  CHECK(last("20260605T085959") == "2026-06-04T07:00:00Z");
  CHECK(last("20260605T070000Z") == "2026-06-05T07:00:00Z");
  CHECK(last("20260605T065959Z") == "2026-06-04T07:00:00Z");
}

TEST_CASE("time zone: daily and weekly rules fire when a clock that is watched shows their time",
          "[recurring][property]") {
  const auto index = GENERATE(range(std::size_t{0}, std::size(changing_zones)));
  const auto where = changing_zones[index];
  const watched_clock clock{where};
  for (unsigned seed = 0; seed < 60; ++seed) {
    std::mt19937 random{seed};
    // Most clocks are changed in the first hours of a day.
    const auto time = minutes{15} * (random() % (seed % 2 == 0 ? 96 : 16));
    const auto start =
        local_days{new_year(where.first).time_since_epoch()} + days{random() % 365} + time;
    const bool weekly = random() % 2 == 0;
    const days interval{weekly ? 7 : 1 + random() % 3};
    const auto until = local_days{new_year(where.last + 1).time_since_epoch()};
    std::set<wall_time> expected;
    for (auto day = start; day < until; day += interval)
      if (clock.moment(day) >= clock.moment(start))
        expected.insert(clock.moment(day));
    recurrence what;
    what.start_at = clock.moment(start);
    what.repeat = recurrence::by_rule{
        weekly ? "FREQ=WEEKLY" : "FREQ=DAILY;INTERVAL=" + std::to_string(interval.count()),
        where.name};
    CAPTURE(where.name, seed, to_rfc3339(what.start_at));
    if (clock.reading(what.start_at) != start)
      continue; // the start was skipped
    const auto all = next_occurrences(what, wall_time::min(), expected.size()).value();
    std::vector<wall_time> found;
    for (const auto& each : all)
      found.push_back(each.at);
    CHECK((found == std::vector<wall_time>{expected.begin(), expected.end()}));
  }
}
