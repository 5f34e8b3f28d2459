#include "actors/core/ids.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "actors/core/random.hpp"

using namespace warmfront;

namespace {

message_id random_id(seeded_random& random) {
  const wall_time accepted{milliseconds{random.next() >> 17}};
  return {accepted, static_cast<std::uint16_t>(random.next() & 0xffff), random.next()};
}

} // namespace

TEST_CASE("message_id: its text and octets are pinned, since both are stored", "[core]") {
  const message_id id{wall_time{milliseconds{0x0123456789ab}}, 0xcdef, 0x0011223344556677};
  CHECK(id.str() == "0123456789abcdef0011223344556677");
  CHECK(id.octet_view() == std::string_view{"\x01\x23\x45\x67\x89\xab\xcd\xef"
                                            "\x00\x11\x22\x33\x44\x55\x66\x77",
                                            16});
  CHECK(id.node() == 0xcdef);
  CHECK(id.accepted_at() == wall_time{milliseconds{0x0123456789ab}});
}

TEST_CASE("message_id: time is cut to milliseconds, never rounded up", "[core]") {
  const message_id id{wall_time{microseconds{1999}}, 0, 0};
  CHECK(id.accepted_at() == wall_time{milliseconds{1}});
}

TEST_CASE("message_id: reads back from text and octets, and sorts as both do", "[core][property]") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    const auto a = random_id(random);
    const auto b = random_id(random);
    CHECK(message_id::parse(a.str()) == a);
    CHECK(message_id::from_octets(a.octet_view()) == a);
    CHECK((a < b) == (a.str() < b.str()));
    CHECK((a < b) == (a.octet_view() < b.octet_view()));
    if (a.accepted_at() != b.accepted_at())
      CHECK((a < b) == (a.accepted_at() < b.accepted_at()));
  }
}

TEST_CASE("message_id: nothing but 32 lower-case hexadecimal digits parses", "[core]") {
  const std::string good(32, 'a');
  CHECK(message_id::parse(good));
  for (const auto& text :
       {std::string{}, good + "a", good.substr(1), std::string(32, 'A'), std::string(32, 'g'),
        std::string(32, '\0'), " " + good.substr(1), "0x" + good.substr(2)})
    CHECK_FALSE(message_id::parse(text));
}

TEST_CASE("ids: names of different kinds do not convert into each other", "[core]") {
  STATIC_REQUIRE_FALSE(std::is_convertible_v<pool_name, account_name>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<pool_name, account_name>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<std::string, pool_name>);
  CHECK(pool_name{"a"} < pool_name{"b"});
  CHECK(pool_name{}.empty());
}

TEST_CASE("ids: hashes tell recipients of one message apart", "[core]") {
  seeded_random random{1};
  const auto message = random_id(random);
  std::unordered_set<std::size_t> hashes;
  for (std::uint32_t index = 0; index < 1000; ++index)
    hashes.insert(std::hash<recipient_id>{}({message, index}));
  CHECK(hashes.size() == 1000);
}
