#include "actors/warmup/progress.hpp"

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"

using namespace warmfront;
using namespace std::chrono_literals;

namespace {

const wall_time start{seconds{1'767'225'600}};
const day_rule whole_days{24h};

plan moving(plan_advance advance) {
  plan rule{plan_name{"mine"}, {}};
  for (std::uint64_t day = 1; day <= 20; ++day)
    rule.days.push_back(day * 1000);
  rule.advance = advance;
  return rule;
}

/// A ledger on a day of its plan.
ledger_record at(std::uint32_t position, std::uint32_t day = 50) {
  auto ledger = with_opened_day(new_ledger(plan_name{"mine"}, start), day, whole_days);
  ledger.base_day = day;
  ledger.base_position = position;
  return ledger;
}

day_result used(std::uint64_t permits, std::uint64_t limit) {
  return {limit, permits, {}};
}

/// Of 1000 outcomes.
quality_counts quality(std::uint64_t delivered, std::uint64_t invalid = 0, std::uint64_t spam = 0,
                       std::uint64_t complaints = 0, std::uint64_t opened = 0) {
  return {1000, delivered, invalid, spam, complaints, opened};
}

std::uint32_t next_position(const ledger_record& ledger, const plan& rule, const day_result& ended,
                            std::uint32_t later = 1) {
  const auto day = ledger.opened_day + later;
  return plan_position(on_day(ledger, rule, day, whole_days, ended), day);
}

std::optional<ledger_move> move_today(const quality_counts& counts, plan_advance advance,
                                      std::uint32_t position = 8, std::uint64_t limit = 1000) {
  auto rule = moving(advance);
  rule.days.assign(20, limit);
  const auto judged = judged_today(at(position), rule, {limit, limit, counts}, start);
  return judged ? std::optional{judged->moves.back()} : std::nullopt;
}

bool raises(const quality_counts& counts) {
  const auto move = move_today(counts, plan_advance::level);
  return move && move->cause == move_cause::raised;
}

bool blocks(const quality_counts& counts) {
  const auto move = move_today(counts, plan_advance::level);
  return move && move->cause == move_cause::blocked;
}

bool lowers(const quality_counts& counts) {
  return next_position(at(8), moving(plan_advance::level), {8000, 8000, counts}) == 7;
}

} // namespace

TEST_CASE("progress by calendar: every day is the plan's next", "[warmup]") {
  const auto rule = moving(plan_advance::calendar);
  CHECK(next_position(at(3), rule, used(0, 3000)) == 4);
  CHECK(next_position(at(3), rule, used(0, 3000), 8) == 11);
  CHECK(on_day(at(3), rule, 51, whole_days, {}).moves.empty());
}

TEST_CASE("progress on use: a day with less than 70 percent used is repeated", "[warmup]") {
  const auto rule = moving(plan_advance::on_use);
  CHECK(next_position(at(3), rule, used(2100, 3000)) == 4);
  CHECK(next_position(at(3), rule, used(2099, 3000)) == 3);
  const auto repeated = on_day(at(3), rule, 51, whole_days, used(2099, 3000)).moves;
  REQUIRE(repeated.size() == 1);
  CHECK(repeated[0].cause == move_cause::repeated);
  CHECK(repeated[0].at == start + 51 * 24h);
  CHECK(repeated[0].from == 3);
  CHECK(repeated[0].to == 3);
  CHECK(repeated[0].limit == 3000);
  CHECK(repeated[0].used == 2099);
  CHECK(next_position(at(20), rule, used(20'000, 20'000)) == 20);
}

TEST_CASE("progress on use: days without mail are not used days", "[warmup]") {
  const auto rule = moving(plan_advance::on_use);
  CHECK(next_position(at(3), rule, used(3000, 3000), 8) == 4);
}

TEST_CASE("progress: from the eighth day without mail on, each is a step down", "[warmup]") {
  // A day that is `later` days after the opened one has `later - 1` days without mail before it.
  for (const auto advance : {plan_advance::on_use, plan_advance::level}) {
    const auto rule = moving(advance);
    CHECK(next_position(at(12), rule, used(0, 12'000), 8) == 12);
    CHECK(next_position(at(12), rule, used(0, 12'000), 9) == 11);
    CHECK(next_position(at(12), rule, used(0, 12'000), 18) == 2);
    CHECK(next_position(at(12), rule, used(0, 12'000), 30) == 1);
  }
  const auto rule = moving(plan_advance::calendar);
  CHECK(next_position(at(5), rule, {}, 9) == 12);
  CHECK(next_position(at(5), rule, {}, 10) == 11);
  // Beyond the plan's last day there is nothing to step down from.
  CHECK(next_position(at(400), moving(plan_advance::calendar), {}, 10) == 18);
  const auto moves = on_day(at(12), moving(plan_advance::on_use), 59, whole_days, used(0, 1)).moves;
  CHECK(moves.back().cause == move_cause::idle);
  CHECK(moves.back().idle_days == 8);
}

TEST_CASE("progress: after more than thirty days without mail the plan starts anew", "[warmup]") {
  for (const auto advance : {plan_advance::calendar, plan_advance::on_use, plan_advance::level}) {
    const auto rule = moving(advance);
    CHECK(next_position(at(20), rule, used(20'000, 20'000), 32) == 1);
    CHECK(on_day(at(20), rule, 82, whole_days, {}).moves.back().cause == move_cause::restarted);
    CHECK(on_day(at(20), rule, 81, whole_days, {}).moves.back().cause == move_cause::idle);
  }
}

TEST_CASE("progress by level: raised at once when 70 percent went out well", "[warmup]") {
  // More than 92 % delivered, and every other rate below its bound.
  CHECK(raises(quality(921, 49, 24)));
  CHECK_FALSE(raises(quality(920, 49, 24)));
  CHECK_FALSE(raises(quality(930, 50)));
  CHECK_FALSE(raises(quality(930, 0, 25)));
  CHECK_FALSE(raises(quality(930, 0, 0, 1)));
  // More than 90 % delivered and more than half opened.
  CHECK(raises(quality(901, 60, 30, 0, 501)));
  CHECK_FALSE(raises(quality(900, 60, 30, 0, 501)));
  CHECK_FALSE(raises(quality(901, 60, 30, 0, 500)));
  CHECK_FALSE(raises(quality(901, 60, 30, 1, 501)));
  const auto with_limit = [](std::uint64_t limit) {
    return move_today(quality(1000), plan_advance::level, 8, limit).has_value();
  };
  CHECK(with_limit(1428));
  CHECK_FALSE(with_limit(1429));
  CHECK_FALSE(move_today(quality(1000), plan_advance::level, 20));
}

TEST_CASE("progress by level: several levels a day are possible", "[warmup]") {
  const auto rule = moving(plan_advance::level);
  const day_result today{1000, 1000, quality(1000)};
  const auto once = judged_today(at(1), rule, today, start);
  REQUIRE(once);
  CHECK(plan_position(*once, 50) == 2);
  CHECK_FALSE(judged_today(*once, rule, {2000, 1000, quality(1000)}, start));
  const auto twice = judged_today(*once, rule, {2000, 1400, {1400, 1400, 0, 0, 0, 0}}, start);
  REQUIRE(twice);
  CHECK(plan_position(*twice, 50) == 3);
  CHECK(next_position(*twice, rule, {3000, 1400, {1400, 1400, 0, 0, 0, 0}}) == 3);
}

TEST_CASE("progress by level: lowered on the next day for bad quality of more than 300",
          "[warmup]") {
  CHECK_FALSE(lowers(quality(910, 90)));
  CHECK(lowers(quality(909, 91)));
  CHECK_FALSE(lowers(quality(650)));
  CHECK(lowers(quality(649)));
  CHECK_FALSE(lowers(quality(950, 0, 50)));
  CHECK(lowers(quality(949, 0, 51)));
  CHECK_FALSE(lowers(quality(1000, 0, 0, 5)));
  CHECK(lowers(quality(1000, 0, 0, 6)));
  CHECK_FALSE(lowers({300, 0, 300, 0, 0, 0}));
  CHECK(lowers({301, 0, 301, 0, 0, 0}));
  CHECK(next_position(at(1), moving(plan_advance::level), {1000, 1000, quality(0, 1000)}) == 1);
}

TEST_CASE("progress by level: blocked for the rest of the day for very bad quality of over 300",
          "[warmup]") {
  CHECK_FALSE(blocks(quality(890, 110)));
  CHECK(blocks(quality(889, 111)));
  CHECK_FALSE(blocks(quality(850, 0, 150)));
  CHECK(blocks(quality(849, 0, 151)));
  CHECK_FALSE(blocks({300, 0, 300, 0, 0, 0}));
  CHECK(blocks({301, 0, 301, 0, 0, 0}));
  const auto blocked =
      judged_today(at(8), moving(plan_advance::level), {8000, 900, quality(0, 1000)}, start);
  REQUIRE(blocked);
  CHECK(blocked->blocked_day == 50u);
  CHECK_FALSE(
      judged_today(*blocked, moving(plan_advance::level), {8000, 900, quality(0, 1000)}, start));
}

TEST_CASE("progress: an early weak signal holds the ledger for three days at three quarters",
          "[warmup]") {
  for (const auto advance : {plan_advance::calendar, plan_advance::on_use}) {
    auto rule = moving(advance);
    const auto weak = judged_today(at(4), rule, {4000, 900, quality(900)}, start + 50 * 24h);
    REQUIRE(weak);
    CHECK(weak->moves.back().cause == move_cause::weakened);
    auto ledger = *weak;
    for (const std::uint64_t expected : {3000, 3000, 3000, 4000, 5000}) {
      CHECK(limit_on_day(ledger, rule, ledger.opened_day) == expected);
      ledger = on_day(ledger, rule, ledger.opened_day + 1, whole_days, used(expected, expected));
    }
  }
}

TEST_CASE("progress: what is weak, and where it counts", "[warmup]") {
  const auto weakens = [](const quality_counts& counts, std::uint32_t position = 4) {
    const auto move = move_today(counts, plan_advance::on_use, position);
    return move && move->cause == move_cause::weakened;
  };
  CHECK_FALSE(weakens(quality(921, 49, 24)));
  CHECK(weakens(quality(920)));
  CHECK(weakens(quality(930, 50)));
  CHECK(weakens(quality(930, 0, 25)));
  CHECK(weakens(quality(1000, 0, 0, 2)));
  CHECK_FALSE(weakens(quality(1000, 0, 0, 1)));
  CHECK_FALSE(weakens({99, 0, 99, 0, 0, 0}));
  CHECK(weakens({100, 0, 100, 0, 0, 0}));
  CHECK(weakens(quality(0), 7));
  CHECK_FALSE(weakens(quality(0), 8));
}

TEST_CASE("progress: who is moved by hand after a weak signal is not held again that day",
          "[warmup]") {
  const auto rule = moving(plan_advance::on_use);
  const auto now = start + 50 * 24h + 1h;
  const auto weak = judged_today(at(4), rule, {4000, 900, quality(900)}, now);
  REQUIRE(weak);
  const auto set = with_position(*weak, 5, now, whole_days);
  CHECK(limit_on_day(set, rule, 50) == 5000u);
  CHECK_FALSE(judged_today(set, rule, {5000, 900, quality(900)}, now));
}

TEST_CASE("progress: who is moved by hand before the day is open is there when it opens",
          "[warmup]") {
  for (const auto advance : {plan_advance::calendar, plan_advance::on_use, plan_advance::level}) {
    const auto set = with_position(at(4), 10, start + 53 * 24h, whole_days);
    CHECK(next_position(set, moving(advance), used(4000, 4000), 3) == 10);
  }
}

TEST_CASE("progress: keeps the last eight moves", "[warmup]") {
  auto ledger = at(1);
  const auto rule = moving(plan_advance::on_use);
  for (std::uint64_t i = 1; i <= 12; ++i)
    ledger = on_day(ledger, rule, ledger.opened_day + 1, whole_days, used(i * 1000, i * 1000));
  REQUIRE(ledger.moves.size() == 8);
  CHECK(ledger.moves.front().from == 5);
  CHECK(ledger.moves.back().to == 13);
}

TEST_CASE("progress: a plan without days has nothing to move along", "[warmup]") {
  plan warm{plan_name{"warm"}, {}};
  CHECK_FALSE(judged_today(at(1), warm, {std::nullopt, 9, quality(0, 1000)}, start));
  CHECK(on_day(at(1), warm, 99, whole_days, {}).moves.empty());
  CHECK_FALSE(limit_on_day(at(1), warm, 50));
}

TEST_CASE("progress: whatever happens, a ledger is on a day of its plan", "[warmup][property]") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    const auto below = [&](std::uint64_t bound) { return random.next() % bound; };
    auto rule = moving(static_cast<plan_advance>(below(3)));
    auto ledger = at(static_cast<std::uint32_t>(1 + below(25)));
    for (int step = 0; step < 100; ++step) {
      const auto day = ledger.opened_day;
      const auto limit = limit_on_day(ledger, rule, day);
      REQUIRE(limit);
      REQUIRE((*limit >= 1 && *limit <= 20'000));
      const auto outcomes = below(*limit + 1);
      const day_result result{
          limit, outcomes, {outcomes, below(outcomes + 1), below(outcomes + 1), 0, 0, 0}};
      if (const auto judged = judged_today(ledger, rule, result, ledger.day_started_at))
        ledger = *judged;
      else
        ledger = on_day(ledger, rule, day + 1 + static_cast<std::uint32_t>(below(40) / 38 * 20),
                        whole_days, result);
      REQUIRE(plan_position(ledger, ledger.opened_day) >= 1);
      if (rule.advance != plan_advance::calendar)
        REQUIRE(plan_position(ledger, ledger.opened_day) <= 25);
    }
  }
}
