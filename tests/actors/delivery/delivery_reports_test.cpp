#include "actors/delivery/delivery_reports.hpp"

#include <catch2/catch.hpp>

#include "tests/actors/delivery/delivery_items.hpp"

using namespace warmfront;
using Catch::Matchers::Contains;
using warmfront::testing::make_item;
using warmfront::testing::make_lane;
using warmfront::testing::make_mail;

namespace {

const testing::manual_clock at_start;
const auto now = at_start.wall_now();
const ledger_subject ip{"192.0.2.1"};
const lane_closure exhausted{lane_closure::cause::exhausted, ip, now + std::chrono::hours{5}};

stored_message stored(std::uint64_t number, std::size_t recipients = 1,
                      const std::string& domain = "b.example") {
  std::vector<std::string> addresses;
  for (std::size_t i = 0; i < recipients; ++i)
    addresses.push_back("r" + std::to_string(i) + "@" + domain);
  stored_message made;
  made.message = make_mail(number, addresses)->mail->record;
  made.recipients.resize(recipients);
  return made;
}

storage::recipient_record record_of(recipient_state state) {
  storage::recipient_record record;
  record.state = static_cast<std::uint8_t>(state);
  record.attempts = 2;
  record.last_reply = "451 4.3.0 later";
  record.remote_host = "mx.b.example";
  record.changed_at = now;
  return record;
}

struct delivery_of_one_lane {
  lanes queue{lane_limits{}};
  dispatcher links{dispatcher_config{}};

  explicit delivery_of_one_lane(std::uint64_t first = 0, std::uint64_t tail = 10) {
    queue.restore(make_lane(), first, tail);
  }
  std::vector<waiting_place> places(const stored_message& of, std::size_t most = 20) {
    return waiting_places(of, queue, links, at_start.steady_now(), now, most);
  }
};

} // namespace

TEST_CASE("delivery reports: a recipient without a record is queued, or held by its ledger",
          "[delivery_reports]") {
  using cause = lane_closure::cause;
  struct row {
    std::optional<lane_closure> closed;
    recipient_state state;
  };
  for (const auto& [closed, state] :
       {row{{}, recipient_state::queued},
        {exhausted, recipient_state::held},
        {lane_closure{cause::paused, ip, {}}, recipient_state::held},
        {lane_closure{cause::pending, {}, {}}, recipient_state::queued},
        {lane_closure{cause::no_source, {}, {}}, recipient_state::queued}}) {
    delivery_of_one_lane world;
    if (closed)
      world.queue.close(make_lane(), *closed);
    CHECK(to_report(stored(3), world.queue).recipients[0].state == state);
    CHECK(held_lanes(world.queue).contains(make_lane()) == (state == recipient_state::held));
  }
}

TEST_CASE("delivery reports: what happened is told as it was recorded", "[delivery_reports]") {
  delivery_of_one_lane world;
  auto message = stored(3, 2);
  message.recipients[1] = record_of(recipient_state::bounced);
  const auto report = to_report(message, world.queue);
  CHECK(report.id == message.message.id);
  CHECK(report.from == "s@a.example");
  CHECK(report.recipients[0].attempts == 0);
  CHECK(report.recipients[1].state == recipient_state::bounced);
  CHECK(report.recipients[1].address == "r1@b.example");
  CHECK(report.recipients[1].attempts == 2);
  CHECK(report.recipients[1].last_reply == "451 4.3.0 later");
  CHECK(report.recipients[1].changed_at == now);
}

TEST_CASE("delivery reports: a held recipient knows its place and its ledger",
          "[delivery_reports]") {
  delivery_of_one_lane world{2, 10};
  world.queue.close(make_lane(), exhausted);
  const auto places = world.places(stored(5, 2));
  REQUIRE(places.size() == 2);
  CHECK(places[0].ahead == 3);
  CHECK(places[1].ahead == 4);
  CHECK(places[0].reason.kind == "ledger");
  CHECK(places[0].reason.ledger == "192.0.2.1");
  CHECK(places[0].reason.expected_at == exhausted.until);
  CHECK(places[0].reason.recipient == "r0@b.example");
  CHECK(world.places(stored(5, 2), 1).size() == 1);
}

TEST_CASE("delivery reports: every way to wait has its reason", "[delivery_reports]") {
  delivery_of_one_lane world;
  SECTION("in an open lane") {
    const auto place = world.places(stored(4)).at(0);
    CHECK(place.reason.kind == "queue");
    CHECK(place.reason.position == 4);
    CHECK_FALSE(place.ahead);
  }
  SECTION("for a pool without addresses") {
    world.queue.close(make_lane(), {lane_closure::cause::no_source, {}, {}});
    const auto place = world.places(stored(4)).at(0);
    CHECK(place.reason.kind == "pool");
    CHECK_FALSE(place.ahead);
  }
  SECTION("for another attempt") {
    auto message = stored(4);
    message.recipients[0] = record_of(recipient_state::deferred);
    message.recipients[0]->next_attempt_at = now + seconds{300};
    message.recipients[0]->queue_key =
        storage::deferred_key(now + seconds{300}, {message.message.id, 0});
    const auto place = world.places(message).at(0);
    CHECK(place.reason.kind == "backoff");
    CHECK(place.reason.expected_at == now + seconds{300});
    CHECK_THAT(place.reason.text, Contains("451 4.3.0 later") && Contains("mx.b.example"));
  }
  SECTION("not at all") {
    auto message = stored(4);
    message.recipients[0] = record_of(recipient_state::delivered);
    CHECK(world.places(message).empty());
  }
}

TEST_CASE("delivery reports: a recipient in hand waits for its site, in any spelling",
          "[delivery_reports]") {
  delivery_of_one_lane world{0, 0};
  world.queue.arrived(make_item(make_lane(), 0));
  auto items = world.queue.take(1);
  const auto message = stored(0, 1, "B.Example");
  CHECK(world.places(message).at(0).reason.kind == "dns");
  const auto steady = at_start.steady_now();
  world.links.add(std::move(items), steady, now);
  world.links.resolved("b.example", {"mx.b.example", {{"mx.b.example", "192.0.2.9", 25}}, {}},
                       steady, now);
  CHECK(world.places(message).at(0).reason.kind == "site");
  for (const auto& action : world.links.take_actions())
    if (const auto* opened = std::get_if<open_connection>(&action))
      world.links.on_event({opened->id, net::connection_failed{{}, {0, "", "refused"}}}, steady,
                           now);
  const auto place = world.places(message).at(0);
  CHECK(place.reason.expected_at == now + seconds{5});
  CHECK_THAT(place.reason.text, Contains("mx.b.example") && Contains("refused"));
}

TEST_CASE("delivery reports: the forecast completes a ledger's reason", "[delivery_reports]") {
  wait_reason reason;
  reason.position = 12;
  ledger_report ledger;
  ledger.subject = ip;
  ledger.plan = plan_name{"standard"};
  ledger.day = 2;
  ledger.used = 1000;
  ledger.limit = 1000;
  add_forecast(reason, {now + seconds{60}, ledger});
  CHECK(reason.ledger == "192.0.2.1");
  CHECK(reason.day == 2);
  CHECK(reason.used == 1000);
  CHECK(reason.limit == 1000);
  CHECK(reason.expected_at == now + seconds{60});
  CHECK_THAT(reason.text, Contains("day 2 of plan standard") && Contains("1000 of 1000") &&
                              Contains("12 go before it"));
}

TEST_CASE("delivery reports: queues are the lanes that hold somebody", "[delivery_reports]") {
  delivery_of_one_lane world{3, 10};
  world.queue.restore(make_lane(mail_class::batch), 5, 5);
  REQUIRE(report_queues(world.queue).size() == 1);
  CHECK(report_queues(world.queue)[0].state == "open");
  CHECK(report_queues(world.queue)[0].waiting == 7);
  world.queue.close(make_lane(), exhausted);
  const auto report = report_queues(world.queue).at(0);
  CHECK(report.state == "held");
  CHECK(report.opens_at == exhausted.until);
  CHECK_THAT(report.reason, Contains("192.0.2.1"));
  world.queue.close(make_lane(), {lane_closure::cause::pending, {}, {}});
  CHECK(report_queues(world.queue)[0].state == "waiting");
}

TEST_CASE("delivery reports: addresses that cannot send, and a node that does not, are reasons",
          "[delivery_reports]") {
  pool mine;
  mine.name = pool_name{"mine"};
  mine.addresses = {
      {ip_address{"192.0.2.1"}, {}, 1, {}},
      {ip_address{"192.0.2.2"}, {}, 0, {}},
      {ip_address{"192.0.2.3"}, {}, 1, {}, address_state::quarantined, "blocked", now}};
  const auto reasons = common_reasons(mine.name, &mine, false);
  REQUIRE(reasons.size() == 3);
  CHECK(reasons[0].kind == "ip");
  CHECK_THAT(reasons[0].text, Contains("192.0.2.2 of pool mine has weight 0"));
  CHECK_THAT(reasons[1].text,
             Contains("192.0.2.3") && Contains("quarantined") && Contains("blocked"));
  CHECK(reasons[2].kind == "node");
  mine.addresses.resize(1);
  CHECK(common_reasons(mine.name, &mine, true).empty());
  mine.addresses.clear();
  CHECK_THAT(common_reasons(mine.name, &mine, true).at(0).text, Contains("has no IP"));
  CHECK_THAT(common_reasons(mine.name, nullptr, true).at(0).text, Contains("no pool mine"));
}
