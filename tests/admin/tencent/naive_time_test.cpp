#include "admin/tencent/naive_time.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;
using namespace warmfront::admin::tencent;

namespace {

constexpr std::chrono::minutes shanghai{480};
constexpr std::chrono::minutes newfoundland{-210};

wall_time at(std::string_view text) {
  return parse_rfc3339(text).value();
}

} // namespace

TEST_CASE("naive time: a time without zone is one of the configured zone", "[tencent]") {
  CHECK(parse_naive("2026-11-24 08:30:00", shanghai) == at("2026-11-24T00:30:00Z"));
  CHECK(parse_naive("2026-11-24 07:30:00", shanghai) == at("2026-11-23T23:30:00Z"));
  CHECK(parse_naive("2026-11-24 08:30:00", newfoundland) == at("2026-11-24T12:00:00Z"));
}

TEST_CASE("naive time: what was read is written alike", "[tencent]") {
  for (const auto zone : {shanghai, newfoundland, std::chrono::minutes{0}})
    for (const auto* const text : {"2026-11-24 00:00:00", "2026-12-31 23:59:59",
                                   "2028-02-29 12:00:01", "1970-01-02 00:00:00"})
      CHECK(to_naive(parse_naive(text, zone).value(), zone) == text);
  CHECK(to_naive(at("2026-11-24T00:30:00.9Z"), shanghai) == "2026-11-24 08:30:00");
}

TEST_CASE("naive time: nothing else is a time", "[tencent]") {
  for (const std::string_view text :
       {"", "2026-11-24", "2026-11-24T08:30:00", "2026-11-24 08:30", "2026-11-24 8:30:00",
        "2026-11-24 24:00:00", "2026-11-24 08:60:00", "2026-11-24 08:30:60", "2026-02-30 08:30:00",
        "2026-11-24 08:30:00Z", "2026-11-24 08:30:00 ", " 2026-11-24 08:30:00",
        "2026-11-24 -8:30:00", "1969-12-31 08:30:00", "now"})
    CHECK_FALSE(parse_naive(text, shanghai));
}

TEST_CASE("naive time: days begin and end in the zone", "[tencent]") {
  const auto day = parse_date("2026-11-24").value();
  CHECK(begin_of(day, shanghai) == at("2026-11-23T16:00:00Z"));
  CHECK(local_day_of(at("2026-11-23T16:00:00Z"), shanghai) == day);
  CHECK(local_day_of(at("2026-11-23T15:59:59.9Z"), shanghai) == day - std::chrono::days{1});
  CHECK(local_day_of(at("2026-11-24T03:29:59Z"), newfoundland) == day - std::chrono::days{1});
  CHECK(local_day_of(at("2026-11-24T03:30:00Z"), newfoundland) == day);
}
