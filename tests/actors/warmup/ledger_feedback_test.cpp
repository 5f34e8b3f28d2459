// What recipients say moves ledgers, also when they say it late.
#include "tests/actors/warmup/ledger_world.hpp"

using namespace warmfront;
using namespace std::chrono_literals;

namespace {

/// A world in which the address moves by its quality alone.
struct judged_world : warmfront::testing::ledger_world {
  judged_world() : ledger_world{warmup_rules{}} {
    plan rule{plan_name{"mine"}, {1'000, 2'000, 3'000}};
    rule.advance = plan_advance::level;
    store_plan(std::move(rule));
    start_ledger(warmfront::testing::ip, "mine");
  }
  void tell(const quality_counts& counts) { count(warmfront::testing::ip, counts); }
  std::uint64_t send() { return take_all(warmfront::testing::ip); }
  ledger_report now() { return report(warmfront::testing::ip); }
};

} // namespace

TEST_CASE("feedback: mail that half of its recipients open raises a ledger at a lower share of "
          "deliveries",
          "[warmup]") {
  judged_world world;
  CHECK(world.send() == 1'000);
  world.tell({1'000, 910, 60, 30, 0, 0});
  CHECK(world.now().day == 1);
  world.tell({0, 0, 0, 0, 0, 500});
  CHECK(world.now().day == 1); // more than half
  world.tell({0, 0, 0, 0, 0, 1});
  CHECK(world.now().day == 2);
  CHECK(world.now().moves.back().quality.opened == 501);
}

TEST_CASE("feedback: a complaint in time keeps a ledger from being raised", "[warmup]") {
  judged_world world;
  CHECK(world.send() == 1'000);
  world.tell({699, 699, 0, 0, 0, 0});
  world.tell({0, 0, 0, 0, 1, 0});
  world.tell({301, 301, 0, 0, 0, 0});
  CHECK(world.now().day == 1);
}

TEST_CASE("feedback: what is said of an earlier day's mail counts on the day on which it is said",
          "[warmup]") {
  judged_world world;
  CHECK(world.send() == 1'000);
  world.tell({1'000, 1'000, 0, 0, 0, 0});
  CHECK(world.now().day == 2);
  world.time().advance(24h);
  CHECK(world.send() == 2'000);
  world.tell({400, 400, 0, 0, 0, 0});
  world.tell({0, 0, 0, 0, 3, 0}); // of yesterday's mail: 0.75 % of today's
  CHECK(world.now().quality.complaints == 3);
  world.time().advance(24h);
  CHECK(world.send() == 1'000);
  CHECK(world.now().day == 1);
  CHECK(world.now().moves.back().cause == move_cause::lowered);
  CHECK(world.now().moves.back().quality.complaints == 3);
}

TEST_CASE("feedback: without mail of today it moves nothing", "[warmup]") {
  judged_world world;
  CHECK(world.send() == 1'000);
  world.time().advance(24h);
  world.tell({0, 0, 0, 0, 50, 0});
  world.time().advance(24h);
  CHECK(world.send() == 1'000);
  CHECK(world.now().day == 1);
  CHECK(world.now().moves.empty());
}
