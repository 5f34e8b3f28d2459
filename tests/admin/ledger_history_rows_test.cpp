#include "admin/api/ledger_history.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;
using namespace warmfront::admin;

namespace {

const wall_time began{seconds{1'800'000'000}};

ledger_day past_day(std::uint32_t number, std::uint32_t level) {
  ledger_day day;
  day.day = number;
  day.level = level;
  day.plan = plan_name{"mine"};
  day.started_at = began + std::chrono::hours{24 * static_cast<int>(number)};
  day.ended_at = day.started_at + std::chrono::hours{24};
  day.limit = 100;
  day.used = 60;
  day.quality = {50, 45, 3, 2, 1, 0};
  return day;
}

ledger_move moved_by(move_cause cause) {
  ledger_move move;
  move.cause = cause;
  move.limit = 100;
  move.used = 40;
  move.idle_days = 12;
  return move;
}

} // namespace

TEST_CASE("ledger rows: a move decides what a day is, and its numbers say why", "[history]") {
  struct row {
    move_cause cause;
    const char* decision;
    const char* why;
  };
  for (const auto& each : {row{move_cause::advanced, "advanced", "40 of 100 were used"},
                           row{move_cause::repeated, "repeated", "40 of 100 were used"},
                           row{move_cause::raised, "advanced", "good quality"},
                           row{move_cause::lowered, "lowered", "bad quality"},
                           row{move_cause::blocked, "blocked", "bad quality"},
                           row{move_cause::weakened, "lowered", "early weak signal"},
                           row{move_cause::idle, "lowered", "12 days"},
                           row{move_cause::restarted, "restarted", "12 days"},
                           row{move_cause::set, "set", "by hand"}}) {
    auto day = past_day(3, 2);
    day.moves = {moved_by(each.cause)};
    const auto before = past_day(2, 2);
    CHECK(decide(day, &before).what == each.decision);
    CHECK(decide(day, &before).why.find(each.why) != std::string::npos);
  }
}

TEST_CASE("ledger rows: without a move the plan itself decides", "[history]") {
  const auto before = past_day(2, 2);
  CHECK(decide(past_day(3, 3), &before).what == "advanced");
  CHECK(decide(past_day(3, 2), &before).what == "repeated");
  CHECK(decide(past_day(3, 1), &before).what == "lowered");
  CHECK(decide(past_day(0, 1), nullptr).what == "set");
  auto other = past_day(3, 3);
  other.plan = plan_name{"other"};
  CHECK(decide(other, &before).what == "set");
}

TEST_CASE("ledger rows: tell what was allowed, used, and became of it", "[history]") {
  auto day = past_day(0, 1);
  day.providers[provider_name{"gmail"}] = {10, 9};
  const auto row = rows_of({day}, "")[0];
  CHECK(row["day"] == 1);
  CHECK(row["level"] == 1);
  CHECK(row["limit"] == 100);
  CHECK(row["used"] == 60);
  CHECK(row["delivered"] == 45);
  CHECK(row["bounced"] == 5);
  CHECK(row["complained"] == 1);
  const auto of_provider = rows_of({day}, "gmail")[0];
  CHECK(of_provider["limit"] == 10);
  CHECK(of_provider["used"] == 9);
  CHECK(of_provider["delivered"].is_null());
  CHECK(rows_of({day}, "yahoo")[0]["limit"].is_null());
}

TEST_CASE("ledger rows: nodes' rows of a day are one row", "[history]") {
  auto rows = rows_of({past_day(1, 2), past_day(3, 4)}, "");
  auto other = past_day(1, 2);
  other.used = 5;
  auto half_known = past_day(3, 0); // it was away when the day ended
  half_known.limit.reset();
  add_rows(rows, rows_of({past_day(0, 1), other, half_known}, ""));
  REQUIRE(rows.size() == 3);
  CHECK(rows[0]["day"] == 1);
  CHECK(rows[1]["used"] == 65);
  CHECK(rows[1]["delivered"] == 90);
  CHECK(rows[2]["level"] == 4);
  CHECK(rows[2]["limit"] == 100);
  CHECK(rows[2]["used"] == 120);
  // And the other way round.
  auto less = rows_of({half_known}, "");
  add_rows(less, rows_of({past_day(3, 4)}, ""));
  CHECK(less[0]["level"] == 4);
  CHECK(less[0]["used"] == 120);
}
