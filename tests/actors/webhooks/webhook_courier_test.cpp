#include <algorithm>

#include "actors/webhooks/webhook_signature.hpp"
#include "tests/actors/webhooks/webhook_courier_site.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using Catch::Matchers::Contains;

namespace {

const std::string here = "https://here.example/";
const std::string there = "https://there.example/";

/// What one URL answers; the others take everything.
scripted_http::script when(const std::string& url, unsigned status) {
  return [=](const http::outgoing_request& got) {
    return scripted_http::status(got.url == url ? status : 200);
  };
}

} // namespace

TEST_CASE("webhook courier: each event goes to who wants it, signed", "[webhooks]") {
  courier_site site;
  site.add(1, here);
  site.add(2, there, "other");
  const auto ids = site.log_events(5);
  const auto others = site.log_events(3, "other");
  site.run();
  CHECK(site.http.ids_of(here) == ids);
  CHECK(site.http.ids_of(there) == others);
  CHECK(site.http.requests.size() == 8);
  const auto& one = site.http.requests.front();
  CHECK(one.method == "POST");
  const auto stamp = scripted_http::header(one, "webhook-timestamp");
  CHECK(stamp == "1767225600");
  CHECK(scripted_http::header(one, "webhook-signature") ==
        sign_webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                     scripted_http::header(one, "webhook-id"), stamp, one.body));
  CHECK(site.report(1).waiting == 0);
  CHECK(site.report(1).last_success_at == site.time.wall_now());
}

TEST_CASE("webhook courier: what happened before a webhook was made is not for it", "[webhooks]") {
  courier_site site;
  site.log_events(5);
  site.add(1, here);
  site.run();
  CHECK(site.http.requests.empty());
  const auto ids = site.log_events(700); // more than a page
  site.run();
  CHECK(site.http.ids_of(here) == ids);
  CHECK(site.http.requests.size() == 700);
}

TEST_CASE("webhook courier: a restart begins where it was, and loses nothing", "[webhooks]") {
  courier_site site;
  site.add(1, here);
  site.log_events(10);
  site.run();
  site.run_for(seconds{2});
  const auto later = site.log_events(10);
  site.http.requests.clear();
  site.open();
  site.run();
  CHECK(site.http.ids_of(here) == later);
  // In flight when it crashed: they go again, under the same ids.
  site.http.holds = true;
  const auto last = site.log_events(10);
  site.run();
  site.run_for(seconds{2});
  site.http.requests.clear();
  site.http.held.clear();
  site.http.holds = false;
  site.open();
  site.run();
  const auto again = site.http.ids_of(here);
  CHECK(std::includes(again.begin(), again.end(), last.begin(), last.end()));
}

TEST_CASE("webhook courier: an event that fails is tried again, the others go on", "[webhooks]") {
  courier_site site;
  site.add(1, here);
  const auto ids = site.log_events(20);
  const auto bad = *ids.begin();
  bool fails = true;
  site.http.answers = [&](const http::outgoing_request& got) {
    return scripted_http::status(fails && scripted_http::header(got, "webhook-id") == bad ? 500
                                                                                          : 200);
  };
  site.run();
  CHECK(site.http.ids_of(here) == ids);
  CHECK(site.http.requests.size() == 20);
  CHECK(site.report(1).waiting == 1);
  CHECK(site.report(1).taken == 19);
  CHECK(site.report(1).refused == 1);
  CHECK_THAT(site.report(1).last_error, Contains("500"));
  site.run_for(seconds{3});
  CHECK(site.http.requests.size() == 20);
  site.run_for(seconds{4});
  CHECK(site.http.requests.size() == 21);
  site.open(); // what is parked is on the disk
  fails = false;
  site.run_for(seconds{60});
  CHECK(site.http.requests.size() == 22);
  CHECK(scripted_http::header(site.http.requests.back(), "webhook-id") == bad);
  CHECK(site.report(1).waiting == 0);
  site.run_for(seconds{3600}, seconds{60});
  CHECK(site.http.requests.size() == 22);
}

TEST_CASE("webhook courier: a receiver that is down costs probes, and no other receiver anything",
          "[webhooks]") {
  courier_site site;
  site.add(1, here);
  site.add(2, there);
  site.http.answers = when(here, 503);
  std::set<std::string> ids;
  for (int hour = 0; hour < 6; ++hour) {
    ids.merge(site.log_events(200));
    site.run_for(seconds{3600}, seconds{10});
  }
  CHECK(site.http.ids_of(there) == ids);
  const auto tried = std::count_if(site.http.requests.begin(), site.http.requests.end(),
                                   [](const auto& each) { return each.url == here; });
  CHECK(tried > 10);
  CHECK(tried < 80);
  CHECK(site.report(1).waiting == 1200);
  CHECK(site.report(1).failing_since);
  CHECK(site.letters(1).empty());
  // It is back: everything arrives, also what was parked for hours.
  site.http.answers = when(here, 200);
  site.run_for(seconds{1200}, seconds{10});
  CHECK(site.http.ids_of(here) == ids);
  CHECK(site.report(1).waiting == 0);
  CHECK(!site.report(1).failing_since);
}

TEST_CASE("webhook courier: after a day events are dead letters, and can be replayed",
          "[webhooks]") {
  courier_site site;
  site.add(1, here);
  site.http.answers = when(here, 500);
  const auto ids = site.log_events(50);
  site.run_for(std::chrono::hours{50}, seconds{60});
  std::set<std::string> dead;
  for (const auto& each : site.letters(1)) {
    dead.insert(each.id.substr(17));
    CHECK_THAT(each.body, Contains("message.delivered"));
    CHECK(!each.error.empty());
  }
  CHECK(dead == ids);
  CHECK(site.report(1).dead_letters == 50);
  CHECK(site.report(1).waiting == 0);
  site.http.requests.clear();
  site.http.answers = when(here, 200);
  replay_dead_letters which;
  which.webhook = 1;
  which.id = site.letters(1).front().id;
  CHECK(site.courier->replay(which).value() == 1);
  CHECK(site.courier->replay(which).value() == 0);
  site.run_for(seconds{1200}, seconds{10});
  CHECK(site.http.ids_of(here) == std::set<std::string>{which.id.substr(17)});
  which.id = "nonsense";
  CHECK(site.courier->replay(which).error().code == errc::invalid_argument);
  which.id.clear();
  CHECK(site.courier->replay(which).value() == 49);
  site.run_for(seconds{1200}, seconds{10});
  CHECK(site.http.ids_of(here) == ids);
  CHECK(site.letters(1).empty());
}

TEST_CASE("webhook courier: dead letters go after a week", "[webhooks]") {
  courier_site site;
  site.add(1, here);
  site.http.answers = when(here, 500);
  site.log_events(5);
  site.run_for(std::chrono::hours{50}, seconds{60});
  REQUIRE(site.letters(1).size() == 5);
  site.time.advance(std::chrono::hours{4 * 24});
  site.courier->sweep();
  CHECK(site.letters(1).size() == 5);
  site.time.advance(std::chrono::hours{7 * 24});
  site.courier->sweep();
  CHECK(site.letters(1).empty());
}

TEST_CASE("webhook courier: pages of dead letters follow each other", "[webhooks]") {
  courier_site site;
  site.add(1, here);
  site.http.answers = when(here, 500);
  const auto ids = site.log_events(25);
  site.run_for(std::chrono::hours{50}, seconds{60});
  std::set<std::string> seen;
  list_dead_letters which;
  which.webhook = 1;
  which.limit = 10;
  for (std::size_t pages = 0; pages < 4; ++pages) {
    const auto page = site.courier->dead_letters(which).value();
    CHECK(page.size() == (pages < 2 ? 10u : pages == 2 ? 5u : 0u));
    for (const auto& each : page)
      CHECK(seen.insert(each.id.substr(17)).second);
    if (!page.empty())
      which.after = page.back().id;
  }
  CHECK(seen == ids);
}

TEST_CASE("webhook courier: 410 ends it, and what was on the disk of a removed one is gone",
          "[webhooks]") {
  courier_site site;
  site.add(1, here);
  site.http.answers = when(here, 410);
  site.log_events(1);
  site.run();
  CHECK(site.ended == std::vector<std::uint64_t>{1});
  site.webhooks.at(1).value.is_active = false;
  site.show();
  site.log_events(10); // nobody is told of these
  site.http.requests.clear();
  site.http.answers = when(here, 200);
  site.run_for(seconds{60});
  CHECK(site.http.requests.empty());
  site.webhooks.at(1).value.is_active = true;
  site.show();
  const auto ids = site.log_events(3);
  site.run_for(seconds{60});
  const auto got = site.http.ids_of(here);
  CHECK(std::includes(got.begin(), got.end(), ids.begin(), ids.end()));
  CHECK(got.size() == 4); // and the one that was answered 410
  site.webhooks.clear();
  site.show();
  const auto left = site.store.scan(storage::family::events, "w", "x", 100);
  CHECK(left.value().empty());
}

TEST_CASE("webhook courier: webhooks removed while the node was away leave nothing", "[webhooks]") {
  courier_site site;
  site.add(1, here);
  site.http.answers = when(here, 500);
  site.log_events(3);
  site.run_for(seconds{3});
  REQUIRE(!site.store.scan(storage::family::events, "w", "x", 100).value().empty());
  site.webhooks.clear();
  site.open();
  CHECK(site.store.scan(storage::family::events, "w", "x", 100).value().empty());
}

TEST_CASE("webhook courier: the log is needed from the slowest on, and memory stays small",
          "[webhooks]") {
  courier_site site;
  site.add(1, here);
  site.add(2, there);
  site.http.holds = true;
  site.log_events(500);
  site.run();
  CHECK(site.http.held.size() == 16);
  CHECK(site.courier->needed_from(storage::event_stream::delivery) == 1);
  site.http.holds = false;
  site.http.release();
  site.run();
  CHECK(site.courier->needed_from(storage::event_stream::delivery) == 501);
  CHECK(site.http.requests.size() == 1000);
}

TEST_CASE("webhook courier: nothing is lost, whatever fails and whenever it crashes",
          "[webhooks][property]") {
  const auto seed = GENERATE(range<std::uint64_t>(1, 13));
  CAPTURE(seed);
  courier_site site;
  seeded_random dice{seed};
  site.add(1, here);
  std::set<std::string> taken;
  bool is_fair = false;
  site.http.answers = [&](const http::outgoing_request& got) {
    if (!is_fair && dice.unit() < 0.4)
      return scripted_http::status(dice.unit() < 0.5 ? 500 : 302);
    taken.insert(scripted_http::header(got, "webhook-id"));
    return scripted_http::status(204);
  };
  std::set<std::string> ids;
  for (int turn = 0; turn < 200; ++turn) {
    ids.merge(site.log_events(static_cast<std::size_t>(dice.next() % 10)));
    if (dice.unit() < 0.1)
      site.open();
    site.courier->turn();
    for (auto left = dice.next() % 8; left > 0 && !site.todo.empty(); --left) {
      const auto work = std::move(site.todo.front());
      site.todo.pop_front();
      work();
    }
    site.time.advance(seconds{static_cast<std::int64_t>(dice.next() % 60)});
  }
  is_fair = true;
  site.run_for(std::chrono::hours{8}, seconds{60});
  CHECK(taken == ids);
  CHECK(site.report(1).waiting == 0);
}
