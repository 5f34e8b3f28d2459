// The resolver against a zone that is signed: what DNSSEC vouches for, and what it does not.
#include <catch2/catch.hpp>

#include <future>

#include "net/asio/dns_resolver.hpp"
#include "tests/net/asio/dns_resolver_server.hpp"

using namespace warmfront;
using namespace warmfront::dns;
using warmfront::net::io_threads;
using warmfront::net::make_unbound_resolver;
using warmfront::net::unbound_options;
using warmfront::testing::name_server;
using warmfront::testing::served_zone;
using namespace std::chrono_literals;

namespace {

const std::string digest_a(64, 'a');
const std::string digest_b(64, 'b');

std::string signed_zone() {
  return "mx1 A 192.0.2.1\nmx2 A 192.0.2.2\nmx3 A 192.0.2.3\n"
         "two MX 10 mx1\ntwo MX 20 mx2\n"
         "_25._tcp.mx1 TLSA 3 1 1 " +
         digest_a + "\n_25._tcp.mx1 TLSA 2 0 1 " + digest_b +
         "\n"
         "bad MX 10 mx3\n_25._tcp.mx3 TLSA 3 1 1 " +
         std::string(64, 'c') +
         "\n"
         "away MX 10 mx.plain.example.\n"
         "alias CNAME mx1\naliased MX 10 alias\n"
         "own A 192.0.2.4\n_25._tcp.own TLSA 3 1 1 " +
         digest_a + "\n";
}

struct security_fixture {
  name_server server{{
      {"warm.example", signed_zone(), true, {{std::string(64, 'c'), std::string(64, 'd')}}},
      {"plain.example", "mx A 192.0.2.9\n@ MX 10 mx\n_25._tcp.mx TLSA 3 1 1 " + digest_a + "\n"},
  }};
  io_threads threads{1};

  std::unique_ptr<resolver> make(bool validating = true) {
    unbound_options options;
    options.servers = {server.address()};
    if (validating) {
      options.trust_anchors = server.trust_anchors();
    }
    auto made = make_unbound_resolver(options, threads, std::make_unique<seeded_random>(7));
    REQUIRE(made);
    return std::move(made.value());
  }
  static mail_route ask(resolver& one, const std::string& domain) {
    std::promise<result<mail_route>> promise;
    one.resolve(domain,
                [&promise](result<mail_route> route) { promise.set_value(std::move(route)); });
    auto answer = promise.get_future();
    REQUIRE(answer.wait_for(15s) == std::future_status::ready);
    auto route = answer.get();
    CAPTURE(domain);
    REQUIRE(route);
    REQUIRE_FALSE(route.value().hosts.empty());
    return std::move(route.value());
  }
};

} // namespace

TEST_CASE_METHOD(security_fixture, "resolver: validated TLSA records come with their hosts",
                 "[dns]") {
  const auto dns = make();
  const auto route = ask(*dns, "two.warm.example");
  CHECK(route.is_secure);
  REQUIRE(route.hosts.size() == 2);
  CHECK(route.hosts[0].dane.state == dane_state::found);
  CHECK(route.hosts[0].dane.base == "mx1.warm.example");
  CHECK(route.hosts[0].dane.records.size() == 2);
  CHECK(route.hosts[1].dane.state == dane_state::none); // it is vouched for that there are none
}

TEST_CASE_METHOD(security_fixture, "resolver: a domain without MX is its own host", "[dns]") {
  const auto dns = make();
  const auto route = ask(*dns, "own.warm.example");
  CHECK(route.hosts[0].dane.state == dane_state::found);
}

TEST_CASE_METHOD(security_fixture, "resolver: a spoilt TLSA answer is no missing one", "[dns]") {
  const auto dns = make();
  const auto route = ask(*dns, "bad.warm.example");
  CHECK(route.hosts[0].dane.state == dane_state::failed);
  CHECK_FALSE(route.hosts[0].dane.why.empty());
  CHECK(route.hosts[0].dane.records.empty());
}

TEST_CASE_METHOD(security_fixture,
                 "resolver: records of zones nobody vouches for are not asked for", "[dns]") {
  const auto dns = make();
  const auto away = ask(*dns, "away.warm.example");
  CHECK(away.is_secure); // the name of the host is
  CHECK(away.hosts[0].dane.state == dane_state::none);
  const auto plain = ask(*dns, "plain.example");
  CHECK_FALSE(plain.is_secure);
  CHECK(plain.hosts[0].dane.state == dane_state::none);
}

TEST_CASE_METHOD(security_fixture, "resolver: an alias has the records of what it stands for",
                 "[dns]") {
  const auto dns = make();
  const auto route = ask(*dns, "aliased.warm.example");
  CHECK(route.hosts[0].name == "alias.warm.example");
  CHECK(route.hosts[0].dane.state == dane_state::found);
  CHECK(route.hosts[0].dane.base == "mx1.warm.example");
}

TEST_CASE_METHOD(security_fixture, "resolver: without a trust anchor nothing is secure", "[dns]") {
  const auto dns = make(false);
  const auto route = ask(*dns, "two.warm.example");
  CHECK_FALSE(route.is_secure);
  CHECK(route.hosts[0].dane.state == dane_state::none);
}

TEST_CASE_METHOD(security_fixture, "resolver: single records say whether they are validated",
                 "[dns]") {
  const auto dns = make();
  const auto look_up = [&](const std::string& name, record_type type) {
    std::promise<record_answer> promise;
    dns->look_up(name, type, [&](record_answer found) { promise.set_value(std::move(found)); });
    auto answer = promise.get_future();
    REQUIRE(answer.wait_for(15s) == std::future_status::ready);
    return answer.get();
  };
  const auto good = look_up("_25._tcp.own.warm.example", record_type::tlsa);
  CHECK(good.is_secure);
  CHECK(good.values == std::vector<std::string>{"3 1 1 " + digest_a});
  CHECK(look_up("nothing.warm.example", record_type::tlsa).is_secure);
  CHECK(look_up("_25._tcp.mx3.warm.example", record_type::tlsa).kind == answer_kind::failed);
  CHECK_FALSE(look_up("mx.plain.example", record_type::a).is_secure);
}
