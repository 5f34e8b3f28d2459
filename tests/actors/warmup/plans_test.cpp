#include "actors/warmup/plans.hpp"

#include <numeric>

#include <catch2/catch.hpp>

using namespace warmfront;

namespace {

const plan& built_in(const std::string& name) {
  for (const auto& each : built_in_plans())
    if (each.name.str() == name)
      return each;
  FAIL("no plan " << name);
  return built_in_plans().front();
}

} // namespace

TEST_CASE("plans: the standard plan is the hosted service's table", "[warmup]") {
  const auto& standard = built_in("standard");
  REQUIRE(standard.days.size() == 20);
  CHECK(standard.days[0] == 500);
  CHECK(standard.days[4] == 10'000);
  CHECK(standard.days[9] == 100'000);
  CHECK(standard.days[19] == 1'000'000);
  CHECK(std::accumulate(standard.days.begin(), standard.days.end(), std::uint64_t{0}) == 5'868'500);
  CHECK(limit_on(standard, 1) == 500u);
  CHECK(limit_on(standard, 20) == 1'000'000u);
  CHECK(limit_on(standard, 21) == 1'000'000u);
  CHECK(limit_on(standard, 4'000'000'000u) == 1'000'000u);
}

TEST_CASE("plans: the conservative plan grows by about 1.4 a day from 500 to a million",
          "[warmup]") {
  const auto& days = built_in("conservative").days;
  CHECK(std::vector(days.begin(), days.begin() + 6) ==
        std::vector<std::uint64_t>{500, 700, 980, 1'400, 1'900, 2'700});
  CHECK(days.back() == 1'000'000);
  for (std::size_t i = 1; i < days.size(); ++i) {
    const auto factor = static_cast<double>(days[i]) / static_cast<double>(days[i - 1]);
    CAPTURE(i, days[i]);
    CHECK(factor > 1.1);
    CHECK(factor < 1.5);
  }
}

TEST_CASE("plans: warm has no limit", "[warmup]") {
  CHECK_FALSE(limit_on(built_in("warm"), 1));
}

TEST_CASE("plans: what can be stored", "[warmup]") {
  const auto code = [](const plan& value) {
    const auto outcome = check_plan(value);
    return outcome ? std::nullopt : std::optional{outcome.error().code};
  };
  CHECK_FALSE(code({plan_name{"slow_2-x"}, {1, 1'000'000'000'000}, false}));
  CHECK_FALSE(code({plan_name{"free"}, {}, false}));
  CHECK(code({plan_name{"standard"}, {1}, false}) == errc::refused);
  CHECK(code({plan_name{"warm"}, {1}, false}) == errc::refused);
  for (const auto* bad : {"", "Big", "a/b", "a b", "\xc3\xa4"})
    CHECK(code({plan_name{bad}, {1}, false}) == errc::invalid_argument);
  CHECK(code({plan_name{std::string(65, 'a')}, {1}, false}) == errc::invalid_argument);
  CHECK(code({plan_name{"zero"}, {5, 0}, false}) == errc::invalid_argument);
  CHECK(check_plan({plan_name{"zero"}, {5, 0}, false}).error().field == "days[1]");
  CHECK(code({plan_name{"huge"}, {1'000'000'000'001}, false}) == errc::invalid_argument);
  CHECK(code({plan_name{"long"}, std::vector<std::uint64_t>(1001, 5), false}) ==
        errc::limit_exceeded);
}
