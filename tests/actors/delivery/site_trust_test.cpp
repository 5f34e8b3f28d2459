#include "actors/delivery/site_trust.hpp"

#include <catch2/catch.hpp>

#include <set>

#include "actors/delivery/site_router.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using dns::dane_state;
using trust::sts_mode;
using trust::tls_demand;

namespace {

const dns::tlsa_record record{3, 1, 1, std::string(32, 'k')};

dns::mail_host host(const std::string& name, dane_state state = dane_state::none) {
  dns::mail_host made{name, 10, {"192.0.2.1", "2001:db8::1"}};
  if (state != dane_state::none)
    made.dane = {state, name, {record}, "SERVFAIL"};
  return made;
}
std::optional<trust::sts_policy> policy(sts_mode mode, std::vector<std::string> hosts) {
  return trust::sts_policy{mode, std::move(hosts), 60s};
}
site_route judged(std::vector<dns::mail_host> hosts,
                  const std::optional<trust::sts_policy>& by = std::nullopt, bool secure = false) {
  const dns::mail_route found{dns::route_kind::mail_hosts, std::move(hosts), secure};
  auto route = to_site("b.example", found);
  demand_trust(route, "b.example", found, by);
  return route;
}

} // namespace

TEST_CASE("site trust: without policies a site is named by its hosts alone", "[site_router]") {
  const auto route = judged({host("mx1"), host("mx2")});
  CHECK(route.site == "mx1,mx2");
  REQUIRE(route.hops.size() == 4);
  CHECK(route.hops[0].trust->demand == tls_demand::opportunistic);
  CHECK_FALSE(route.ignoring);
  CHECK(&way_of(route, tls_wish::optional) == &route);
}

TEST_CASE("site trust: sites with different demands are different sites", "[site_router]") {
  const auto plain = judged({host("mx1")}).site;
  const auto enforced = judged({host("mx1")}, policy(sts_mode::enforce, {"mx1"})).site;
  const auto tested = judged({host("mx1")}, policy(sts_mode::testing, {"mx1"})).site;
  const auto dane = judged({host("mx1", dane_state::found)}).site;
  CHECK(std::set<std::string>{plain, enforced, tested, dane}.size() == 4);
  // The same demand on the same hosts: connections are shared whosever policy it is.
  CHECK(enforced == judged({host("mx1")}, policy(sts_mode::enforce, {"mx1", "*.x"})).site);
}

TEST_CASE("site trust: hosts that a policy does not name are left out", "[site_router]") {
  const auto some = judged({host("mx1"), host("mx2")}, policy(sts_mode::enforce, {"mx2"}));
  REQUIRE(some.hops.size() == 2);
  CHECK(some.hops[0].host == "mx2");
  CHECK(some.hops[0].trust->demand == tls_demand::verified);
  CHECK(some.refused.size() == 1);
  const auto none = judged({host("mx1")}, policy(sts_mode::enforce, {"mx2"}));
  CHECK(none.hops.empty());
  CHECK(none.refusal.code == 451);
  CHECK(none.refusal.status == "4.7.5");
  CHECK(none.refusal.text.find("MTA-STS policy of b.example") != std::string::npos);
}

TEST_CASE("site trust: a host whose TLSA answer cannot be trusted is left out", "[site_router]") {
  const auto some = judged({host("mx1", dane_state::failed), host("mx2")});
  REQUIRE(some.hops.size() == 2);
  CHECK(some.hops[0].host == "mx2");
  const auto none = judged({host("mx1", dane_state::failed)});
  CHECK(none.hops.empty());
  CHECK(none.refusal.code == 451);
}

TEST_CASE("site trust: TLS-Required: No goes past policies, to all hosts", "[site_router]") {
  const auto route =
      judged({host("mx1"), host("mx2", dane_state::failed)}, policy(sts_mode::enforce, {"mx3"}));
  CHECK(route.hops.empty());
  const auto& way = way_of(route, tls_wish::optional);
  CHECK(way.hops.size() == 4);
  CHECK(way.hops[0].trust == nullptr);
  CHECK(way.site != route.site);
}

TEST_CASE("site trust: REQUIRETLS has a way of its own, and no way is for good", "[site_router]") {
  const auto plain = judged({host("mx1")});
  const auto& none = way_of(plain, tls_wish::required);
  CHECK(none.hops.empty());
  CHECK(none.refusal.code == 550);
  CHECK(none.refusal.status == "5.7.10");
  const auto secure = judged({host("mx1")}, std::nullopt, true);
  const auto& way = way_of(secure, tls_wish::required);
  REQUIRE_FALSE(way.hops.empty());
  CHECK(way.hops[0].trust->demand == tls_demand::verified);
  CHECK(way.hops[0].trust->requiretls);
  CHECK(way.site != secure.site);
  // A look-up that failed may succeed later.
  const auto broken = judged({host("mx1", dane_state::failed)}, std::nullopt, true);
  CHECK(way_of(broken, tls_wish::required).refusal.code == 451);
}

TEST_CASE("site trust: a configured next hop proves its own name for REQUIRETLS", "[site_router]") {
  auto named = to_site(dns::fixed_hop{"relay.example", 26, false},
                       dns::mail_route{dns::route_kind::mail_hosts, {host("relay.example")}});
  demand_trust_of_fixed(named);
  CHECK(named.hops[0].trust == nullptr);
  const auto& way = way_of(named, tls_wish::required);
  REQUIRE_FALSE(way.hops.empty());
  CHECK(way.hops[0].trust->name == "relay.example");
  auto bare = to_site(dns::fixed_hop{"192.0.2.9", 25, true});
  demand_trust_of_fixed(bare);
  CHECK(way_of(bare, tls_wish::required).hops.empty());
  CHECK(way_of(bare, tls_wish::required).refusal.code == 550);
}
