#include "net/asio/dns_resolver.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <set>

#include "tests/net/asio/dns_resolver_server.hpp"

using namespace warmfront;
using namespace warmfront::dns;
using warmfront::net::io_threads;
using warmfront::net::make_unbound_resolver;
using warmfront::net::unbound_options;
using warmfront::testing::name_server;
using warmfront::testing::silent_name_server;
using namespace std::chrono_literals;

namespace {

constexpr const char* zone = R"(
a A 192.0.2.1
a AAAA 2001:db8::1
b A 192.0.2.2
c A 192.0.2.3
plain MX 10 a
plain MX 20 b
equal MX 10 a
equal MX 10 b
equal MX 10 c
null MX 0 .
aonly A 192.0.2.9
aaaaonly AAAA 2001:db8::9
alias CNAME plain
aliashost CNAME a
mxalias MX 10 aliashost
nothing TXT "nothing here"
ghost MX 10 nosuchhost
own MX 10 loop
loop A 127.0.0.1
half MX 10 host.broken.example.
half MX 20 b
dead MX 10 host.broken.example.
xn--bcher-kva MX 5 b
back PTR a
)";

struct resolver_fixture {
  name_server server{"warm.example", zone};
  io_threads threads{1};
  unbound_options options;

  resolver_fixture() { options.servers = {server.address()}; }

  std::unique_ptr<resolver> make() {
    auto made = make_unbound_resolver(options, threads, std::make_unique<seeded_random>(7));
    REQUIRE(made);
    return std::move(made.value());
  }
};

result<mail_route> wait_for(std::future<result<mail_route>> answer) {
  REQUIRE(answer.wait_for(15s) == std::future_status::ready);
  return answer.get();
}

route_callback into(std::promise<result<mail_route>>& promise) {
  return [&promise](result<mail_route> route) { promise.set_value(std::move(route)); };
}

result<mail_route> ask(resolver& one, const std::string& domain) {
  std::promise<result<mail_route>> promise;
  one.resolve(domain, into(promise));
  return wait_for(promise.get_future());
}

result<mail_route> ask_host(resolver& one, const std::string& host) {
  std::promise<result<mail_route>> promise;
  one.resolve_host(host, into(promise));
  return wait_for(promise.get_future());
}

std::vector<mail_host> hosts_of(const result<mail_route>& route) {
  REQUIRE(route);
  REQUIRE(route.value().kind == route_kind::mail_hosts);
  return route.value().hosts;
}

} // namespace

TEST_CASE_METHOD(resolver_fixture, "resolver: what the DNS says becomes a route", "[dns]") {
  const auto dns = make();
  const mail_host a{"a.warm.example", 10, {"2001:db8::1", "192.0.2.1"}};
  const mail_host b{"b.warm.example", 20, {"192.0.2.2"}};
  CHECK(hosts_of(ask(*dns, "plain.warm.example")) == std::vector<mail_host>{a, b});
  CHECK(hosts_of(ask(*dns, "PLAIN.Warm.Example.")) == std::vector<mail_host>{a, b});
  CHECK(hosts_of(ask(*dns, "alias.warm.example")) == std::vector<mail_host>{a, b});
  CHECK(hosts_of(ask(*dns, "mxalias.warm.example"))[0].addresses == a.addresses);
  CHECK(hosts_of(ask(*dns, "aonly.warm.example")) ==
        std::vector<mail_host>{{"aonly.warm.example", 0, {"192.0.2.9"}}});
  CHECK(hosts_of(ask(*dns, "aaaaonly.warm.example")) ==
        std::vector<mail_host>{{"aaaaonly.warm.example", 0, {"2001:db8::9"}}});
  CHECK(hosts_of(ask(*dns, "b\xc3\xbc"
                           "cher.warm.example"))[0]
            .name == "b.warm.example");
  CHECK(hosts_of(ask(*dns, "[192.0.2.5]"))[0].addresses == std::vector<std::string>{"192.0.2.5"});
  CHECK(hosts_of(ask(*dns, "half.warm.example")) == std::vector<mail_host>{b});
  CHECK(ask(*dns, "null.warm.example").value().kind == route_kind::null_mx);
  CHECK(ask(*dns, "missing.warm.example").value().kind == route_kind::no_domain);
  CHECK(ask(*dns, "nothing.warm.example").value().kind == route_kind::no_host);
  CHECK(ask(*dns, "ghost.warm.example").value().kind == route_kind::no_host);
  CHECK(ask(*dns, "own.warm.example").value().kind == route_kind::no_host);
  CHECK(ask(*dns, std::string(300, 'x')).value().kind == route_kind::no_domain);
}

TEST_CASE_METHOD(resolver_fixture, "resolver: equal preferences change places", "[dns]") {
  const auto dns = make();
  std::set<std::string> first;
  for (int round = 0; round < 60; ++round) {
    first.insert(hosts_of(ask(*dns, "equal.warm.example"))[0].name);
  }
  CHECK(first.size() == 3);
}

TEST_CASE_METHOD(resolver_fixture, "resolver: SERVFAIL is temporary", "[dns]") {
  const auto dns = make();
  for (const char* domain : {"broken.example", "dead.warm.example", "zone.not.served"}) {
    CAPTURE(domain);
    const auto route = ask(*dns, domain);
    REQUIRE(route.has_error());
    CHECK(route.error().code == errc::unavailable);
    CHECK(route.error().what.find(domain) != std::string::npos);
  }
}

TEST_CASE_METHOD(resolver_fixture, "resolver: a bogus answer is temporary, never used", "[dns]") {
  // The zone is not signed, and this claims it is.
  options.trust_anchors = {"warm.example. IN DS 12345 13 2 "
                           "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"};
  const auto dns = make();
  const auto route = ask(*dns, "plain.warm.example");
  REQUIRE(route.has_error());
  CHECK(route.error().code == errc::unavailable);
}

TEST_CASE_METHOD(resolver_fixture, "resolver: a configured host has addresses, never MX", "[dns]") {
  const auto dns = make();
  CHECK(hosts_of(ask_host(*dns, "a.warm.example"))[0].addresses ==
        std::vector<std::string>{"2001:db8::1", "192.0.2.1"});
  CHECK(hosts_of(ask_host(*dns, "loop.warm.example"))[0].addresses ==
        std::vector<std::string>{"127.0.0.1"});
  CHECK(ask_host(*dns, "plain.warm.example").value().kind == route_kind::no_host);
}

TEST_CASE_METHOD(resolver_fixture, "resolver: single records come as they are", "[dns]") {
  const auto dns = make();
  const auto look_up = [&](const std::string& name, record_type type) {
    std::promise<record_answer> promise;
    dns->look_up(name, type, [&](record_answer found) { promise.set_value(std::move(found)); });
    auto answer = promise.get_future();
    REQUIRE(answer.wait_for(15s) == std::future_status::ready);
    return answer.get();
  };
  using values = std::vector<std::string>;
  CHECK(look_up("a.warm.example", record_type::a).values == values{"192.0.2.1"});
  CHECK(look_up("a.warm.example", record_type::aaaa).values == values{"2001:db8::1"});
  CHECK(look_up("nothing.warm.example", record_type::txt).values == values{"nothing here"});
  CHECK(look_up("back.warm.example", record_type::ptr).values == values{"a.warm.example"});
  CHECK(look_up("equal.warm.example", record_type::mx).values.size() == 3);
  CHECK(look_up("null.warm.example", record_type::mx).values == values{"0 ."});
  CHECK(look_up("alias.warm.example", record_type::cname).values == values{"plain.warm.example"});
  CHECK(look_up("plain.warm.example", record_type::cname).kind == answer_kind::no_data);
  CHECK(look_up("nothing.warm.example", record_type::ptr).kind == answer_kind::no_data);
  CHECK(look_up("missing.warm.example", record_type::a).kind == answer_kind::no_domain);
  CHECK(look_up("broken.example", record_type::a).kind == answer_kind::failed);
  CHECK_FALSE(look_up("broken.example", record_type::a).why.empty());
  // Names that libunbound answers itself unless it is told not to.
  for (const char* own : {"2.0.0.127.in-addr.arpa", "1.2.168.192.in-addr.arpa"})
    CHECK(look_up(own, record_type::ptr).kind == answer_kind::failed);
}

TEST_CASE_METHOD(resolver_fixture, "resolver: answers are cached", "[dns]") {
  const auto dns = make();
  const auto before = hosts_of(ask(*dns, "plain.warm.example"));
  server.stop();
  CHECK(hosts_of(ask(*dns, "plain.warm.example")) == before);
}

TEST_CASE("resolver: a silent server ends in time, and the number of look-ups is bounded",
          "[dns]") {
  silent_name_server silent;
  io_threads threads{1};
  unbound_options options;
  options.servers = {silent.address()};
  options.timeout = 400ms;
  options.lookups_max = 5;
  const auto dns = std::move(
      make_unbound_resolver(options, threads, std::make_unique<seeded_random>(1)).value());
  std::vector<std::promise<result<mail_route>>> promises(8);
  for (std::size_t index = 0; index < promises.size(); ++index) {
    dns->resolve("d" + std::to_string(index) + ".example", into(promises[index]));
  }
  for (std::size_t index = 0; index < promises.size(); ++index) {
    const auto route = wait_for(promises[index].get_future());
    REQUIRE(route.has_error());
    CHECK(route.error().code == errc::unavailable);
    const bool at_once = route.error().what.find("too many") != std::string::npos;
    CHECK(at_once == (index >= 5));
  }
}

TEST_CASE("resolver: destroyed with look-ups under way, it answers no more", "[dns]") {
  silent_name_server silent;
  io_threads threads{1};
  unbound_options options;
  options.servers = {silent.address()};
  std::atomic<int> answers{0};
  auto made = make_unbound_resolver(options, threads, std::make_unique<seeded_random>(1));
  for (int index = 0; index < 20; ++index) {
    made.value()->resolve("d" + std::to_string(index) + ".example",
                          [&](const result<mail_route>&) { ++answers; });
  }
  made.value().reset();
  threads.stop();
  CHECK(answers == 0);
}

TEST_CASE("resolver: a bad option is an error that names it", "[dns]") {
  io_threads threads{1};
  unbound_options options;
  options.servers = {"not an address"};
  const auto made = make_unbound_resolver(options, threads, std::make_unique<seeded_random>(1));
  REQUIRE(made.has_error());
  CHECK(made.error().what.find("not an address") != std::string::npos);
}
