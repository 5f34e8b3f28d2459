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

// ---- batches ------------------------------------------------------------------------------

namespace {

batch_forecast look_batch(ledger_world& world, std::vector<std::string> sources,
                          std::uint64_t recipients, std::uint64_t ahead = 0) {
  forecast_batch question;
  for (auto& source : sources)
    question.sources.emplace_back(std::move(source));
  question.importance = mail_class::triggered;
  question.recipients = recipients;
  question.ahead = ahead;
  return forecast(world.book(), question, world.time().wall_now());
}

} // namespace

TEST_CASE("forecast of a batch: two million on a new address of the standard plan end on day 16",
          "[warmup]") {
  ledger_world world;
  const auto start = world.time().wall_now();
  world.start_ledger(ip, "standard");
  const auto answer = look_batch(world, {ip}, 2'000'000);
  REQUIRE(answer.days.size() == 16);
  CHECK(answer.days[0].sent == 500);
  CHECK(answer.days[0].remaining == 1'999'500);
  CHECK(answer.days[4].number == 5);
  CHECK(answer.days[4].at == start + 96h);
  CHECK(answer.days[4].sent == 10'000);
  CHECK(answer.days[15].remaining == 0);
  CHECK(answer.finish_at == start + 15 * 24h);
  CHECK(answer.with_one_more == start + 13 * 24h);
}

TEST_CASE("forecast of a batch: what waits before it goes first", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  const auto answer = look_batch(world, {ip}, 1000, 800);
  REQUIRE(answer.days.size() == 2);
  CHECK(answer.days[0].number == 2);
  CHECK(answer.days[0].sent == 700);
  CHECK(answer.days[1].sent == 300);
}

TEST_CASE("forecast of a batch: a paused ledger is named, an address without one ends it at once",
          "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  REQUIRE(world.command(pause_ledger{ledger_subject{ip}}));
  const auto paused = look_batch(world, {ip}, 10);
  CHECK_FALSE(paused.finish_at);
  REQUIRE(paused.blocking);
  CHECK(paused.blocking->subject.str() == ip);
  const auto free = look_batch(world, {ip, ip2}, 1'000'000'000);
  CHECK(free.finish_at == world.time().wall_now());
  CHECK(look_batch(world, {}, 10).with_one_more == world.time().wall_now());
}

TEST_CASE("forecast: a ledger that has lost its plan has no time", "[warmup]") {
  ledger_world world;
  world.store_plan("mine", {100});
  world.start_ledger(ip, "mine");
  REQUIRE(world.book().apply_plan({{plan_key(plan_name{"mine"}), {}, 1, 100}, true}));
  CHECK_FALSE(look(world, {ip}, 0).expected_at);
  const auto batch = look_batch(world, {ip}, 10);
  CHECK_FALSE(batch.finish_at);
  CHECK(batch.blocking->subject.str() == ip);
  CHECK(look_batch(world, {ip, ip2}, 10).finish_at == world.time().wall_now());
}

TEST_CASE("forecast: what quality has blocked goes on tomorrow", "[warmup]") {
  ledger_world world;
  plan rule{plan_name{"mine"}, {1000}};
  rule.advance = plan_advance::level;
  world.store_plan(rule);
  world.start_ledger(ip, "mine");
  for (int i = 0; i < 400; ++i)
    world.take_settled({ip});
  world.count(ip, {400, 0, 400, 0, 0, 0});
  REQUIRE(world.report(ip).state == ledger_state::blocked);
  const auto tomorrow = world.report(ip).day_ends_at;
  CHECK(look(world, {ip}, 0).expected_at == tomorrow);
  const auto batch = look_batch(world, {ip}, 10);
  REQUIRE(batch.days.size() == 1);
  CHECK(batch.finish_at == tomorrow);
}

TEST_CASE("forecast of a batch: limits of providers hold for what goes to them", "[warmup]") {
  ledger_world world;
  plan rule{plan_name{"mine"}, {100, 200}};
  rule.providers[provider_name{"gmail"}] = {10, 20};
  world.store_plan(rule);
  world.start_ledger(ip, "mine");
  forecast_batch question;
  question.sources = {ip_address{ip}};
  question.importance = mail_class::triggered;
  question.recipients = 150;
  question.providers = {{provider_name{"gmail"}, 50}};
  const auto answer = forecast(world.book(), question, world.time().wall_now());
  REQUIRE(answer.days.size() == 3);
  CHECK(answer.days[0].sent == 100);
  CHECK(answer.days[1].sent == 30);
  CHECK(answer.days[2].sent == 20);
}

TEST_CASE("forecast of a batch: a day that is spread evenly ends in its course", "[warmup]") {
  ledger_world world;
  plan rule{plan_name{"mine"}, {240}};
  rule.spread = plan_spread::even;
  world.store_plan(rule);
  const auto start = world.time().wall_now();
  world.start_ledger(ip, "mine");
  CHECK(look_batch(world, {ip}, 121).finish_at == start + 12h);
}

TEST_CASE("forecast of a batch: levels are raised as they will be", "[warmup]") {
  ledger_world world;
  plan rule{plan_name{"mine"}, {100, 1000, 5000}};
  rule.advance = plan_advance::level;
  world.store_plan(rule);
  world.start_ledger(ip, "mine");
  const auto answer = look_batch(world, {ip}, 12'000);
  REQUIRE(answer.days.size() == 3);
  CHECK(answer.days[0].sent == 5000);
}

// Every kind of plan, and what then happens: sent by the ledgers themselves.
TEST_CASE("forecast of a batch: is what happens, day by day", "[warmup][property]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    const auto below = [&](std::uint64_t bound) { return random.next() % bound; };
    ledger_world world;
    plan rule{plan_name{"mine"}, {}};
    for (std::uint64_t day = 0, limit = 5 + below(20); day < 4 + below(5);
         ++day, limit += below(40))
      rule.days.push_back(limit);
    rule.advance = static_cast<plan_advance>(below(3));
    rule.spread = below(2) == 0 ? plan_spread::even : plan_spread::none;
    world.store_plan(rule);
    const std::vector<std::string> sources{ip, ip2};
    const auto first = below(2) == 0;
    world.start_ledger(ip, "mine");
    if (!first)
      world.start_ledger(ip2, "mine");
    const auto recipients = 50 + below(300);
    const auto expected = look_batch(world, first ? std::vector{ip} : sources, recipients);
    const auto start = world.time().wall_now();
    std::map<std::uint32_t, std::uint64_t> sent;
    auto left = recipients;
    wall_time last{};
    while (left > 0 && world.time().wall_now() < start + 40 * 24h) {
      const auto verdict = world.take_settled(first ? std::vector{ip} : sources);
      if (verdict.what != permit_verdict::kind::granted) {
        world.time().advance(verdict.until - world.time().wall_now());
        continue;
      }
      --left;
      last = world.time().wall_now();
      ++sent[static_cast<std::uint32_t>((last - start) / 24h) + 1];
      world.count(verdict.source.str(), {1, 1, 0, 0, 0, 0});
    }
    REQUIRE(left == 0);
    std::map<std::uint32_t, std::uint64_t> table;
    for (const auto& day : expected.days)
      table[day.number] = day.sent;
    CHECK(table == sent);
    REQUIRE(expected.finish_at);
    // When in a day a level is raised depends on its pace, which the days are not looked at for.
    if (rule.advance != plan_advance::level || rule.spread == plan_spread::none) {
      CHECK(last - *expected.finish_at <= 1h);
      CHECK(*expected.finish_at - last <= 1h);
    }
  }
}
