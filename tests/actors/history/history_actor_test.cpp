#include "actors/history/history_actor.hpp"

#include <catch2/catch.hpp>

#include "actors/warmup/ledger_history.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;
using std::chrono::minutes;

namespace {

/// What the roles that are asked say.
struct sampled_world {
  delivery_counts counts;
  std::uint64_t waiting = 0;
  permit_counts permits;
  std::uint64_t complained = 0;
};

caf::behavior sampled_delivery(caf::event_based_actor*, sampled_world* world) {
  return {[world](const count_deliveries&) { return world->counts; },
          [world](const list_queues& m) {
            CHECK(m.with_retries);
            CHECK_FALSE(m.with_forecast);
            queue_report queue;
            queue.waiting = world->waiting;
            return answer<std::vector<queue_report>>{std::vector{queue}};
          }};
}

caf::behavior sampled_warmup(caf::event_based_actor*, sampled_world* world) {
  return {[world](const count_permits&) { return answer<permit_counts>{world->permits}; }};
}

caf::behavior sampled_statistics(caf::event_based_actor*, sampled_world* world) {
  return {[world](const sum_statistics& m) {
    CHECK(m.here_only);
    statistics_report report;
    daily_counts counts;
    counts.complained = world->complained;
    report.rows.push_back({"2027-01-15", counts, {"gmail"}});
    return answer<statistics_report>{report};
  }};
}

struct history_fixture : warmfront::testing::actor_fixture {
  storage::memory_store store{storage::memory_store::acknowledgement::when_settled};
  warmfront::testing::silent_log log;
  sampled_world world;
  delivery_actor delivery = caf::actor_cast<delivery_actor>(spawn(sampled_delivery, &world));
  warmup_actor warmup = caf::actor_cast<warmup_actor>(spawn(sampled_warmup, &world));
  statistics_actor statistics =
      caf::actor_cast<statistics_actor>(spawn(sampled_statistics, &world));
  history_shell history;

  history_fixture() {
    also_settle([this] { return store.settle(); });
    restart();
  }
  ~history_fixture() { kill(history); }
  void restart() {
    if (history)
      kill(history);
    history =
        spawn(history_behavior, history_ports{&store, &time(), &log, delivery, warmup, statistics});
    settle();
  }
  series_report look(int back) {
    const auto now = time().wall_now();
    auto told =
        ask<answer<series_report>>(history, read_series{now - minutes{back}, now, seconds{60}});
    return told.value.value();
  }
  std::uint64_t sum(const series_report& report, series_name of) {
    std::uint64_t sum = 0;
    for (const auto& each : report.steps)
      sum += each ? (*each)[static_cast<std::size_t>(of)] : 0;
    return sum;
  }
};

} // namespace

TEST_CASE("history actor: samples once a minute what others count anyway", "[history]") {
  history_fixture of;
  of.advance(milliseconds{100}); // behind the minute's begin
  of.world.counts.accepted_recipients = 5;
  of.world.waiting = 2;
  of.world.permits.used = 3;
  of.advance(minutes{1});
  of.world.counts.accepted_recipients = 9;
  of.world.complained = 1;
  of.advance(minutes{1});
  const auto told = of.look(3);
  CHECK(of.sum(told, series_name::accepted) == 9);
  CHECK(of.sum(told, series_name::complained) == 1);
  REQUIRE(told.last_minute);
  CHECK((*told.last_minute)[static_cast<std::size_t>(series_name::backlog)] == 2);
  CHECK((*told.last_minute)[static_cast<std::size_t>(series_name::used)] == 3);
}

TEST_CASE("history actor: a restart keeps what was sampled, and leaves a gap", "[history]") {
  history_fixture of;
  of.world.counts.delivered = 4;
  of.advance(minutes{2});
  of.kill(of.history);
  of.advance(minutes{3}); // the node is down
  of.world.counts = {};
  of.restart();
  of.world.counts.delivered = 1;
  of.advance(minutes{1} + milliseconds{100});
  const auto told = of.look(7);
  CHECK(of.sum(told, series_name::delivered) == 5);
  const auto gaps = std::ranges::count_if(told.steps, [](const auto& each) { return !each; });
  CHECK(gaps >= 2);
  CHECK(gaps < static_cast<std::ptrdiff_t>(told.steps.size()));
}

TEST_CASE("history actor: a role that does not answer costs a sample, and its counts come later",
          "[history]") {
  history_fixture of;
  of.kill(of.delivery);
  of.advance(minutes{1});
  CHECK(of.sum(of.look(2), series_name::accepted) == 0);
  for (const auto& each : of.look(2).steps)
    CHECK_FALSE(each);
}

TEST_CASE("history actor: tells of a ledger's days that ended after a time", "[history]") {
  history_fixture of;
  storage::batch kept;
  const auto now = of.time().wall_now();
  for (std::uint32_t number = 0; number < 3; ++number) {
    ledger_day day;
    day.day = number;
    day.level = number + 1;
    day.plan = plan_name{"standard"};
    day.ended_at = now + std::chrono::hours{24 * static_cast<int>(number)};
    day.used = 100 + number;
    kept.put(storage::family::ledger, history_key("192.0.2.1", number), encode(day));
    kept.put(storage::family::ledger, history_key("192.0.2.10", number), encode(day));
  }
  of.store.commit(std::move(kept), storage::priority::upkeep, [](const auto&) {});
  of.settle();
  const auto told = of.ask<answer<std::vector<ledger_day>>>(
      of.history, read_ledger_days{ledger_subject{"192.0.2.1"}, now + std::chrono::hours{1}});
  const auto& days = told.value.value();
  REQUIRE(days.size() == 2);
  CHECK(days[0].day == 1);
  CHECK(days[0].used == 101);
  CHECK(days[1].level == 3);
}
