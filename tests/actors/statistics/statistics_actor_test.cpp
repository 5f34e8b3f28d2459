#include "actors/statistics/statistics_actor.hpp"

#include <catch2/catch.hpp>

#include "actors/statistics/statistics_sum.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;
using std::chrono::days;
using storage::counted;

namespace {

struct statistics_fixture : warmfront::testing::actor_fixture {
  storage::memory_store store{storage::memory_store::acknowledgement::when_settled};
  warmfront::testing::silent_log log;
  statistics_shell statistics;
  utc_day today = day_of(time().wall_now());

  statistics_fixture() {
    also_settle([this] { return store.settle(); });
    restart();
  }
  ~statistics_fixture() { kill(statistics); }
  void restart() {
    if (statistics)
      kill(statistics);
    statistics = spawn(statistics_behavior, statistics_ports{&store, &time(), &log});
    settle();
  }
  void count(utc_day day, const std::string& account, const std::string& sender,
             const std::string& receiver, counted what, std::int64_t times) {
    storage::batch changes;
    changes.add(storage::encode(storage::statistics_key{
                    day, account_name{account}, domain_name{sender}, domain_name{receiver}, what}),
                times);
    store.commit(std::move(changes), storage::priority::progress, [](const auto&) {});
    settle();
  }
  result<std::vector<statistics_row>> sum(const sum_statistics& question) {
    return ask<answer<std::vector<statistics_row>>>(statistics, question).value;
  }
  sum_statistics of_days(int from, int to) {
    sum_statistics question;
    question.from = today + days{from};
    question.to = today + days{to};
    return question;
  }
};

} // namespace

TEST_CASE("statistics actor: adds up by day, sender and receiver", "[statistics]") {
  statistics_fixture of;
  of.count(of.today, "acme", "a.example", "x.example", counted::accepted, 5);
  of.count(of.today, "acme", "a.example", "x.example", counted::suppressed, 2);
  of.count(of.today, "acme", "b.example", "y.example", counted::delivered, 3);
  of.count(of.today - days{1}, "acme", "a.example", "x.example", counted::bounced, 1);
  of.count(of.today, "other", "c.example", "x.example", counted::expired, 7);
  auto question = of.of_days(-1, 0);
  question.account = account_name{"acme"};
  const auto by_day = of.sum(question).value();
  REQUIRE(by_day.size() == 2);
  CHECK(by_day[0].of == to_date(of.today - days{1}));
  CHECK(by_day[0].counts.bounced == 1);
  CHECK(by_day[1].counts.requests == 7);
  CHECK(by_day[1].counts.accepted == 5);
  CHECK(by_day[1].counts.suppressed == 2);
  CHECK(by_day[1].counts.delivered == 3);
  CHECK(by_day[1].counts.expired == 0);
  question.by = counted_by::sender_domain;
  CHECK(of.sum(question).value().front().of == "a.example");
  question.by = counted_by::receiver;
  question.account = {};
  const auto by_receiver = of.sum(question).value();
  REQUIRE(by_receiver.size() == 2);
  CHECK(by_receiver[0].counts.expired == 7);
  question.sender_domain = domain_name{"c.example"};
  CHECK(of.sum(question).value().size() == 1);
  question.receiver = domain_name{"y.example"};
  CHECK(of.sum(question).value().empty());
}

TEST_CASE("statistics actor: reads many counters, and only the days asked for", "[statistics]") {
  statistics_fixture of;
  for (int day = -3; day <= 3; ++day)
    for (int i = 0; i < 1'000; ++i)
      of.store.commit(
          [&] {
            storage::batch changes;
            changes.add(storage::encode(storage::statistics_key{
                            of.today + days{day}, account_name{"acme"}, domain_name{"a.example"},
                            domain_name{std::to_string(i) + ".example"}, counted::accepted}),
                        1);
            return changes;
          }(),
          storage::priority::progress, [](const auto&) {});
  of.settle();
  auto question = of.of_days(-1, 1);
  for (const auto* const account : {"", "acme"}) {
    question.account = account_name{account};
    const auto rows = of.sum(question).value();
    REQUIRE(rows.size() == 3);
    for (const auto& each : rows)
      CHECK(each.counts.accepted == 1'000);
  }
}

TEST_CASE("statistics actor: too many days and days in the wrong order are refused",
          "[statistics]") {
  statistics_fixture of;
  CHECK(of.sum(of.of_days(0, -1)).error().field == "to");
  CHECK(of.sum(of.of_days(-366, 0)).error().field == "to");
  CHECK(of.sum(of.of_days(-365, 0)).has_value());
}

TEST_CASE("statistics actor: a counter that was taken back below zero counts nothing",
          "[statistics]") {
  statistics_fixture of;
  of.count(of.today, "acme", "a.example", "x.example", counted::accepted, -1);
  CHECK(of.sum(of.of_days(0, 0)).value().empty());
}

TEST_CASE("statistics actor: forgets what is older than it keeps when it starts", "[statistics]") {
  statistics_fixture of;
  const auto entries = [&] {
    return of.store.scan(storage::family::counters, "", "", 10).value().size();
  };
  of.count(of.today - statistics_kept - days{1}, "acme", "a.example", "x.example",
           counted::accepted, 1);
  of.count(of.today, "acme", "a.example", "x.example", counted::accepted, 1);
  CHECK(entries() == 2);
  of.restart();
  CHECK(entries() == 1);
}
