#include "actors/delivery/retry_schedule.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;

namespace {

/// Always the same bits.
class fixed_random final : public random_source {
public:
  explicit fixed_random(std::uint64_t bits) : bits_{bits} {}
  std::uint64_t next() override { return bits_; }

private:
  std::uint64_t bits_;
};

fixed_random least{0};
fixed_random middle{std::uint64_t{1} << 63};
fixed_random most{~std::uint64_t{0}};

} // namespace

TEST_CASE("retry schedule: each wait is twice the one before, up to the longest", "[retry]") {
  retry_schedule schedule;
  schedule.first = seconds{300};
  schedule.last = seconds{4000};
  const std::vector<int> expected{300, 600, 1200, 2400, 4000, 4000};
  for (std::uint32_t i = 0; i < expected.size(); ++i)
    CHECK(schedule.backoff(i + 1, middle) == seconds{expected[i]});
  CHECK(schedule.backoff(4'000'000'000u, middle) == seconds{4000});
}

TEST_CASE("retry schedule: waits are spread by a fifth in both directions", "[retry]") {
  const retry_schedule schedule;
  CHECK(schedule.backoff(1, least) == milliseconds{240'000});
  CHECK(schedule.backoff(1, most) <= milliseconds{360'000});
  CHECK(schedule.backoff(1, most) >= milliseconds{359'999});
}

TEST_CASE("retry schedule: no setting makes a wait vanish or overflow", "[retry]") {
  retry_schedule schedule;
  schedule.first = milliseconds{1};
  schedule.last = milliseconds{1};
  CHECK(schedule.backoff(1, least) == milliseconds{1});
  schedule.first = schedule.last = std::chrono::hours{24 * 30};
  for (std::uint32_t attempts = 1; attempts < 100; ++attempts)
    CHECK(schedule.backoff(attempts, middle) == std::chrono::hours{24 * 30});
}

TEST_CASE("retry schedule: a recipient expires so long after its first attempt", "[retry]") {
  const retry_schedule schedule;
  const wall_time first{seconds{1'000'000}};
  CHECK_FALSE(schedule.expired(first, first + schedule.expire_after - milliseconds{1}));
  CHECK(schedule.expired(first, first + schedule.expire_after));
  CHECK_FALSE(schedule.expired(first, first - seconds{1})); // the clock was set back
}
