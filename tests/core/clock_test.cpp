#include "actors/core/clock.hpp"

#include <catch2/catch.hpp>

#include "tests/support/manual_clock.hpp"

using namespace warmfront;

namespace {

constexpr wall_time at(std::int64_t second, std::int64_t micros = 0) {
  return wall_time{seconds{second}} + microseconds{micros};
}

} // namespace

TEST_CASE("clock: dates of RFC 3339 have milliseconds and end in Z", "[core]") {
  CHECK(to_rfc3339(at(0)) == "1970-01-01T00:00:00.000Z");
  CHECK(to_rfc3339(at(1'795'516'184, 120'999)) == "2026-11-24T10:29:44.120Z");
  CHECK(to_rfc3339(at(1'709'164'800)) == "2024-02-29T00:00:00.000Z");
  CHECK(to_rfc3339(at(-1, 999'000)) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("clock: dates of RFC 5322 are in English and UTC, whatever the locale", "[core]") {
  CHECK(to_rfc5322(at(1'795'516'184)) == "Tue, 24 Nov 2026 10:29:44 +0000");
  CHECK(to_rfc5322(at(1'767'225'600)) == "Thu, 01 Jan 2026 00:00:00 +0000");
}

TEST_CASE("clock: the machine's clocks run", "[core]") {
  const system_clock machine;
  CHECK(machine.wall_now() > at(1'700'000'000));
  const auto before = machine.steady_now();
  CHECK(machine.steady_now() >= before);
}

TEST_CASE("clock: a manual clock jumps without its steady clock", "[core]") {
  testing::manual_clock time;
  const auto wall = time.wall_now();
  const auto steady = time.steady_now();
  time.advance(seconds{5});
  time.jump(seconds{-60});
  CHECK(time.wall_now() - wall == seconds{-55});
  CHECK(time.steady_now() - steady == seconds{5});
}

TEST_CASE("clock: RFC 3339 is read back as it was written, with any offset", "[core]") {
  const auto when = parse_rfc3339("2026-11-24T10:29:44.120Z");
  REQUIRE(when);
  CHECK(to_rfc3339(*when) == "2026-11-24T10:29:44.120Z");
  CHECK(parse_rfc3339("2026-11-24T18:29:44.12+08:00") == when);
  CHECK(parse_rfc3339("2026-11-24T05:29:44.120000999-05:00") == when);
  CHECK(to_rfc3339(parse_rfc3339("2024-02-29T23:59:59Z").value()) == "2024-02-29T23:59:59.000Z");
  for (const auto* bad :
       {"", "2026-11-24", "2026-11-24T10:29:44", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "2026-11-24T24:00:00Z", "2026-11-24T10:60:00Z", "2026-11-24T10:29:44.Z",
        "2026-11-24T10:29:44+0800", "2026-11-24T10:29:44Zx", "1969-12-31T23:59:59Z",
        "2026-11-24 10:29:44Z"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_rfc3339(bad));
  }
}

TEST_CASE("dates: are written and read as in ISO 8601", "[core]") {
  const utc_day day{std::chrono::days{20'781}};
  CHECK(to_date(day) == "2026-11-24");
  CHECK(parse_date("2026-11-24") == day);
  CHECK(day_of(parse_rfc3339("2026-11-24T23:59:59.999999Z").value()) == day);
  CHECK(day_of(parse_rfc3339("2026-11-25T00:30:00+01:00").value()) == day);
  for (const auto* const bad : {"", "2026-11-31", "2026-1-24", "24.11.2026", "2026-11-24T",
                                "2026-11-24T00:00:00Z", "1969-12-31"})
    CHECK_FALSE(parse_date(bad));
}
