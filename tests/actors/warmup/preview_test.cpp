#include "actors/warmup/preview.hpp"

#include "tests/actors/warmup/ledger_world.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using warmfront::testing::domain;
using warmfront::testing::ip;
using warmfront::testing::ledger_world;

namespace {

preview_ledger about(const std::string& subject, std::uint64_t waiting = 0,
                     const std::string& from = {}) {
  preview_ledger question;
  question.subject = ledger_subject{subject};
  if (waiting > 0)
    question.waiting.push_back(
        {{ip_address{ip}}, domain_name{from}, mail_class::triggered, waiting});
  return question;
}

ledger_preview seen(ledger_world& world, const preview_ledger& question) {
  return preview(world.book(), question, world.time().wall_now()).value();
}

std::vector<std::uint64_t> limits(const ledger_outlook& outlook) {
  std::vector<std::uint64_t> all;
  for (const auto& each : outlook.days)
    all.push_back(each.limit.value_or(0));
  return all;
}

std::vector<std::uint64_t> forecasts(const ledger_outlook& outlook) {
  std::vector<std::uint64_t> all;
  for (const auto& each : outlook.days)
    all.push_back(each.forecast);
  return all;
}

} // namespace

TEST_CASE("preview: the days to come are the plan's, with what waits spread over them",
          "[warmup]") {
  ledger_world world;
  const auto start = world.time().wall_now();
  world.store_plan("mine", {10, 20, 30});
  world.start_ledger(ip, "mine");
  auto question = about(ip, 45);
  question.days = 4;
  const auto told = seen(world, question).before;
  CHECK(limits(told) == std::vector<std::uint64_t>{10, 20, 30, 30});
  CHECK(forecasts(told) == std::vector<std::uint64_t>{10, 20, 15, 0});
  CHECK(told.days[1].at == start + 24h);
  CHECK(told.days[2].level == 3);
  CHECK(told.finish_at == start + 48h);
}

TEST_CASE("preview: what was used today is not there any more", "[warmup]") {
  ledger_world world;
  world.store_plan("mine", {10, 20});
  world.start_ledger(ip, "mine");
  for (int i = 0; i < 4; ++i)
    static_cast<void>(world.take_settled({ip}));
  auto question = about(ip, 20);
  question.days = 2;
  CHECK(forecasts(seen(world, question).before) == std::vector<std::uint64_t>{6, 14});
}

TEST_CASE("preview: another plan or day shows its effect, and changes nothing", "[warmup]") {
  ledger_world world;
  const auto start = world.time().wall_now();
  world.store_plan("mine", {10, 20, 30});
  world.store_plan("fast", {100, 200});
  world.start_ledger(ip, "mine");
  auto question = about(ip, 60);
  question.days = 3;
  question.plan = plan_name{"fast"};
  auto told = seen(world, question);
  CHECK(told.exists);
  CHECK(told.before.finish_at == start + 48h);
  CHECK(limits(told.after) == std::vector<std::uint64_t>{100, 200, 200});
  CHECK(told.after.finish_at == start);

  question.plan = {};
  question.day = 2;
  told = seen(world, question);
  CHECK(limits(told.after) == std::vector<std::uint64_t>{20, 30, 30});
  CHECK(told.after.finish_at == start + 48h);
  CHECK(told.after.days[0].level == 2);

  CHECK(world.report(ip).plan.str() == "mine");
  CHECK(world.report(ip).day == 1);
  CHECK(world.report(ip).limit == 10U);
}

TEST_CASE("preview: is what the change then does", "[warmup]") {
  ledger_world world;
  world.store_plan("mine", {10, 20, 30, 40});
  world.start_ledger(ip, "mine");
  static_cast<void>(world.take_settled({ip}));
  world.time().advance(30h); // the second day has begun, and nobody has asked yet
  auto question = about(ip);
  question.day = 4;
  const auto told = seen(world, question);
  CHECK(told.before.days[0].level == 2);
  REQUIRE(world.command(set_ledger_day{ledger_subject{ip}, 4}));
  CHECK(world.report(ip).limit == told.after.days[0].limit);
  CHECK(world.report(ip).day == told.after.days[0].level);
}

TEST_CASE("preview: a ledger that there is not can be looked at with a plan", "[warmup]") {
  ledger_world world;
  auto question = about(ip, 600);
  CHECK(preview(world.book(), question, world.time().wall_now()).error().code == errc::not_found);
  question.plan = plan_name{"standard"};
  const auto told = seen(world, question);
  CHECK_FALSE(told.exists);
  CHECK_FALSE(told.before.days[0].limit);
  CHECK(told.before.finish_at == world.time().wall_now());
  CHECK(told.after.days[0].limit == 500U);
  CHECK(told.after.finish_at == world.time().wall_now() + 24h);
  question.plan = plan_name{"nobody"};
  CHECK(preview(world.book(), question, world.time().wall_now()).error().code == errc::not_found);
}

TEST_CASE("preview: a domain's ledger is looked at beside the addresses it sends from",
          "[warmup]") {
  ledger_world world;
  world.store_plan("mine", {10, 20});
  world.start_ledger(ip, "warm");
  world.start_ledger(domain, "mine");
  auto question = about(domain, 25, domain);
  question.days = 3;
  const auto told = seen(world, question).before;
  CHECK(forecasts(told) == std::vector<std::uint64_t>{10, 15, 0});
}

TEST_CASE("preview: what is paused sends nothing", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  REQUIRE(world.command(pause_ledger{ledger_subject{ip}}));
  const auto told = seen(world, about(ip, 10)).before;
  CHECK_FALSE(told.finish_at);
  CHECK(told.days[0].forecast == 0);
}
