#include "actors/delivery/site_router.hpp"

#include <optional>

#include <catch2/catch.hpp>

using namespace warmfront;

namespace {

/// Answers at once with what the test says, and notes what it was asked.
class told_resolver final : public dns::resolver {
public:
  result<dns::mail_route> answer = dns::mail_route{};
  std::vector<std::string> domains;
  std::vector<std::string> hosts;

  void resolve(const std::string& domain, dns::route_callback done) override {
    domains.push_back(domain);
    done(answer);
  }
  void resolve_host(const std::string& host, dns::route_callback done) override {
    hosts.push_back(host);
    done(answer);
  }
  void look_up(const std::string&, dns::record_type, dns::record_callback done) override {
    done({});
  }
};

dns::mail_route route_of(std::vector<dns::mail_host> them) {
  return {dns::route_kind::mail_hosts, std::move(them)};
}

site_route ask(const site_router& router, const std::string& domain) {
  std::optional<site_route> found;
  router.resolve(domain, [&](site_route route) { found = std::move(route); });
  REQUIRE(found);
  return *found;
}

const dns::mail_host one{"mx1.b.example", 10, {"2001:db8::1", "192.0.2.1"}};
const dns::mail_host two{"mx2.b.example", 10, {"192.0.2.2"}};

} // namespace

TEST_CASE("site router: hosts are tried in the order of the DNS, on port 25", "[site_router]") {
  const auto route = to_site("b.example", route_of({two, one}));
  REQUIRE(route.hops.size() == 3);
  CHECK(route.hops[0].host == "mx2.b.example");
  CHECK(route.hops[1].address == "2001:db8::1");
  CHECK(route.hops[2].address == "192.0.2.1");
  CHECK(route.hops[2].port == 25);
}

TEST_CASE("site router: domains with the same set of hosts are one site", "[site_router]") {
  CHECK(to_site("b.example", route_of({two, one})).site ==
        to_site("c.example", route_of({one, two})).site);
  CHECK(to_site("b.example", route_of({one})).site != to_site("b.example", route_of({two})).site);
}

TEST_CASE("site router: why a domain takes no mail", "[site_router]") {
  struct row {
    result<dns::mail_route> found;
    std::uint16_t code;
    std::string status;
  };
  for (const auto& [found, code, status] :
       {row{dns::mail_route{dns::route_kind::null_mx, {}}, 556, "5.1.10"},
        {dns::mail_route{dns::route_kind::no_domain, {}}, 550, "5.1.2"},
        {dns::mail_route{dns::route_kind::no_host, {}}, 550, "5.4.4"},
        {error{errc::unavailable, "SERVFAIL", ""}, 451, "4.4.3"}}) {
    const auto route = to_site("b.example", found);
    CHECK(route.hops.empty());
    CHECK(route.refusal.code == code);
    CHECK(route.refusal.status == status);
    CHECK_FALSE(route.refusal.text.empty());
  }
}

TEST_CASE("site router: mail hosts without an address are a temporary failure", "[site_router]") {
  const auto route = to_site("b.example", route_of({}));
  CHECK(route.hops.empty());
  CHECK(route.refusal.transient());
}

TEST_CASE("site router: fixed next hops come before the DNS", "[site_router]") {
  told_resolver resolver;
  resolver.answer = route_of({{"relay.example", 0, {"192.0.2.9"}}});
  const site_router router{
      dns::static_routes::make({{"b.example", "192.0.2.5:2526"}, {"c.example", "relay.example:26"}})
          .value(),
      &resolver};
  const auto fixed = ask(router, "b.example");
  CHECK(fixed.site == "192.0.2.5:2526");
  REQUIRE(fixed.hops.size() == 1);
  CHECK(fixed.hops[0].address == "192.0.2.5");
  CHECK(fixed.hops[0].port == 2526);
  const auto named = ask(router, "c.example");
  CHECK(named.site == "relay.example:26");
  CHECK(named.hops[0].address == "192.0.2.9");
  CHECK(named.hops[0].port == 26);
  CHECK(resolver.hosts == std::vector<std::string>{"relay.example"});
  CHECK(resolver.domains.empty());
  ask(router, "d.example");
  CHECK(resolver.domains == std::vector<std::string>{"d.example"});
}

TEST_CASE("site router: a fixed hop that cannot be found keeps the mail waiting", "[site_router]") {
  for (const auto kind : {dns::route_kind::no_domain, dns::route_kind::no_host}) {
    const auto route =
        to_site(dns::fixed_hop{"relay.example", 26, false}, dns::mail_route{kind, {}});
    CHECK(route.hops.empty());
    CHECK(route.refusal.code == 451);
  }
}

TEST_CASE("site router: the policy of a domain is asked for by its A-label, for MX alone",
          "[site_router]") {
  told_resolver dns;
  dns.answer = route_of({one});
  std::vector<std::string> asked;
  auto routes = dns::static_routes::make({{"fixed.example", "192.0.2.9:25"}});
  REQUIRE(routes);
  site_router router{std::move(routes.value()), &dns};
  router.set_policies([&](const std::string& domain, const policy_callback& then) {
    asked.push_back(domain);
    then(trust::sts_policy{trust::sts_mode::enforce, {"mx1.b.example"}, seconds{60}});
  });
  const auto route = ask(router, "B\xc3\xbc"
                                 "cher.Example");
  CHECK(asked == std::vector<std::string>{"xn--bcher-kva.example"});
  REQUIRE(route.hops.size() == 2);
  CHECK(route.hops[0].trust->demand == trust::tls_demand::verified);
  CHECK(ask(router, "fixed.example").hops[0].trust == nullptr);
  CHECK(ask(router, "[192.0.2.1]").hops[0].trust == nullptr);
  dns.answer = dns::mail_route{dns::route_kind::null_mx, {}};
  CHECK(ask(router, "null.example").refusal.code == 556);
  CHECK(asked.size() == 1);
}
