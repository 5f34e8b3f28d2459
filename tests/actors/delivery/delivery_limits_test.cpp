// What becomes of mail over a limit: of a provider, of a pool that rejects, of a blocked ledger.

#include <catch2/catch.hpp>

#include "tests/actors/delivery/delivery_world.hpp"

using namespace warmfront;
using warmfront::testing::delivery_world;
using warmfront::testing::fate;

namespace {

constexpr milliseconds day{10'000};

void set_overflow(delivery_world& world, const std::string& overflow) {
  pool shared;
  shared.name = pool_name{"shared"};
  shared.overflow = overflow;
  world.flow().set_pools({shared});
}

} // namespace

TEST_CASE("limits: mail to other providers overtakes mail to one whose limit is reached",
          "[delivery]") {
  delivery_world world{1};
  world.day = day;
  world.quota_of["mx.b.example"] = 2;
  std::vector<message_id> ids;
  for (int i = 0; i < 6; ++i) {
    ids.push_back(world.submit({"r" + std::to_string(i) + "@b.example"}));
    world.submit({"r" + std::to_string(i) + "@c.example"});
    world.advance(milliseconds{2});
  }
  world.run();
  CHECK(world.order.size() == 8);
  CHECK(world.delivered["r5@c.example"] == 1);
  CHECK(world.state(ids[1]) == recipient_state::delivered);
  CHECK(world.state(ids[2]) == recipient_state::held);
  // They have a lane of their own, which is closed; the one for all is open.
  const auto statuses = world.flow().queue().statuses();
  const auto held = std::find_if(statuses.begin(), statuses.end(),
                                 [](const auto& each) { return !each.where.provider.empty(); });
  REQUIRE(held != statuses.end());
  CHECK(held->where.provider.str() == "mx.b.example");
  CHECK(held->waiting == 4);
  CHECK(held->closed);
  for (int later = 0; later < 2; ++later) {
    world.advance(day);
    world.run();
  }
  CHECK(world.queue_entries() == 0);
  CHECK(world.delivered["r5@b.example"] == 1);
}

TEST_CASE("limits: mail of a provider's lane keeps its order, also over a restart", "[delivery]") {
  delivery_world world{2};
  world.day = day;
  world.quota_of["mx.b.example"] = 0;
  std::vector<std::string> expected;
  for (int i = 0; i < 30; ++i) {
    expected.push_back("r" + std::to_string(i) + "@b.example");
    world.submit({expected.back()});
    world.advance(milliseconds{2});
    world.run();
  }
  CHECK(world.order.empty());
  world.crash(storage::memory_store::all);
  world.run();
  CHECK(world.order.empty());
  world.quota_of["mx.b.example"] = 7;
  for (int later = 0; later < 5; ++later) {
    world.advance(day);
    world.run();
  }
  CHECK(world.order == expected);
}

TEST_CASE("limits: what is over the limit of a pool that rejects bounces, and says why",
          "[delivery]") {
  delivery_world world{3};
  world.day = day;
  world.quota_per_day = 1;
  set_overflow(world, "reject");
  const auto first = world.submit({"a@b.example"}, mail_class::batch);
  world.run();
  const auto second = world.submit({"b@b.example"}, mail_class::batch);
  world.run();
  CHECK(world.state(first) == recipient_state::delivered);
  CHECK(world.state(second) == recipient_state::bounced);
  CHECK(world.record(second)->last_reply.find("limit of 192.0.2.1 is reached") !=
        std::string::npos);
  CHECK(world.record(second)->attempts == 0);
  // More of it need not be accepted, until the permits change.
  world.submit({"c@b.example"}, mail_class::batch);
  world.run();
  REQUIRE(world.over_limits.size() == 1);
  CHECK(world.over_limits[0].pool.str() == "shared");
  CHECK(world.over_limits[0].importance == mail_class::batch);
  CHECK(world.over_limits[0].sender_domain.empty());
  CHECK(world.over_limits[0].until > world.wall_now());
  world.flow().permits_changed();
  CHECK(world.over_limits.empty());
  // Nothing was sent: that is no outcome of the ledger's mail.
  CHECK(world.quality[ledger_subject{"192.0.2.1"}].outcomes == 1);
}

TEST_CASE("limits: a sender is told of what a pool rejects", "[delivery]") {
  delivery_world world{4};
  world.day = day;
  world.quota_per_day = 1;
  set_overflow(world, "reject");
  world.submit({"a@b.example"});
  world.run();
  world.submit({"b@b.example"});
  world.run();
  set_overflow(world, "hold");
  world.advance(day);
  world.run();
  CHECK(world.delivered["s@a.example"] == 1);
}

TEST_CASE("limits: batch mail of a blocked ledger fails, triggered mail goes its way",
          "[delivery]") {
  delivery_world world{5};
  world.blocked = true;
  const auto batch = world.submit({"a@b.example"}, mail_class::batch);
  const auto triggered = world.submit({"b@b.example"}, mail_class::triggered, "shared", "");
  world.run();
  CHECK(world.state(batch) == recipient_state::bounced);
  CHECK(world.record(batch)->last_reply.find("is blocked until") != std::string::npos);
  CHECK(world.state(triggered) == recipient_state::delivered);
}

TEST_CASE("limits: outcomes are counted for the ledgers whose permits they took", "[delivery]") {
  delivery_world world{6};
  world.day = day;
  world.quota_per_day = 10;
  world.fate_of = [](const std::string& to) {
    return to.starts_with("bad")    ? fate::bounce
           : to.starts_with("slow") ? fate::defer
                                    : fate::deliver;
  };
  world.submit({"a@b.example", "bad@b.example", "slow@b.example"}, mail_class::triggered, "shared",
               "");
  world.run();
  const auto& counts = world.quality[ledger_subject{"192.0.2.1"}];
  CHECK(counts.outcomes == 2);
  CHECK(counts.delivered == 1);
  CHECK(counts.invalid == 1);
}

TEST_CASE("limits: the time for which mail is held does not count to its expiry", "[delivery]") {
  // It expires 20 s after the first attempt. A day is longer than that.
  delivery_world world{7};
  world.day = milliseconds{60'000};
  world.quota_per_day = 1;
  int tries = 0;
  world.fate_of = [&](const std::string&) { return ++tries < 4 ? fate::defer : fate::deliver; };
  world.time.advance(
      world.day -
      milliseconds{world.time.wall_now().time_since_epoch().count() / 1000 % world.day.count()} -
      milliseconds{100});
  const auto id = world.submit({"a@b.example"}, mail_class::triggered, "shared", "");
  world.run();
  CHECK(tries == 1);
  world.quota_per_day = 0; // of the next day: it waits there for longer than it lives
  for (int i = 0; i < 20; ++i) {
    world.advance(milliseconds{100});
    world.run();
  }
  REQUIRE(world.state(id) == recipient_state::held);
  world.advance(world.day);
  world.quota_per_day = 1;
  world.flow().permits_changed();
  world.run();
  CHECK(tries == 2);
  CHECK(world.state(id) == recipient_state::deferred);
}

TEST_CASE("limits: who cannot be routed takes no permit", "[delivery]") {
  delivery_world world{8};
  world.unroutable.insert("none.example");
  const auto id = world.submit({"a@none.example"}, mail_class::triggered, "shared", "");
  world.run();
  CHECK(world.state(id) == recipient_state::bounced);
  CHECK(world.assignments_asked == 0);
}
