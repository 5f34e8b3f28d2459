#include "tests/actors/warmup/ledger_world.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using kind = permit_verdict::kind;
using warmfront::testing::domain;
using warmfront::testing::ip;
using warmfront::testing::ip2;
using warmfront::testing::ledger_world;

namespace {

plan limiting(std::map<std::string, std::vector<std::uint64_t>> providers,
              std::vector<std::uint64_t> days = {100, 200}) {
  plan rule{plan_name{"mine"}, std::move(days)};
  for (auto& [name, limits] : providers)
    rule.providers.emplace(provider_name{name}, std::move(limits));
  return rule;
}

/// A world in which the address follows the plan.
struct limited_world : ledger_world {
  explicit limited_world(plan rule, warmup_rules rules = {}) : ledger_world{std::move(rules)} {
    store_plan(std::move(rule));
    start_ledger(ip, "mine");
  }
  std::uint64_t all(const std::string& provider, mail_class importance = mail_class::triggered) {
    return take_all(ip, {}, importance, provider);
  }
  permit_verdict one(const std::string& provider) {
    return take_settled({ip}, {}, mail_class::triggered, {}, provider);
  }
};

} // namespace

TEST_CASE("providers: a limit holds for its provider, and for the day of the plan", "[warmup]") {
  limited_world world{limiting({{"gmail", {30, 50}}})};
  CHECK(world.all("gmail") == 30);
  const auto refused = world.one("gmail");
  CHECK(refused.what == kind::exhausted);
  CHECK(refused.provider.str() == "gmail");
  CHECK(refused.blocking.str() == ip);
  CHECK(world.all("outlook") == 70);
  CHECK(world.one("outlook").provider.empty());
  world.time().advance(24h);
  CHECK(world.all("gmail") == 50);
  CHECK(world.all("") == 150);
}

TEST_CASE("providers: every other one has the limit of the star for itself", "[warmup]") {
  limited_world world{limiting({{"gmail", {30}}, {"*", {20}}})};
  CHECK(world.all("mx.a.example") == 20);
  CHECK(world.all("mx.b.example") == 20);
  CHECK(world.all("gmail") == 30);
  CHECK(world.all("mx.c.example") == 20);
  CHECK(world.all("mx.d.example") == 10);
}

TEST_CASE("providers: batch mail leaves the reserve of each limit alone", "[warmup]") {
  limited_world world{limiting({{"gmail", {30}}})};
  CHECK(world.all("gmail", mail_class::batch) == 27);
  CHECK(world.all("gmail") == 3);
}

TEST_CASE("providers: what they used is reported with the ledger", "[warmup]") {
  limited_world world{limiting({{"gmail", {30}}, {"*", {20}}})};
  CHECK(world.all("gmail") == 30);
  CHECK(world.all("mx.a.example") == 20);
  const auto rows = world.rows(ip);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].provider == "*");
  CHECK(rows[0].used == 50);
  CHECK(rows[1].provider == "gmail");
  CHECK(rows[1].used == 30);
  CHECK(rows[1].limit == 30u);
  CHECK(rows[1].leased == 30);
  CHECK(rows[1].state == ledger_state::exhausted);
  CHECK(rows[2].provider == "mx.a.example");
}

TEST_CASE("providers: a crash burns what lies below their marks and nothing else", "[warmup]") {
  limited_world world{limiting({{"gmail", {30}}, {"*", {20}}})};
  for (int i = 0; i < 3; ++i)
    world.one("gmail");
  world.crash();
  CHECK(world.rows(ip)[1].used == 10);
  CHECK(world.all("gmail") == 20);
  CHECK(world.all("mx.a.example") == 20);
}

TEST_CASE("providers: a clean stop burns nothing", "[warmup]") {
  limited_world world{limiting({{"gmail", {30}}})};
  for (int i = 0; i < 3; ++i)
    world.one("gmail");
  world.stop_cleanly();
  CHECK(world.all("gmail") == 27);
}

TEST_CASE("providers: a refund gives both permits back", "[warmup]") {
  limited_world world{limiting({{"gmail", {1}}})};
  const auto first = world.one("gmail");
  CHECK(first.charges == std::vector<charge>{{ledger_subject{ip}, 0, provider_name{"gmail"}}});
  CHECK(world.one("gmail").what == kind::exhausted);
  world.book().refund(first.charges);
  CHECK(world.report(ip).used == 0);
  CHECK(world.one("gmail").what == kind::granted);
}

TEST_CASE("providers: one address that can is enough, else all mail to the provider waits",
          "[warmup]") {
  limited_world world{limiting({{"gmail", {5}}})};
  world.start_ledger(ip2, "mine");
  std::uint64_t taken = 0;
  const auto next = [&] {
    return world.take_settled({ip, ip2}, {}, mail_class::triggered, {}, "gmail");
  };
  while (next().what == kind::granted)
    ++taken;
  CHECK(taken == 10);
  CHECK(next().provider.str() == "gmail");
  REQUIRE(world.command(pause_ledger{ledger_subject{ip2}}));
  CHECK(next().provider.str() == "gmail");
  REQUIRE(world.command(pause_ledger{ledger_subject{ip}}));
  CHECK(next().provider.empty());
}

TEST_CASE("providers: a sender domain's limits count as well", "[warmup]") {
  ledger_world world;
  world.store_plan(limiting({{"gmail", {5}}}));
  world.start_ledger(domain, "mine");
  CHECK(world.take_all(ip, domain, mail_class::triggered, "gmail") == 5);
  CHECK(world.take_all(ip, domain, mail_class::triggered, "outlook") == 95);
}

TEST_CASE("providers: editing a limit keeps what was spent", "[warmup]") {
  limited_world world{limiting({{"gmail", {30}}})};
  for (int i = 0; i < 12; ++i)
    REQUIRE(world.one("gmail").what == kind::granted);
  world.store_plan(limiting({{"gmail", {20}}}));
  CHECK(world.all("gmail") == 8);
  world.store_plan(limiting({{"gmail", {25}}}));
  CHECK(world.all("gmail") == 5);
  world.store_plan(limiting({{"gmail", {10}}}));
  CHECK(world.one("gmail").what == kind::exhausted);
  world.store_plan(limiting({}));
  CHECK(world.one("gmail").what == kind::granted);
  world.store_plan(limiting({{"gmail", {26}}}));
  CHECK(world.all("gmail") == 1);
  CHECK(world.report(ip).used == 27);
}

TEST_CASE("providers: a limit that others have leased is not this node's to give", "[warmup]") {
  limited_world world{limiting({{"gmail", {30}}, {"*", {20}}})};
  ledger_day_record leases;
  leases.grants.push_back({node_name{"n2"}, 10});
  leases.grants.back().providers = {{provider_name{"gmail"}, 25}, {provider_name{"*"}, 15}};
  world.control().put(ledger_day_key(ip, 0), encode(leases));
  world.control().settle();
  CHECK(world.all("gmail") == 5);
  CHECK(world.all("mx.a.example") == 5);
  CHECK(world.all("") == 80);
}

TEST_CASE("providers: a lease whose mark was lost is burnt with its providers' part", "[warmup]") {
  limited_world world{limiting({{"gmail", {30}}})};
  world.one("gmail");
  storage::batch lost;
  lost.erase(storage::family::ledger, mark_key(ip, 0));
  world.marks().commit(std::move(lost), storage::priority::progress, [](const auto&) {});
  world.crash(storage::memory_store::all);
  CHECK(world.rows(ip)[1].used == 30);
}

TEST_CASE("providers: beyond a thousand on a day the others share one limit", "[warmup]") {
  limited_world world{limiting({{"*", {2}}}, {1'000'000})};
  for (int i = 0; i < 1000; ++i)
    REQUIRE(world.one("mx" + std::to_string(i) + ".example").what == kind::granted);
  CHECK(world.all("mx1000.example") == 2);
  CHECK(world.all("mx1001.example") == 0);
  CHECK(world.all("mx999.example") == 1);
}

TEST_CASE("providers: a refund gives back to the limit that many share", "[warmup]") {
  limited_world world{limiting({{"*", {2}}}, {1'000'000})};
  for (int i = 0; i < 1000; ++i)
    REQUIRE(world.one("mx" + std::to_string(i) + ".example").what == kind::granted);
  const auto shared = world.one("mx1000.example");
  REQUIRE(shared.what == kind::granted);
  REQUIRE(world.one("mx1001.example").what == kind::granted);
  REQUIRE(world.one("mx1002.example").what == kind::exhausted);
  world.book().refund(shared.charges);
  CHECK(world.all("mx1002.example") == 1);
  CHECK(world.report(ip).used == 1002);
}

// ---- evenly spread days -------------------------------------------------------------------

TEST_CASE("even spread: permits come over the day, what was not used is used later", "[warmup]") {
  auto rule = limiting({}, {240});
  rule.spread = plan_spread::even;
  limited_world world{rule};
  const auto start = world.time().wall_now();
  CHECK(world.all("") == 1);
  const auto next = world.one("");
  CHECK(next.what == kind::exhausted);
  CHECK(next.until == start + 6min);
  CHECK(world.report(ip).state == ledger_state::paced);
  world.time().advance(6min);
  CHECK(world.all("") == 1);
  world.time().advance(6h - 6min);
  CHECK(world.all("") == 59);
  world.time().advance(18h - 1s);
  CHECK(world.all("") == 179);
  CHECK(world.one("").until == start + 24h);
}

TEST_CASE("even spread: the reserve and the limits of providers are spread, too", "[warmup]") {
  auto rule = limiting({{"gmail", {24}}}, {240});
  rule.spread = plan_spread::even;
  limited_world world{rule};
  world.time().advance(12h);
  CHECK(world.all("gmail") == 13);
  CHECK(world.all("", mail_class::batch) == 109 - 13);
  CHECK(world.all("") == 121 - 109);
}

TEST_CASE("even spread: who was turned away hears of the next step", "[warmup]") {
  auto rule = limiting({}, {240});
  rule.spread = plan_spread::even;
  limited_world world{rule};
  const auto start = world.time().wall_now();
  world.all("");
  CHECK(world.book().next_opening() == start + 6min);
  world.take_opened();
  world.book().tick(start + 6min);
  world.issue();
  CHECK(world.take_opened());
}

TEST_CASE("even spread: a large day has a step a minute, and its whole limit at the end",
          "[warmup]") {
  day_pace pace{1440, 1440};
  CHECK(pace.part_of(1'000'000'000'000) == 1'000'000'000'000);
  pace.done = 1;
  CHECK(pace.part_of(1'440'000) == 1000);
  CHECK(pace.part_of(1) == 1);
  CHECK(pace.part_of(0) == 0);
}

// ---- calendar days ------------------------------------------------------------------------

TEST_CASE("calendar days: a ledger's day ends at midnight in the plan's zone", "[warmup]") {
  auto rule = limiting({}, {3, 5, 7});
  rule.time_zone = "Asia/Shanghai";
  limited_world world{rule};
  const auto start = world.time().wall_now(); // 2026-01-01 00:00 UTC, or as the clock begins
  CHECK(world.all("") == 3);
  const auto until = world.one("").until;
  CHECK(until > start);
  CHECK(until - start <= 24h);
  CHECK((until.time_since_epoch() % 24h) == 16h);
  world.time().advance(until - start);
  CHECK(world.all("") == 5);
  CHECK(world.report(ip).day_ends_at == until + 24h);
}

// ---- quality ------------------------------------------------------------------------------

TEST_CASE("quality: a good day raises a ledger at once, and its mail goes on", "[warmup]") {
  auto rule = limiting({}, {100, 300, 900});
  rule.advance = plan_advance::level;
  limited_world world{rule};
  CHECK(world.all("") == 100);
  world.count(ip, {70, 70, 0, 0, 0, 0});
  CHECK(world.take_opened());
  CHECK(world.all("") == 200);
  CHECK(world.report(ip).day == 2);
  CHECK(world.report(ip).moves.back().cause == move_cause::raised);
  CHECK(world.report(ip).moves.back().quality.outcomes == 70);
  world.count(ip, {230, 230, 0, 0, 0, 0});
  CHECK(world.report(ip).day == 3);
  world.time().advance(24h);
  CHECK(world.all("") == 900);
}

TEST_CASE("quality: a very bad day blocks batch mail and holds triggered mail until it ends",
          "[warmup]") {
  auto rule = limiting({}, {1000});
  rule.advance = plan_advance::level;
  limited_world world{rule};
  for (int i = 0; i < 400; ++i)
    world.one("");
  world.count(ip, {400, 0, 400, 0, 0, 0});
  const auto batch = world.take({ip}, {}, mail_class::batch);
  CHECK(batch.what == kind::blocked);
  CHECK(batch.until == world.report(ip).day_ends_at);
  CHECK(world.take({ip}).what == kind::exhausted);
  CHECK(world.report(ip).state == ledger_state::blocked);
  world.time().advance(24h);
  CHECK(world.one("").what == kind::granted);
}

TEST_CASE("quality: counts survive a restart once they are written", "[warmup]") {
  auto rule = limiting({}, {1000});
  rule.advance = plan_advance::level;
  limited_world world{rule};
  world.one("");
  world.count(ip, {200, 0, 200, 0, 0, 0});
  world.marks().commit(world.book().take_quality(), storage::priority::upkeep, [](const auto&) {});
  CHECK(world.book().take_quality().empty());
  world.crash(storage::memory_store::all);
  world.one("");
  world.count(ip, {1, 1, 0, 0, 0, 0});
  CHECK(world.report(ip).quality.outcomes == 201);
  CHECK(world.report(ip).quality.invalid == 200);
}

TEST_CASE("on use: an unused day is repeated by the ledger, with the numbers", "[warmup]") {
  auto rule = limiting({}, {100, 300});
  rule.advance = plan_advance::on_use;
  limited_world world{rule};
  for (int i = 0; i < 69; ++i)
    world.one("");
  world.time().advance(24h);
  CHECK(world.report(ip).day == 1);
  CHECK(world.all("") == 100);
  CHECK(world.report(ip).moves.back().cause == move_cause::repeated);
  CHECK(world.report(ip).moves.back().used == 69);
  world.time().advance(24h);
  CHECK(world.all("") == 300);
  CHECK(world.report(ip).moves.back().cause == move_cause::advanced);
  world.crash(storage::memory_store::all);
  CHECK(world.report(ip).moves.size() == 2);
}

TEST_CASE("providers: while a lease goes back, a refund of one is no permit for another",
          "[warmup]") {
  warmup_rules rules;
  rules.alone = false;
  limited_world world{limiting({{"gmail", {30}}, {"outlook", {30}}}), rules};
  for (int i = 0; i < 5; ++i)
    REQUIRE(world.one("gmail").what == kind::granted);
  const auto other = world.one("outlook");
  REQUIRE(other.what == kind::granted);
  world.book().set_owners({{ip, node_name{"n2"}}});
  world.book().refund(other.charges);
  CHECK(world.take({ip}, {}, mail_class::triggered, {}, "gmail").what != kind::granted);
  CHECK(world.take({ip}, {}, mail_class::triggered, {}, "outlook").what == kind::granted);
}

// ---- overflow -----------------------------------------------------------------------------

TEST_CASE("overflow: the other pool's addresses are taken when all days before are used up",
          "[warmup]") {
  ledger_world world;
  world.store_plan("two", {2});
  world.start_ledger(ip, "two");
  permit_request request;
  request.candidates = {ip_address{ip}, ip_address{ip2}};
  request.overflow_from = 1;
  const auto next = [&] {
    auto verdict = world.book().take(request, world.time().wall_now());
    for (int i = 0; i < 5 && verdict.what == kind::pending; ++i) {
      world.settle();
      verdict = world.book().take(request, world.time().wall_now());
    }
    return verdict.source.str();
  };
  CHECK(next() == ip);
  CHECK(next() == ip);
  CHECK(next() == ip2);
  REQUIRE(world.command(pause_ledger{ledger_subject{ip}}));
  CHECK(world.book().take(request, world.time().wall_now()).what == kind::paused);
  // At the start of a day the permits are on their way: nothing overflows for that.
  REQUIRE(world.command(resume_ledger{ledger_subject{ip}}));
  world.time().advance(24h);
  CHECK(world.book().take(request, world.time().wall_now()).what == kind::pending);
  CHECK(next() == ip);
}

TEST_CASE("overflow: mail that only waits for the next step of its day does not go elsewhere",
          "[warmup]") {
  ledger_world world;
  auto rule = limiting({}, {240});
  rule.spread = plan_spread::even;
  world.store_plan(rule);
  world.start_ledger(ip, "mine");
  CHECK(world.take_all(ip) == 1);
  permit_request request;
  request.candidates = {ip_address{ip}, ip_address{ip2}};
  request.overflow_from = 1;
  const auto verdict = world.book().take(request, world.time().wall_now());
  CHECK(verdict.what == kind::exhausted);
  CHECK(verdict.paced);
}
