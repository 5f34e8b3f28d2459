// What must be cheap. The limits are on CPU time, and hundreds of times what is needed.
#include <catch2/catch.hpp>

#include <ctime>

#include "tests/actors/recurring/recurrence_times.hpp"

using namespace warmfront;
using testing::by_rule;

namespace {

template <class Work>
double cpu_seconds(Work work) {
  const auto before = std::clock();
  for (int i = 0; i < 100; ++i)
    work();
  return static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
}

} // namespace

TEST_CASE("recurrence: that a rule never fires is known before all years have been looked at",
          "[recurring]") {
  // The library alone takes 75 ms for each: it looks at the years up to 20000, or 2582.
  for (const std::string rule :
       {"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=5"}) {
    CAPTURE(rule);
    const auto what = by_rule("2026-01-01T06:00:00Z", rule);
    CHECK(cpu_seconds([&] { CHECK_FALSE(check(what)); }) < 2);
  }
}

TEST_CASE("recurrence: to carry on costs the same after ten years as after a day", "[recurring]") {
  // Counted from the start, it is 10 ms each.
  const auto what =
      by_rule("2016-01-01T00:00:00Z", "FREQ=HOURLY;BYDAY=MO,TU,WE,TH,FR", "Asia/Tokyo");
  const auto last =
      next_occurrences(what, what.start_at + std::chrono::days{3'652}, 1).value().front();
  CHECK(cpu_seconds([&] { CHECK(next_occurrences(what, last, 1)); }) < 0.3);
}
