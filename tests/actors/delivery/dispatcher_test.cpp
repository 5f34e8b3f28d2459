#include "actors/delivery/dispatcher.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/actors/delivery/dispatcher_world.hpp"

using namespace warmfront;
using namespace warmfront::testing::dispatching;
using warmfront::testing::make_item;
using warmfront::testing::make_lane;
using warmfront::testing::make_mail;

TEST_CASE("dispatcher: a domain is looked up once and its route is kept for a while",
          "[dispatcher]") {
  dispatch d;
  d.add_mails(2);
  CHECK(d.resolved == std::vector<std::string>{"b.example"});
  CHECK(d.opened.empty());
  d.route();
  CHECK(d.opened.size() == 1);
  CHECK(d.sent.size() == 2);
  d.add_mails(1);
  CHECK(d.resolved.size() == 1);
  d.time.advance(seconds{301});
  d.add_mails(1);
  CHECK(d.resolved.size() == 2);
}

TEST_CASE("dispatcher: a domain without a host gets its refusal, for a shorter while",
          "[dispatcher]") {
  dispatch d;
  d.add_mails(1);
  d.route("b.example", {"b.example", {}, {556, "5.1.10", "null MX"}});
  REQUIRE(d.attempts.size() == 1);
  CHECK(d.attempts[0].verdict.code == 556);
  CHECK_FALSE(d.attempts[0].on_the_wire);
  d.add_mails(1);
  CHECK(d.attempts.size() == 2);
  CHECK(d.resolved.size() == 1);
  d.time.advance(seconds{31});
  d.add_mails(1);
  CHECK(d.resolved.size() == 2);
  CHECK(d.core.in_flight() == 1);
}

TEST_CASE("dispatcher: a connection is filled before another is opened, up to the limit",
          "[dispatcher]") {
  dispatch d;
  d.add_mails(20);
  d.route();
  REQUIRE(d.opened.size() == 3);
  CHECK(d.opened[0].plan.source == warmfront::testing::dispatching::source);
  CHECK(d.opened[0].plan.helo == "mta.example");
  for (const auto& each : d.opened)
    CHECK(d.sent_on(each.id) == 4);
  CHECK(d.core.in_flight() == 20);
  d.open(d.opened[0].id);
  d.finish(d.opened[0].id, d.sent[0].second.id);
  CHECK(d.sent.size() == 13);
  CHECK(d.sent.back().first == d.opened[0].id);
  CHECK(d.core.in_flight() == 19);
}

TEST_CASE("dispatcher: domains with the same hosts share connections, sources do not",
          "[dispatcher]") {
  dispatch d;
  d.add_mails(1, "r@b.example");
  d.add_mails(1, "r@c.example");
  d.route("b.example");
  d.route("c.example");
  CHECK(d.opened.size() == 1);
  CHECK(d.sent.size() == 2);
  auto other = make_item(make_lane(), 9);
  other.source = ip_address{"192.0.2.2"};
  std::vector<delivery_item> items;
  items.push_back(std::move(other));
  d.core.add(std::move(items), d.time.steady_now(), d.time.wall_now());
  d.collect();
  REQUIRE(d.opened.size() == 2);
  CHECK(d.opened[1].plan.source.str() == "192.0.2.2");
  CHECK(d.core.find_status("c.example")->connections == 2);
}

TEST_CASE("dispatcher: recipients of one mail share transmissions of bounded size",
          "[dispatcher]") {
  dispatch d;
  d.add(recipients_of_one(5));
  d.add_mails(1);
  d.route();
  REQUIRE(d.sent.size() == 3);
  CHECK(d.sent[0].second.recipients.size() == 3);
  CHECK(d.sent[1].second.recipients.size() == 2);
  CHECK(d.sent[2].second.recipients.size() == 1);
  const auto id = d.opened[0].id;
  d.open(id);
  d.event(id, net::transmission_finished{
                  d.sent[0].second.id, {ok, {550, "5.1.1", "no"}}, false, true, true});
  REQUIRE(d.attempts.size() == 3);
  CHECK(d.attempts[0].verdict == ok);
  CHECK(d.attempts[0].dsn_passed_on);
  CHECK(d.attempts[0].remote_host == "mx.b.example");
  CHECK(d.attempts[1].verdict.code == 550);
  CHECK(d.attempts[2].verdict.code == 0); // no verdict is no delivery
}

TEST_CASE("dispatcher: a transmission ends with the first of its permits", "[dispatcher]") {
  dispatch d;
  auto items = recipients_of_one(2);
  items[0].permits_end = d.time.wall_now() + seconds{60};
  items[1].permits_end = d.time.wall_now() + seconds{30};
  d.add(std::move(items));
  d.route();
  REQUIRE(d.sent.size() == 1);
  CHECK(d.sent[0].second.not_after == d.time.steady_now() + seconds{30});
}

TEST_CASE("dispatcher: what waited beyond its permits comes back unsent", "[dispatcher]") {
  dispatch d;
  auto item = make_item(make_lane(), 1);
  item.permits_end = d.time.wall_now() + seconds{1};
  d.add_one(std::move(item));
  d.time.advance(seconds{1});
  d.route();
  CHECK(d.sent.empty());
  CHECK(d.returned.size() == 1);
  CHECK(d.core.in_flight() == 0);
}

TEST_CASE("dispatcher: a cancelled mail that has not begun comes back unsent", "[dispatcher]") {
  dispatch d;
  auto item = make_item(make_lane(), 1);
  item.live->cancelled = true;
  d.add_one(std::move(item));
  d.route();
  CHECK(d.sent.empty());
  CHECK(d.returned.size() == 1);
}

TEST_CASE("dispatcher: a transmission that the connection returned comes back unsent",
          "[dispatcher]") {
  dispatch d;
  d.add(recipients_of_one(2));
  d.route();
  d.open(d.opened[0].id);
  d.event(d.opened[0].id, net::transmission_returned{d.sent[0].second.id});
  CHECK(d.returned.size() == 2);
  CHECK(d.attempts.empty());
  CHECK(d.core.in_flight() == 0);
}

TEST_CASE("dispatcher: a site without an answering hop is left alone, longer each time",
          "[dispatcher]") {
  dispatch d;
  d.add_mails(2);
  d.route();
  d.event(d.opened[0].id, net::connection_failed{hop, {0, "", "refused"}});
  REQUIRE(d.attempts.size() == 2);
  CHECK(d.attempts[0].verdict.text == "refused");
  CHECK_FALSE(d.attempts[0].on_the_wire);
  CHECK(d.core.connections() == 0);
  d.add_mails(1); // during the back-off it fails at once
  CHECK(d.attempts.size() == 3);
  CHECK(d.opened.size() == 1);
  CHECK(d.core.find_status("b.example")->backoff_until == d.time.steady_now() + seconds{1});
  d.time.advance(seconds{1});
  d.add_mails(9); // one connection probes
  CHECK(d.opened.size() == 2);
  d.event(d.opened[1].id, net::connection_failed{hop, {421, "4.3.2", "busy"}});
  CHECK(d.core.find_status("b.example")->backoff_until == d.time.steady_now() + seconds{2});
  CHECK(d.core.find_status("b.example")->last_failure.code == 421);
  d.time.advance(seconds{2});
  d.add_mails(1);
  d.event(d.opened[2].id, net::connection_failed{hop, {0, "", "refused"}});
  CHECK(d.core.find_status("b.example")->backoff_until == d.time.steady_now() + seconds{3});
  d.time.advance(seconds{3});
  d.add_mails(9);
  REQUIRE(d.opened.size() == 4);
  d.open(d.opened[3].id); // it answers again: all connections are there
  CHECK(d.opened.size() == 6);
  CHECK_FALSE(d.core.find_status("b.example")->backoff_until);
}

TEST_CASE("dispatcher: a host that greets and closes is left alone, too", "[dispatcher]") {
  dispatch d;
  d.add_mails(2);
  d.route();
  d.open(d.opened[0].id);
  d.event(d.opened[0].id, net::connection_closed{{}, {421, "4.7.0", "go away"}});
  CHECK(d.attempts.size() == 2);
  CHECK(d.attempts[0].verdict.code == 421);
  CHECK(d.opened.size() == 1);
}

TEST_CASE("dispatcher: 421 after a mail puts the rest on another connection, in order",
          "[dispatcher]") {
  dispatch d;
  d.add_mails(3);
  d.route();
  const auto first = d.opened[0].id;
  REQUIRE(d.opened.size() == 2);
  REQUIRE(d.sent_on(first) == 2);
  d.open(first);
  d.finish(first, d.sent[0].second.id);
  d.event(first, net::connection_closed{{d.sent[1].second.id}, {421, "4.3.2", "closing"}});
  CHECK(d.attempts.size() == 1);
  CHECK(d.sent.size() == 4);
  CHECK(d.sent[3].first == d.opened[1].id);
  CHECK(d.core.in_flight() == 2);
}

TEST_CASE("dispatcher: a receiver that takes only some connections is not stormed with more",
          "[dispatcher]") {
  dispatch d;
  d.add_mails(12);
  d.route();
  REQUIRE(d.opened.size() == 3);
  d.open(d.opened[0].id);
  d.event(d.opened[1].id, net::connection_failed{hop, {421, "4.7.0", "too many"}});
  d.event(d.opened[2].id, net::connection_failed{hop, {421, "4.7.0", "too many"}});
  CHECK(d.opened.size() == 3);
  CHECK(d.attempts.empty()); // the one that stands carries all
  for (std::size_t i = 0; d.core.in_flight() > 0 && i < d.sent.size(); ++i)
    if (d.sent[i].first == d.opened[0].id)
      d.finish(d.opened[0].id, d.sent[i].second.id);
  CHECK(d.attempts.size() == 12);
  CHECK(d.opened.size() == 3);
  d.time.advance(seconds{1}); // then another one may try
  d.add_mails(9);
  CHECK(d.opened.size() == 5);
}

TEST_CASE("dispatcher: stopped, it gives back what waits and keeps what is on its way",
          "[dispatcher]") {
  dispatch d;
  d.add_mails(14);
  d.route();
  d.add_mails(1, "r@c.example"); // waits for its route
  const auto id = d.opened[0].id;
  d.open(id);
  d.core.stop();
  d.collect();
  CHECK(d.returned.size() == 3);
  CHECK(d.core.in_flight() == 12);
  CHECK(d.core.connection_ids().size() == 3);
  d.add_mails(1);
  CHECK(d.returned.size() == 4);
  d.route("c.example");
  d.finish(id, d.sent[0].second.id);
  CHECK(d.attempts.size() == 1);
  CHECK(d.sent.size() == 12);
  for (const auto& each : d.opened)
    d.event(each.id, net::connection_closed{{}, {0, "", "abandoned"}});
  CHECK(d.returned.size() == 15);
  CHECK(d.core.in_flight() == 0);
  CHECK(d.core.connections() == 0);
  CHECK(d.opened.size() == 3);
}

TEST_CASE("dispatcher: events of connections it does not know are nothing to it", "[dispatcher]") {
  dispatch d;
  d.open(99);
  d.finish(99, 1);
  d.event(99, net::connection_closed{});
  d.add_mails(1);
  d.route();
  d.finish(d.opened[0].id, 77);
  d.event(d.opened[0].id, net::transmission_returned{77});
  CHECK(d.attempts.empty());
  CHECK(d.core.in_flight() == 1);
}

TEST_CASE("dispatcher: sites that nobody writes to any more are forgotten", "[dispatcher]") {
  dispatch d;
  for (int i = 0; i < 5000; ++i) {
    const auto domain = "d" + std::to_string(i) + ".example";
    d.add_mails(1, "r@" + domain);
    d.route(domain, {"mx." + domain, {hop}, {}});
    d.event(d.opened.back().id, net::connection_failed{hop, {0, "", "refused"}});
    d.time.advance(seconds{10});
  }
  CHECK(d.attempts.size() == 5000);
  CHECK(d.core.sites() < 2500);
}

TEST_CASE("dispatcher: while it is paused what waits goes on waiting", "[delivery]") {
  dispatch world;
  world.core.pause();
  world.add_mails(2);
  world.route();
  CHECK(world.opened.empty());
  CHECK(world.sent.empty());
  CHECK(world.returned.empty());
  world.resume();
  CHECK(world.sent.size() == 2);
}
