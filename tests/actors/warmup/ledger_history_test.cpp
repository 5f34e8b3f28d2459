#include "actors/warmup/ledger_history.hpp"

#include "tests/actors/warmup/ledger_world.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using warmfront::testing::ip;
using warmfront::testing::ledger_world;

TEST_CASE("ledger history: a day survives its codec, and key order is day order", "[warmup]") {
  ledger_day day;
  day.day = 41;
  day.level = 7;
  day.plan = plan_name{"mine"};
  day.started_at = wall_time{seconds{1'800'000'000}};
  day.ended_at = day.started_at + 24h;
  day.limit = 5000;
  day.used = 4321;
  day.quality = {4000, 3900, 50, 20, 3, 100};
  ledger_move move;
  move.at = day.started_at;
  move.cause = move_cause::repeated;
  move.from = move.to = 7;
  move.limit = 5000;
  move.used = 12;
  day.moves.push_back(move);
  day.providers[provider_name{"gmail"}] = {100, 99};
  CHECK(decode_ledger_history(41, encode(day)).value() == day);
  CHECK(decode_ledger_history(0, "junk").error().code == errc::storage_corrupt);
  CHECK(history_key(ip, 9) < history_key(ip, 10));
  CHECK(parse_history_key(history_key("example.org", 10)) == 10U);
  CHECK_FALSE(parse_history_key("history/x/1"));
  CHECK_FALSE(parse_history_key("mark/x/0000000001"));
}

TEST_CASE("ledger history: the day that was is kept when the next one begins", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  CHECK(world.take_all(ip) == 500);
  world.count(ip, {400, 390, 6, 2, 1, 30});
  CHECK(world.kept_days(ip).empty());
  const auto began = world.time().wall_now();
  world.time().advance(24h);
  CHECK(world.take_settled({ip}).what == permit_verdict::kind::granted);
  const auto days = world.kept_days(ip);
  REQUIRE(days.size() == 1);
  CHECK(days[0].day == 0);
  CHECK(days[0].level == 1);
  CHECK(days[0].plan.str() == "standard");
  CHECK(days[0].started_at == began);
  CHECK(days[0].ended_at == began + 24h);
  CHECK(days[0].limit == 500U);
  CHECK(days[0].used == 500);
  CHECK(days[0].quality == quality_counts{400, 390, 6, 2, 1, 30});
}

TEST_CASE("ledger history: a day that nobody follows is kept, too, and days without mail are not",
          "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  static_cast<void>(world.take_settled({ip}));
  world.book().close_days(world.time().wall_now());
  CHECK(world.kept_days(ip).empty()); // it has not ended
  world.time().advance(25h);
  world.book().close_days(world.time().wall_now());
  CHECK(world.kept_days(ip).size() == 1);
  world.time().advance(72h);
  world.book().close_days(world.time().wall_now());
  CHECK(world.kept_days(ip).size() == 1);
  static_cast<void>(world.take_settled({ip}));
  world.time().advance(24h);
  world.book().close_days(world.time().wall_now());
  const auto days = world.kept_days(ip);
  REQUIRE(days.size() == 2);
  CHECK(days[0].day == 0);
  CHECK(days[1].day == 4);
}

TEST_CASE("ledger history: a restart within the day loses nothing of it", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  for (int i = 0; i < 7; ++i)
    static_cast<void>(world.take_settled({ip}));
  world.stop_cleanly();
  world.time().advance(24h);
  static_cast<void>(world.take_settled({ip}));
  const auto days = world.kept_days(ip);
  REQUIRE(days.size() == 1);
  CHECK(days[0].used == 7);
  CHECK(days[0].limit == 500U);
}

TEST_CASE("ledger history: why a day was what it was is kept with it", "[warmup]") {
  ledger_world world;
  plan rule{plan_name{"used"}, {10, 20, 30}};
  rule.advance = plan_advance::on_use;
  world.store_plan(std::move(rule));
  world.start_ledger(ip, "used");
  static_cast<void>(world.take_settled({ip})); // one of ten: to be repeated
  world.time().advance(24h);
  CHECK(world.take_all(ip) == 10);
  world.time().advance(24h);
  CHECK(world.take_all(ip) == 20);
  world.time().advance(24h);
  static_cast<void>(world.take_settled({ip}));
  const auto days = world.kept_days(ip);
  REQUIRE(days.size() == 3);
  CHECK(days[0].moves.empty());
  REQUIRE(days[1].moves.size() == 1);
  CHECK(days[1].moves[0].cause == move_cause::repeated);
  CHECK(days[1].level == 1);
  REQUIRE(days[2].moves.size() == 1);
  CHECK(days[2].moves[0].cause == move_cause::advanced);
  CHECK(days[2].level == 2);
}

TEST_CASE("ledger history: no more than ninety days are kept", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "warm");
  for (int day = 0; day < 100; ++day) {
    static_cast<void>(world.take_settled({ip}));
    world.time().advance(24h);
  }
  static_cast<void>(world.take_settled({ip}));
  const auto days = world.kept_days(ip);
  CHECK(days.size() == history_days_kept);
  CHECK(days.back().day == 99);
}

TEST_CASE("ledger history: a restart before the next day's first outcome changes nothing kept",
          "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  CHECK(world.take_all(ip) == 500);
  world.count(ip, {400, 390, 6, 2, 1, 30});
  world.time().advance(24h);
  CHECK(world.take_settled({ip}).what == permit_verdict::kind::granted);
  const auto kept = world.kept_days(ip);
  REQUIRE(kept.size() == 1);
  world.stop_cleanly();
  CHECK(world.take_settled({ip}).what == permit_verdict::kind::granted);
  CHECK(world.kept_days(ip) == kept);
  world.count(ip, {1, 1, 0, 0, 0, 0});
  world.marks().commit(world.book().take_quality(), storage::priority::upkeep, [](const auto&) {});
  world.crash(storage::memory_store::all);
  CHECK(world.report(ip).quality.delivered == 1);
  CHECK(world.kept_days(ip) == kept);
}

TEST_CASE("ledger history: a day that ended while the node was away has its zone's hours",
          "[warmup]") {
  plan berlin{plan_name{"berlin"}, {500}};
  berlin.time_zone = "Europe/Berlin";
  const auto rules = in_force(berlin, 24h).value();
  warmup_rules site;
  permit_ledger ledger{ip, site};
  ledger.load_quality({4, {9, 8, 1, 0, 0, 0}});
  // The clocks went forward on 2026-03-29.
  ledger_record opened;
  opened.plan = berlin.name;
  opened.opened_day = 6;
  opened.day_started_at = rules->days.begin_after(wall_time{seconds{1'774'656'000}}, 2);
  ledger.apply(opened, 1, rules);
  const auto closed = ledger.take_closed();
  REQUIRE(closed);
  CHECK(closed->day == 4);
  CHECK(opened.day_started_at - closed->ended_at == 23h);
  CHECK(closed->ended_at - closed->started_at == 24h);
}
