// The reserve of free space: kept from new mail, open to what ends in less data, and won back.
#include <catch2/catch.hpp>

#include "tests/storage/scripted_disk.hpp"

namespace warmfront::storage {

using testing::comes_true;
using testing::holds;
using testing::put;
using testing::scripted_disk;

TEST_CASE("reserve: growth stops before it, progress goes on, and growth comes back",
          "[rocks][disk]") {
  scripted_disk disk;
  const auto subject = disk.open();
  REQUIRE(put(*subject, "before").has_value());
  disk.set_free(999'999);
  REQUIRE(comes_true([&] { return !subject->health().accepts_growth; }));
  const auto refused = put(*subject, "refused");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == errc::storage_full);
  CHECK_FALSE(refused.error().remedy.empty());
  CHECK(put(*subject, "progress", 100, priority::progress).has_value());
  CHECK_FALSE(holds(*subject, "refused"));
  CHECK(holds(*subject, "before"));
  CHECK(subject->health().free_octets == 999'999);
  disk.set_free(1'000'000);
  REQUIRE(comes_true([&] { return subject->health().accepts_growth; }));
  CHECK(put(*subject, "again").has_value());
}

TEST_CASE("reserve: once it is reached, the space of removed bodies is given back",
          "[rocks][disk]") {
  constexpr std::size_t body_octets = 64 * 1024;
  constexpr int bodies = 200;
  scripted_disk disk;
  const auto subject = disk.open();
  for (int number = 0; number < bodies; ++number) {
    REQUIRE(put(*subject, "body" + std::to_string(number), body_octets).has_value());
  }
  REQUIRE(disk.octets_used() > bodies * body_octets);
  disk.set_free(0);
  REQUIRE(comes_true([&] { return !subject->health().accepts_growth; }));
  batch removals;
  for (int number = 1; number < bodies; ++number) {
    removals.erase_once(family::spool, "body" + std::to_string(number));
  }
  REQUIRE(commit_and_wait(*subject, std::move(removals), priority::progress).has_value());
  CHECK(comes_true([&] { return disk.octets_used() < 10 * body_octets; }));
  CHECK(holds(*subject, "body0"));
}

TEST_CASE("reserve: growth under load stops although nothing is ever idle", "[rocks][disk]") {
  scripted_disk disk;
  const auto subject = disk.open();
  disk.set_free(0);
  bool refused = false;
  for (int number = 0; number < 200 && !refused; ++number) {
    refused = !put(*subject, std::to_string(number), 20'000).has_value();
  }
  CHECK(refused);
}

} // namespace warmfront::storage
