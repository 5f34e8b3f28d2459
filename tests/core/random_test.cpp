#include "actors/core/random.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;

TEST_CASE("random: the same seed gives the same bits", "[core]") {
  seeded_random a{42};
  seeded_random b{42};
  seeded_random c{43};
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const auto bits = a.next();
    CHECK(bits == b.next());
    differs = differs || bits != c.next();
  }
  CHECK(differs);
}

TEST_CASE("random: the first bits of a seed are pinned, so that recorded seeds stay good",
          "[core]") {
  seeded_random random{5489};
  CHECK(random.next() == 14514284786278117030ull);
}

TEST_CASE("random: a unit is in [0, 1) and spreads over it", "[core][property]") {
  seeded_random random{7};
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto unit = random.unit();
    REQUIRE(unit >= 0.0);
    REQUIRE(unit < 1.0);
    sum += unit;
  }
  CHECK(sum / 10'000 == Approx(0.5).margin(0.02));
}

TEST_CASE("random: the largest bits still give less than one", "[core]") {
  struct all_ones final : random_source {
    std::uint64_t next() override { return ~std::uint64_t{0}; }
  } source;
  CHECK(source.unit() < 1.0);
}

TEST_CASE("random: two seeds of the system differ", "[core]") {
  CHECK(random_seed() != random_seed());
}
