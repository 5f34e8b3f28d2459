// How often strangers may try.
#include "admin/attempt_limits.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;
using namespace warmfront::admin;

namespace {

constexpr steady_time attempts_begin{seconds{1'000}};

} // namespace

TEST_CASE("attempts: so many at once, then one each time", "[admin][security]") {
  attempt_limits limits{3, seconds{10}};
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(limits.wait_of("192.0.2.1", attempts_begin));
    CHECK(limits.take("192.0.2.1", attempts_begin));
  }
  CHECK(limits.wait_of("192.0.2.1", attempts_begin) == seconds{10});
  CHECK_FALSE(limits.take("192.0.2.1", attempts_begin));
  CHECK_FALSE(limits.wait_of("192.0.2.2", attempts_begin));
  CHECK(limits.wait_of("192.0.2.1", attempts_begin + seconds{9}) == seconds{1});
  CHECK_FALSE(limits.wait_of("192.0.2.1", attempts_begin + seconds{10}));
  CHECK(limits.take("192.0.2.1", attempts_begin + seconds{10}));
  CHECK(limits.wait_of("192.0.2.1", attempts_begin + seconds{10}));
}

TEST_CASE("attempts: a network of IPv6 counts as one", "[admin][security]") {
  attempt_limits limits{1, seconds{10}};
  CHECK(limits.take("2001:db8:1:2::5", attempts_begin));
  CHECK(limits.wait_of("2001:db8:1:2:3:4:5:6", attempts_begin));
  CHECK_FALSE(limits.wait_of("2001:db8:1:3::5", attempts_begin));
  CHECK(limits.take("::1", attempts_begin));
  CHECK(limits.wait_of("::1", attempts_begin));
}

TEST_CASE("attempts: memory is bounded, and who comes too late shares what is left",
          "[admin][security]") {
  attempt_limits limits{2, seconds{10}};
  const auto address = [](std::size_t i) {
    return "10." + std::to_string(i / 65536) + '.' + std::to_string(i / 256 % 256) + '.' +
           std::to_string(i % 256);
  };
  for (std::size_t i = 0; i < 2 * attempt_limits::addresses_max; ++i)
    limits.take(address(i), attempts_begin);
  CHECK(limits.size() <= attempt_limits::addresses_max + 1);
  CHECK(limits.wait_of("192.0.2.77", attempts_begin));
  // One who is known has a bucket of its own still.
  CHECK_FALSE(limits.wait_of(address(0), attempts_begin));
  const auto later = attempts_begin + seconds{60};
  CHECK(limits.take("192.0.2.77", later));
  CHECK(limits.size() == 1);
}
