// Keys are remembered for five seconds and no longer.
#include <catch2/catch.hpp>

#include "admin/key_cache.hpp"
#include "tests/support/manual_clock.hpp"

using namespace warmfront;
using namespace std::chrono_literals;

namespace {

client_identity sender(const std::string& id) {
  return {account_name{"acme"}, id, key_role::sender};
}

} // namespace

TEST_CASE("key cache: a key is known for five seconds after it was asked for", "[admin]") {
  admin::key_cache cache;
  testing::manual_clock time;
  CHECK_FALSE(cache.find("a.secret", time.steady_now()));
  cache.remember("a.secret", sender("a"), time.steady_now());
  CHECK(cache.find("a.secret", time.steady_now())->key_id == "a");
  CHECK_FALSE(cache.find("a.secreT", time.steady_now()));
  time.advance(4999ms);
  CHECK(cache.find("a.secret", time.steady_now()));
  time.advance(1ms);
  CHECK_FALSE(cache.find("a.secret", time.steady_now()));
}

TEST_CASE("key cache: a revoked key is forgotten at once, others stay", "[admin]") {
  admin::key_cache cache;
  testing::manual_clock time;
  cache.remember("a.secret", sender("a"), time.steady_now());
  cache.remember("b.secret", sender("b"), time.steady_now());
  cache.forget("a");
  CHECK_FALSE(cache.find("a.secret", time.steady_now()));
  CHECK(cache.find("b.secret", time.steady_now()));
}

TEST_CASE("key cache: it does not grow without bound", "[admin]") {
  admin::key_cache cache;
  testing::manual_clock time;
  for (std::size_t i = 0; i < admin::key_cache::entries_max + 10; ++i) {
    cache.remember(std::to_string(i), sender("a"), time.steady_now());
  }
  CHECK(cache.size() <= admin::key_cache::entries_max);
}
