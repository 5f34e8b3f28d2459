#include "actors/groups/address_index.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <set>

using namespace warmfront;

TEST_CASE("address index: a digest is the beginning of the SHA-256", "[groups]") {
  // FIPS 180-4, the example "abc".
  CHECK(digest_of_address("abc") == address_digest{0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
                                                   0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23});
}

TEST_CASE("address index: of equal digests the first is new, within a batch too", "[groups]") {
  memory_address_index index{10};
  const address_digest zero{};
  const auto a = digest_of_address("a");
  CHECK(index.add({zero, a, zero, a}).value() == std::vector<bool>{true, true, false, false});
  CHECK(index.add({a, zero}).value() == std::vector<bool>{false, false});
  CHECK(index.size() == 2);
  CHECK(index.add({}).value().empty());
}

TEST_CASE("address index: it knows what a set knows", "[groups][property]") {
  const auto seed = GENERATE(range(0u, 20u));
  CAPTURE(seed);
  std::mt19937 random{seed};
  memory_address_index index{100'000};
  std::set<address_digest> model;
  for (int batch = 0; batch < 20; ++batch) {
    std::vector<address_digest> digests(random() % (address_batch_max + 1));
    std::vector<bool> expected;
    for (auto& digest : digests) {
      // Eight begin alike and want the same slot.
      const auto number = random() % 8'192;
      const auto slot = number / 8 * 16;
      digest[0] = static_cast<std::uint8_t>(slot);
      digest[1] = static_cast<std::uint8_t>(slot >> 8);
      digest[15] = static_cast<std::uint8_t>(number % 8);
      expected.push_back(model.insert(digest).second);
    }
    REQUIRE(index.add(digests).value() == expected);
  }
  CHECK(index.size() == model.size());
}

TEST_CASE("address index: one address too many is refused", "[groups]") {
  memory_address_index index{2};
  REQUIRE(index.add({digest_of_address("a"), digest_of_address("b")}));
  REQUIRE(index.add({digest_of_address("a")}));
  const auto third = index.add({digest_of_address("c")});
  REQUIRE(third.has_error());
  CHECK(third.error().code == errc::limit_exceeded);
}
