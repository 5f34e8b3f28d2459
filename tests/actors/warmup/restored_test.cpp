// A node whose data was restored: what was spent of the present day, nobody knows (I2).
#include "actors/warmup/ledger_book.hpp"

#include "tests/actors/warmup/ledger_world.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using kind = permit_verdict::kind;
using warmfront::testing::domain;
using warmfront::testing::ip;
using warmfront::testing::ledger_world;
using warmfront::testing::manual_clock;

namespace {

/// Restored so long after the world begins.
warmup_rules restored_after(microseconds passed) {
  warmup_rules rules;
  rules.restored_at = manual_clock{}.wall_now() + passed;
  return rules;
}

} // namespace

TEST_CASE("restored: a limited day that had begun gives nothing until it ends", "[warmup]") {
  ledger_world world{restored_after(10h)};
  world.start_ledger(ip, "standard");
  world.time().advance(10h);
  CHECK(world.take_settled({ip}).what == kind::exhausted);
  CHECK(world.report(ip).state == ledger_state::exhausted);
  CHECK(world.report(ip).used == 500);
  world.crash();
  CHECK(world.take_settled({ip}).what == kind::exhausted);
  world.time().advance(14h);
  CHECK(world.take_all(ip) == 1000);
}

TEST_CASE("restored: also the day that a backup did not know yet", "[warmup]") {
  ledger_world world{restored_after(50h)}; // the backup ends with day 1, the node died on day 3
  world.start_ledger(ip, "standard");
  CHECK(world.report(ip).day == 1);
  world.time().advance(50h);
  CHECK(world.take_settled({ip}).what == kind::exhausted);
  world.time().advance(22h);
  CHECK(world.take_all(ip) == 5000);
}

TEST_CASE("restored: another plan does not bring the day back", "[warmup]") {
  ledger_world world{restored_after(1h)};
  world.store_plan("large", {100'000});
  world.start_ledger(ip, "standard");
  world.time().advance(1h);
  world.start_ledger(ip, "large");
  CHECK(world.take_settled({ip}).what == kind::exhausted);
  world.time().advance(23h);
  CHECK(world.take_settled({ip}).what == kind::granted);
}

TEST_CASE("restored: what has no limit sends at once", "[warmup]") {
  ledger_world world{restored_after(1h)};
  world.start_ledger(ip, "warm");
  world.time().advance(1h);
  CHECK(world.take_settled({ip}).what == kind::granted);
}

TEST_CASE("restored: a ledger that begins afterwards is its own", "[warmup]") {
  ledger_world world{restored_after(1h)};
  world.time().advance(2h);
  world.start_ledger(domain, "standard");
  world.start_ledger(ip, "warm");
  CHECK(world.take_all(ip, domain) == 500);
}

TEST_CASE("restored: a day that nobody used does not move the plan", "[warmup]") {
  ledger_world world{restored_after(1h)};
  plan rule{plan_name{"used"}, {100, 200, 400}};
  rule.advance = plan_advance::on_use;
  world.store_plan(std::move(rule));
  world.start_ledger(ip, "used");
  world.time().advance(1h);
  CHECK(world.take_settled({ip}).what == kind::exhausted);
  world.time().advance(23h);
  CHECK(world.take_all(ip) == 100);
}
