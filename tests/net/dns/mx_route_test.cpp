#include "net/dns/mx_route.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace warmfront;
using namespace warmfront::dns;

namespace {

mx_answer found(std::vector<mx_record> records) {
  return {answer_kind::found, std::move(records), {}};
}
address_answer addresses(std::vector<std::string> some) {
  return {answer_kind::found, std::move(some), {}};
}
const address_answer none{answer_kind::no_data, {}, {}};
const address_answer failed{answer_kind::failed, {}, "SERVFAIL"};
const address_answer missing{answer_kind::no_domain, {}, {}};

std::vector<std::string> names(const host_plan& plan) {
  std::vector<std::string> all;
  for (const mail_host& host : plan.hosts) {
    all.push_back(host.name);
  }
  return all;
}

} // namespace

TEST_CASE("mx: hosts come by preference, each once, at most as many as allowed", "[dns]") {
  seeded_random random{1};
  const auto plan = plan_hosts(
      "d.example",
      found({{20, "b.example"}, {10, "a.example"}, {30, "a.example"}, {30, "c.example"}}), {},
      random);
  CHECK_FALSE(plan.decided);
  CHECK(names(plan) == std::vector<std::string>{"a.example", "b.example", "c.example"});
  route_limits two;
  two.hosts_max = 2;
  CHECK(names(plan_hosts("d.example", found({{3, "c"}, {1, "a"}, {2, "b"}}), two, random)) ==
        std::vector<std::string>{"a", "b"});
}

TEST_CASE("mx: equal preferences are shuffled, others are not", "[dns]") {
  seeded_random random{42};
  std::set<std::vector<std::string>> orders;
  for (int round = 0; round < 200; ++round) {
    const auto order = names(
        plan_hosts("d.example", found({{10, "a"}, {10, "b"}, {10, "c"}, {20, "z"}}), {}, random));
    CHECK(order.back() == "z");
    orders.insert(order);
  }
  CHECK(orders.size() == 6);
}

TEST_CASE("mx: without any MX the domain is its own host", "[dns]") {
  seeded_random random{1};
  const auto plan = plan_hosts("d.example", {answer_kind::no_data, {}, {}}, {}, random);
  CHECK(plan.hosts == std::vector<mail_host>{{"d.example", 0, {}}});
}

TEST_CASE("mx: what decides at once", "[dns]") {
  seeded_random random{1};
  const auto decide = [&](const mx_answer& answer) {
    const auto plan = plan_hosts("d.example", answer, {}, random);
    REQUIRE(plan.decided);
    return *plan.decided;
  };
  CHECK(decide(found({{0, ""}})).value().kind == route_kind::null_mx);
  CHECK(decide(found({})).value().kind == route_kind::no_host);
  CHECK(decide({answer_kind::no_domain, {}, {}}).value().kind == route_kind::no_domain);
  CHECK(decide({answer_kind::failed, {}, "SERVFAIL"}).error().code == errc::unavailable);
  CHECK(names(plan_hosts("d.example", found({{0, ""}, {10, "a"}}), {}, random)) ==
        std::vector<std::string>{"a"});
}

TEST_CASE("mx: IPv6 and IPv4 alternate, bounded", "[dns]") {
  const auto route = route_of("d.example", {{"a", 10, {}}},
                              {{addresses({"2001:db8::1", "2001:db8::2"}),
                                addresses({"192.0.2.1", "192.0.2.2", "192.0.2.3"})}},
                              {8, 4, false});
  CHECK(route.value().hosts[0].addresses ==
        std::vector<std::string>{"2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2"});
}

TEST_CASE("mx: hosts without addresses are left out", "[dns]") {
  const auto route =
      route_of("d.example", {{"a", 10, {}}, {"b", 20, {}}, {"c", 30, {}}},
               {{failed, failed}, {none, addresses({"192.0.2.2"})}, {missing, missing}}, {});
  REQUIRE(route.value().hosts.size() == 1);
  CHECK(route.value().hosts[0] == mail_host{"b", 20, {"192.0.2.2"}});
}

TEST_CASE("mx: nothing left is temporary when anything failed, else for good", "[dns]") {
  const std::vector<mail_host> two{{"a", 10, {}}, {"b", 20, {}}};
  const auto temporary = route_of("d.example", two, {{missing, missing}, {none, failed}}, {});
  REQUIRE(temporary.has_error());
  CHECK(temporary.error().code == errc::unavailable);
  CHECK(route_of("d.example", two, {{missing, missing}, {none, none}}, {}).value().kind ==
        route_kind::no_host);
  const std::vector<mail_host> itself{{"d.example", 0, {}}};
  CHECK(route_of("d.example", itself, {{missing, missing}}, {}).value().kind ==
        route_kind::no_domain);
  CHECK(route_of("d.example", itself, {{none, none}}, {}).value().kind == route_kind::no_host);
}

TEST_CASE("mx: this machine is no mail host unless allowed", "[dns]") {
  const std::vector<host_answer> answers{
      {addresses({"::1", "::", "::ffff:127.0.0.1"}), addresses({"127.0.0.1", "0.0.0.0"})}};
  CHECK(route_of("d.example", {{"a", 10, {}}}, answers, {}).value().kind == route_kind::no_host);
  route_limits allowed;
  allowed.allow_loopback = true;
  CHECK(
      route_of("d.example", {{"a", 10, {}}}, answers, allowed).value().hosts[0].addresses.size() ==
      5);
}

TEST_CASE("dns names: A-labels, lower case, no trailing dot", "[dns]") {
  CHECK(to_a_labels("Example.COM.").value() == "example.com");
  CHECK(to_a_labels("b\xc3\xbc"
                    "cher.example")
            .value() == "xn--bcher-kva.example");
  CHECK(to_a_labels("fa\xc3\x9f.example").value() == "xn--fa-hia.example"); // non-transitional
  CHECK(to_a_labels("_dmarc.example").value() == "_dmarc.example");
  CHECK_FALSE(to_a_labels(""));
  CHECK_FALSE(to_a_labels("."));
  CHECK_FALSE(to_a_labels("\xff\xfe.example"));
  CHECK_FALSE(to_a_labels(std::string(64, 'a') + ".example"));
  CHECK_FALSE(to_a_labels(std::string(2000, 'a')));
  CHECK_FALSE(to_a_labels(std::string_view{"a.example\0.evil", 14}));
}

TEST_CASE("dns names: address literals", "[dns]") {
  CHECK(literal_host("[192.0.2.1]")->addresses == std::vector<std::string>{"192.0.2.1"});
  CHECK(literal_host("[IPv6:2001:db8::1]")->addresses == std::vector<std::string>{"2001:db8::1"});
  CHECK_FALSE(literal_host("[2001:db8::1]"));
  CHECK_FALSE(literal_host("[IPv6:192.0.2.1]"));
  CHECK_FALSE(literal_host("[192.0.2.256]"));
  CHECK_FALSE(literal_host("192.0.2.1"));
  CHECK_FALSE(literal_host("[]"));
}

TEST_CASE("dns names: random octets never crash the conversion", "[dns][property]") {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    std::string name;
    for (std::uint64_t length = random.next() % 40; length > 0; --length) {
      constexpr std::string_view alphabet = "a.-xn\xc3\xbc[]:*";
      name += random.next() % 4 == 0 ? static_cast<char>(random.next())
                                     : alphabet[random.next() % alphabet.size()];
    }
    if (const auto labels = to_a_labels(name)) {
      CHECK(labels.value().size() <= 255);
    }
    static_cast<void>(literal_host(name));
  }
}
