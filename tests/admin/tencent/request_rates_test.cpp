#include "admin/tencent/request_rates.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace warmfront;
using namespace warmfront::admin::tencent;

namespace {

constexpr steady_time start{std::chrono::hours{1}};

/// How many calls in a row pass, at most 1000.
int calls_that_pass(request_rates& rates, std::string_view key, std::string_view action,
                    steady_time now) {
  int passed_calls = 0;
  while (passed_calls < 1000 && rates.take(key, action, now))
    ++passed_calls;
  return passed_calls;
}

} // namespace

TEST_CASE("request rates: a second's calls may come at once, and no more", "[tencent]") {
  request_rates rates{20};
  CHECK(calls_that_pass(rates, "k", "SendEmail", start) == 20);
  const auto refused = rates.take("k", "SendEmail", start);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "RequestLimitExceeded");
}

TEST_CASE("request rates: time brings calls back one by one, up to a second's", "[tencent]") {
  request_rates rates{20};
  calls_that_pass(rates, "k", "SendEmail", start);
  CHECK(calls_that_pass(rates, "k", "SendEmail", start + std::chrono::milliseconds{49}) == 0);
  CHECK(calls_that_pass(rates, "k", "SendEmail", start + std::chrono::milliseconds{151}) == 3);
  CHECK(calls_that_pass(rates, "k", "SendEmail", start + std::chrono::hours{1}) == 20);
}

TEST_CASE("request rates: a refused call costs nothing", "[tencent]") {
  request_rates rates{1};
  CHECK(calls_that_pass(rates, "k", "SendEmail", start) == 1);
  for (int i = 1; i < 10; ++i)
    CHECK_FALSE(rates.take("k", "SendEmail", start + std::chrono::milliseconds{100} * i));
  CHECK(rates.take("k", "SendEmail", start + std::chrono::milliseconds{1001}));
}

TEST_CASE("request rates: keys and actions do not share calls", "[tencent]") {
  request_rates rates{2};
  CHECK(calls_that_pass(rates, "k", "SendEmail", start) == 2);
  CHECK(calls_that_pass(rates, "k", "ListReceivers", start) == 2);
  CHECK(calls_that_pass(rates, "l", "SendEmail", start) == 2);
}

TEST_CASE("request rates: no rate, no limit", "[tencent]") {
  request_rates rates{0};
  CHECK(calls_that_pass(rates, "k", "SendEmail", start) == 1000);
  CHECK(rates.size() == 0);
}

TEST_CASE("request rates: any number of keys is a bounded number of buckets", "[tencent]") {
  request_rates rates{20};
  auto now = start;
  for (std::size_t i = 0; i < 3 * request_rates::buckets_max; ++i) {
    CHECK(rates.take(std::to_string(i), "SendEmail", now));
    now += std::chrono::microseconds{10};
  }
  CHECK(rates.size() <= request_rates::buckets_max);
}

TEST_CASE("request rates: a bucket in use outlives those that are full again", "[tencent]") {
  request_rates rates{20};
  for (std::size_t i = 0; i < request_rates::buckets_max - 1; ++i)
    REQUIRE(rates.take(std::to_string(i), "SendEmail", start));
  const auto later = start + std::chrono::seconds{1};
  CHECK(calls_that_pass(rates, "busy", "SendEmail", later) == 20);
  CHECK(rates.take("new", "SendEmail", later));
  CHECK_FALSE(rates.take("busy", "SendEmail", later));
  CHECK(rates.size() == 2);
}
