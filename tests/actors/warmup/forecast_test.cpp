#include "actors/warmup/forecast.hpp"

#include "actors/core/random.hpp"
#include "tests/actors/warmup/ledger_world.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using warmfront::testing::domain;
using warmfront::testing::ip;
using warmfront::testing::ip2;
using warmfront::testing::ledger_world;

namespace {

release_forecast look(ledger_world& world, std::vector<std::string> sources, std::uint64_t ahead,
                      mail_class importance = mail_class::triggered, const std::string& from = {}) {
  forecast_release question;
  for (auto& source : sources)
    question.sources.emplace_back(std::move(source));
  question.sender_domain = domain_name{from};
  question.importance = importance;
  question.ahead = ahead;
  return forecast(world.book(), question, world.time().wall_now());
}

} // namespace

TEST_CASE("forecast: without ledgers it is now", "[warmup]") {
  ledger_world world;
  const auto answer = look(world, {ip}, 1'000'000'000);
  CHECK(answer.expected_at == world.time().wall_now());
  CHECK_FALSE(answer.blocking);
}

TEST_CASE("forecast: counts the days of the standard plan", "[warmup]") {
  ledger_world world;
  const auto start = world.time().wall_now();
  world.start_ledger(ip, "standard");
  CHECK(look(world, {ip}, 499).expected_at == start);
  CHECK(look(world, {ip}, 500).expected_at == start + 24h);
  CHECK(look(world, {ip}, 1499).expected_at == start + 24h);
  CHECK(look(world, {ip}, 1500).expected_at == start + 48h);
  // mission.md: two million recipients finish on day 16 of the standard plan.
  CHECK(look(world, {ip}, 1'999'999).expected_at == start + 15 * 24h);
  CHECK(look(world, {ip}, 500).blocking->subject.str() == ip);
}

TEST_CASE("forecast: batch mail waits for what the reserve leaves", "[warmup]") {
  ledger_world world;
  const auto start = world.time().wall_now();
  world.start_ledger(ip, "standard");
  CHECK(look(world, {ip}, 449, mail_class::batch).expected_at == start);
  CHECK(look(world, {ip}, 450, mail_class::batch).expected_at == start + 24h);
  CHECK(look(world, {ip}, 450 + 900, mail_class::batch).expected_at == start + 48h);
}

TEST_CASE("forecast: what was used today is gone", "[warmup]") {
  ledger_world world;
  const auto start = world.time().wall_now();
  world.start_ledger(ip, "standard");
  for (int i = 0; i < 100; ++i)
    world.take_settled({ip});
  CHECK(look(world, {ip}, 399).expected_at == start);
  CHECK(look(world, {ip}, 400).expected_at == start + 24h);
}

TEST_CASE("forecast: sources add up, the sender domain binds them", "[warmup]") {
  ledger_world world;
  const auto start = world.time().wall_now();
  world.start_ledger(ip, "standard");
  world.time().advance(6h);
  world.start_ledger(ip2, "standard");
  CHECK(look(world, {ip, ip2}, 999).expected_at == start + 6h);
  CHECK(look(world, {ip, ip2}, 1000).expected_at == start + 24h);
  CHECK(look(world, {ip, ip2}, 2000).expected_at == start + 30h);
  world.store_plan("ten", {10});
  world.start_ledger(domain, "ten");
  const auto answer = look(world, {ip, ip2}, 10, mail_class::triggered, domain);
  CHECK(answer.expected_at == start + 30h);
  CHECK(answer.blocking->subject.str() == domain);
}

TEST_CASE("forecast: paused ledgers have no time", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  REQUIRE(world.command(pause_ledger{ledger_subject{ip}}));
  const auto answer = look(world, {ip}, 0);
  CHECK_FALSE(answer.expected_at);
  CHECK(answer.blocking->state == ledger_state::paused);
  CHECK(look(world, {ip, ip2}, 0).expected_at == world.time().wall_now());
  world.start_ledger(domain, "standard");
  REQUIRE(world.command(pause_ledger{ledger_subject{domain}}));
  CHECK_FALSE(look(world, {ip2}, 0, mail_class::triggered, domain).expected_at);
  CHECK_FALSE(look(world, {}, 0).expected_at);
}

TEST_CASE("forecast: ends for a limit that never gets there", "[warmup]") {
  ledger_world world;
  world.store_plan("one", {1});
  world.start_ledger(ip, "one");
  CHECK_FALSE(look(world, {ip}, 1'000'000).expected_at);
  CHECK(look(world, {ip}, 1000).expected_at);
}

TEST_CASE("forecast: is what happens", "[warmup][property]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    ledger_world world;
    std::vector<std::uint64_t> days;
    for (int i = 0; i < 4; ++i)
      days.push_back(1 + random.next() % 40);
    world.store_plan("mine", days);
    world.start_ledger(ip, "mine");
    world.time().advance(microseconds{random.next() % 86'400'000'000});
    world.start_ledger(domain, random.next() % 2 == 0 ? "mine" : "standard");
    world.time().advance(microseconds{random.next() % 86'400'000'000});
    const auto importance = random.next() % 2 == 0 ? mail_class::triggered : mail_class::batch;
    const auto ahead = random.next() % 150;
    const auto answer = look(world, {ip}, ahead, importance, domain);
    REQUIRE(answer.expected_at);
    // One after the other, as soon as the ledgers let them.
    for (std::uint64_t sent = 0; sent <= ahead;) {
      const auto verdict = world.take_settled({ip}, domain, importance);
      if (verdict.what == permit_verdict::kind::granted) {
        ++sent;
        continue;
      }
      REQUIRE(verdict.what != permit_verdict::kind::paused);
      if (verdict.what == permit_verdict::kind::exhausted)
        world.time().advance(verdict.until - world.time().wall_now());
      else
        world.settle();
    }
    CHECK(world.time().wall_now() == *answer.expected_at);
  }
}
