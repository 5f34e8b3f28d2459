#include "actors/recurring/rrule_times.hpp"

#include <catch2/catch.hpp>

#include "actors/recurring/recurrence.hpp"
#include "tests/actors/recurring/rule_model.hpp"

using namespace warmfront;
using namespace std::chrono;
using testing::rule_model;

namespace {

using local_times = std::vector<local_seconds>;

local_times times_of(const std::string& text, local_seconds start, local_seconds from,
                     local_seconds end) {
  const auto rule = parse_rrule(text);
  if (!rule)
    FAIL(to_string(rule.error()));
  rrule_times times{rule.value(), start, from};
  local_times found;
  for (auto time = times.next(); time && *time < end; time = times.next())
    found.push_back(*time);
  return found;
}

local_seconds random_start(std::mt19937& random) {
  return local_days{2019y / January / 1} + hours{random() % 60'000} + minutes{random() % 60};
}

} // namespace

TEST_CASE("rule times: a rule fires at the times that RFC 5545 says and at no others",
          "[recurring][property]") {
  const auto seed = GENERATE(range(0u, 400u));
  std::mt19937 random{seed};
  const auto model = rule_model::random(random);
  const auto start = random_start(random);
  CAPTURE(seed, model.text(), start.time_since_epoch().count());
  const days length{1'200};
  const auto found = times_of(model.text(), start, start, floor<days>(start) + length);
  CHECK((found == model.times(start, length)));
}

TEST_CASE(
    "rule times: what is read from a later time on is the rest of what is read from the start",
    "[recurring][property]") {
  const auto seed = GENERATE(range(0u, 120u));
  std::mt19937 random{seed};
  const auto model = rule_model::random(random);
  const auto start = random_start(random);
  const auto from = start + hours{random() % 20'000};
  CAPTURE(seed, model.text(), start.time_since_epoch().count(), from.time_since_epoch().count());
  const auto end = from + days{500};
  auto rest = times_of(model.text(), start, start, end);
  std::erase_if(rest, [&](local_seconds time) { return time < from; });
  CHECK((times_of(model.text(), start, from, end) == rest));
}

TEST_CASE("rule times: a rule ends when it is quiet for ten years, and not before", "[recurring]") {
  const local_seconds start = local_days{2026y / January / 1} + hours{9};
  const local_seconds far = local_days{2200y / January / 1};
  CHECK(times_of("FREQ=YEARLY;INTERVAL=10", start, start, far).size() == 18);
  CHECK(times_of("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", start, start, far).size() == 42);
  // The next Monday of that date is in 2044 and the one before it in 2016.
  const local_seconds leap = local_days{2016y / February / 29};
  CHECK(times_of("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", leap, leap, far).size() == 1);
  CHECK(times_of("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", start, start, far).empty());
}
