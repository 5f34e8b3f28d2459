#include "actors/warmup/proposal.hpp"

#include "tests/actors/warmup/ledger_world.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using warmfront::testing::ip;
using warmfront::testing::ledger_world;

namespace {

propose_addresses asking(std::uint64_t volume, const std::string& plan = "standard") {
  propose_addresses question;
  question.daily_volume = volume;
  question.plan = plan_name{plan};
  return question;
}

address_proposal look(ledger_world& world, const propose_addresses& question) {
  const auto proposed = propose(world.book(), question, world.time().wall_now());
  REQUIRE(proposed);
  return proposed.value();
}

} // namespace

TEST_CASE("proposal: as few addresses as the last day of the plan asks for", "[warmup]") {
  ledger_world world;
  const auto start = world.time().wall_now();
  const auto one = look(world, asking(1'000'000));
  REQUIRE(one.steps.size() == 1);
  CHECK(one.steps[0].daily == 1'000'000);
  CHECK(one.ready_at == start + 19 * 24h);
  CHECK(one.steps[0].gate_at == one.ready_at);
  // Half of it is there sooner than all of it.
  CHECK(look(world, asking(100'000)).ready_at == start + 9 * 24h);
  const auto three = look(world, asking(2'000'001));
  CHECK(three.steps.size() == 3);
  CHECK(three.steps[2].daily == 666'667);
  CHECK(look(world, asking(5, "warm")).ready_at == start);
  CHECK(propose(world.book(), asking(5, "none"), start).error().code == errc::not_found);
  CHECK(propose(world.book(), asking(1'000'000'000'000), start).error().code ==
        errc::limit_exceeded);
}

TEST_CASE("proposal: the next begins when one has reached its gate", "[warmup]") {
  ledger_world world;
  const auto start = world.time().wall_now();
  auto question = asking(4'000'000);
  question.parallel = 2;
  question.gate_day = 5;
  const auto four = look(world, question);
  REQUIRE(four.steps.size() == 4);
  CHECK(four.steps[1].starts_at == start);
  CHECK(four.steps[2].starts_at == start + 4 * 24h);
  CHECK(four.steps[3].starts_at == start + 4 * 24h);
  CHECK(four.ready_at == start + (4 + 19) * 24h);
}

TEST_CASE("proposal: what is there already carries its part", "[warmup]") {
  ledger_world world;
  const auto start = world.time().wall_now();
  world.start_ledger(ip, "standard");
  auto question = asking(1'000'000);
  question.present.emplace_back(ip);
  auto proposed = look(world, question);
  CHECK(proposed.steps.empty());
  CHECK(proposed.present_daily == 1'000'000);
  CHECK(proposed.ready_at == start + 19 * 24h);
  question.daily_volume = 1'500'000;
  proposed = look(world, question);
  REQUIRE(proposed.steps.size() == 1);
  CHECK(proposed.steps[0].daily == 500'000);
  // An address without limits needs no company.
  question.present.emplace_back("192.0.2.77");
  CHECK(look(world, question).steps.empty());
}

TEST_CASE("proposal: an address whose use never raises it is never ready", "[warmup]") {
  ledger_world world;
  plan rule{plan_name{"used"}, {10, 1000, 2000}};
  rule.advance = plan_advance::on_use;
  world.store_plan(rule);
  auto question = asking(1200, "used");
  question.gate_day = 3;
  const auto proposed = look(world, question);
  REQUIRE(proposed.steps.size() == 1);
  CHECK(proposed.steps[0].ready_at == world.time().wall_now() + 2 * 24h);
  // Of 2 000 on its last day too little is used to pass a later gate, which there is not.
  CHECK(proposed.steps[0].gate_at == proposed.ready_at);
  // The first of two gets the mail of both until the second is there, and so reaches its gate.
  question = asking(2600, "used");
  question.gate_day = 3;
  const auto two = look(world, question);
  REQUIRE(two.steps.size() == 2);
  CHECK(two.steps[0].daily == 1300);
  CHECK(two.steps[1].starts_at == two.steps[0].gate_at);
  CHECK(two.ready_at);
  question = asking(500, "used");
  CHECK(look(world, question).steps[0].ready_at == world.time().wall_now() + 24h);
  CHECK_FALSE(look(world, question).steps[0].gate_at);
}
