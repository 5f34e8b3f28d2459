#include "actors/ip_pool/rendezvous.hpp"

#include <cmath>
#include <map>

#include <catch2/catch.hpp>

using namespace warmfront;

namespace {

pool_address at(const std::string& address, std::uint32_t weight = 1) {
  return {ip_address{address}, {}, weight, {}};
}
std::string recipient(int i) {
  return "user" + std::to_string(i) + "@example.org";
}
std::string first(const std::vector<pool_address>& pool, int i, const std::string& before = {}) {
  return ranked_sources(pool, recipient(i), ip_address{before}).front().str();
}

constexpr int recipients = 20'000;

} // namespace

TEST_CASE("rendezvous: shares are proportional to weights", "[ip_pool]") {
  const std::vector<pool_address> pool{at("192.0.2.1", 1), at("192.0.2.2", 2),
                                       at("2001:db8::1", 5)};
  std::map<std::string, int> count;
  for (int i = 0; i < recipients; ++i)
    ++count[first(pool, i)];
  for (const auto& each : pool) {
    const auto expected = recipients * each.weight / 8.0;
    CAPTURE(each.address.str(), count[each.address.str()], expected);
    // Five standard deviations.
    CHECK(std::abs(count[each.address.str()] - expected) < 5 * std::sqrt(expected));
  }
}

TEST_CASE("rendezvous: a recipient keeps its order, whatever its case", "[ip_pool]") {
  const std::vector<pool_address> pool{at("192.0.2.1"), at("192.0.2.2"), at("192.0.2.3")};
  const std::vector<pool_address> turned{pool[2], pool[0], pool[1]};
  CHECK(ranked_sources(pool, "user@example.org", {}) ==
        ranked_sources(turned, "User@EXAMPLE.org", {}));
}

// Retries after a restart or an upgrade must find their IP again.
TEST_CASE("rendezvous: the order is pinned", "[ip_pool][golden]") {
  const std::vector<pool_address> pool{at("192.0.2.1"), at("192.0.2.2", 3), at("2001:db8::3", 2)};
  std::string firsts;
  for (int i = 0; i < 16; ++i)
    firsts += first(pool, i).back();
  CHECK(firsts == "2322132122212332");
}

TEST_CASE("rendezvous: an address that goes moves only its own recipients", "[ip_pool]") {
  const std::vector<pool_address> three{at("192.0.2.1"), at("192.0.2.2"), at("192.0.2.3")};
  const std::vector<pool_address> two{three[0], three[1]};
  int moved = 0;
  for (int i = 0; i < recipients; ++i) {
    const auto before = first(three, i);
    if (before != "192.0.2.3")
      CHECK(first(two, i) == before);
    else
      ++moved;
  }
  CHECK(moved > recipients / 4);
}

TEST_CASE("rendezvous: a higher weight only draws recipients to itself", "[ip_pool]") {
  const std::vector<pool_address> before{at("192.0.2.1", 2), at("192.0.2.2", 2)};
  const std::vector<pool_address> after{at("192.0.2.1", 2), at("192.0.2.2", 3)};
  int moved = 0;
  for (int i = 0; i < recipients; ++i)
    if (first(before, i) != first(after, i)) {
      CHECK(first(after, i) == "192.0.2.2");
      ++moved;
    }
  // From a half to three fifths.
  CHECK(std::abs(moved - recipients / 10.0) < 5 * std::sqrt(recipients / 10.0));
}

TEST_CASE("rendezvous: weight 0 is never used, not even by a retry", "[ip_pool]") {
  const std::vector<pool_address> pool{at("192.0.2.1", 0), at("192.0.2.2")};
  for (int i = 0; i < 100; ++i)
    CHECK(ranked_sources(pool, recipient(i), ip_address{"192.0.2.1"}) ==
          std::vector<ip_address>{ip_address{"192.0.2.2"}});
  CHECK(ranked_sources({at("192.0.2.1", 0)}, "a@b.c", {}).empty());
}

TEST_CASE("rendezvous: a draining address comes last, but for its own retries", "[ip_pool]") {
  auto leaving = at("192.0.2.1", 1000);
  leaving.state = address_state::draining;
  const std::vector<pool_address> pool{leaving, at("192.0.2.2"), at("192.0.2.3")};
  for (int i = 0; i < 100; ++i) {
    CHECK(ranked_sources(pool, recipient(i), {}).back() == leaving.address);
    CHECK(first(pool, i, "192.0.2.1") == "192.0.2.1");
    CHECK(first(pool, i) == first({at("192.0.2.2"), at("192.0.2.3")}, i));
  }
}

TEST_CASE("rendezvous: a retry keeps its address while the pool has it", "[ip_pool]") {
  const std::vector<pool_address> pool{at("192.0.2.1"), at("192.0.2.2", 1000)};
  for (int i = 0; i < 100; ++i) {
    CHECK(first(pool, i, "192.0.2.1") == "192.0.2.1");
    CHECK(first(pool, i, "192.0.2.9") == first(pool, i));
    CHECK(ranked_sources(pool, recipient(i), ip_address{"192.0.2.1"}).size() == 2);
  }
}
