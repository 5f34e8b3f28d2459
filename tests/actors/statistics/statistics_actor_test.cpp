#include "actors/statistics/statistics_actor.hpp"

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"
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
    auto report = ask<answer<statistics_report>>(statistics, question).value;
    if (!report)
      return std::move(report).error();
    return std::move(report).value().rows;
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

namespace {

/// Both tables, from events as the roles write them.
void record(statistics_fixture& of, const std::vector<mail_event>& events) {
  storage::batch changes;
  storage::statistics_tally tally;
  for (const auto& each : events)
    tally.add(each);
  tally.write(changes);
  of.store.commit(std::move(changes), storage::priority::progress, [](const auto&) {});
  of.settle();
}

mail_event random_event(seeded_random& dice, utc_day today) {
  const auto pick = [&](auto... names) {
    const std::vector<std::string> all{names...};
    return all[dice.next() % all.size()];
  };
  mail_event event;
  event.kind = static_cast<event_kind>(1 + dice.next() % 11);
  event.at = wall_time{today - days{dice.next() % 3}} + seconds{dice.next() % 86'400};
  event.about.account = account_name{pick("acme", "other")};
  event.about.address = "x@" + pick("a.example", "b.example", "c.example");
  event.about.sender_domain = domain_name{pick("s.example", "t.example")};
  event.about.provider = provider_name{pick("gmail", "mx.a.example", "")};
  event.about.source = ip_address{pick("192.0.2.1", "192.0.2.2", "")};
  event.about.task = task_id{dice.next() % 3};
  event.about.from_template = template_name{pick("hello", "", "bye")};
  event.bounce_class = pick("invalid", "spam", "other");
  event.is_automated = dice.next() % 3 == 0;
  event.is_first = dice.next() % 2 == 0;
  return event;
}

} // namespace

TEST_CASE("statistics actor: whatever the split, the totals are the same",
          "[statistics][property]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    seeded_random dice{seed};
    statistics_fixture of;
    std::vector<mail_event> events;
    for (int i = 0; i < 300; ++i)
      events.push_back(random_event(dice, of.today));
    record(of, events);
    const auto total = [&](const sum_statistics& question) {
      daily_counts all;
      const auto rows = of.sum(question).value();
      for (const auto& row : rows) {
        all += row.counts;
        REQUIRE(row.further.size() == question.further_by.size());
      }
      return all;
    };
    const auto expected = total(of.of_days(-2, 0));
    std::uint64_t counted = 0;
    for (const auto& field : count_fields)
      counted += expected.*field.value;
    REQUIRE(counted >= events.size());
    using by = counted_by;
    for (const auto& split : std::vector<std::vector<by>>{
             {by::sender_domain},
             {by::receiver},
             {by::receiver, by::day, by::sender_domain},
             {by::provider},
             {by::source},
             {by::task},
             {by::from_template},
             {by::provider, by::source},
             {by::day, by::sender_domain, by::provider, by::source, by::task, by::from_template}}) {
      auto question = of.of_days(-2, 0);
      question.by = split.front();
      question.further_by.assign(split.begin() + 1, split.end());
      REQUIRE(total(question) == expected);
    }
    // Filters divide: what each of them lets through adds up.
    daily_counts by_filter;
    for (const auto* const name : {"gmail", "other"}) {
      auto question = of.of_days(-2, 0);
      question.provider = provider_name{name};
      by_filter += total(question);
    }
    auto question = of.of_days(-2, 0);
    question.by = by::provider;
    const auto rows = of.sum(question).value();
    for (const auto& row : rows)
      if (row.of.empty())
        by_filter += row.counts;
    REQUIRE(by_filter == expected);
  }
}

TEST_CASE("statistics actor: receivers are not split by the way mail went", "[statistics]") {
  statistics_fixture of;
  auto question = of.of_days(0, 0);
  question.by = counted_by::receiver;
  question.further_by = {counted_by::provider};
  CHECK(of.sum(question).error().field == "by");
  question.further_by = {};
  question.task = task_id{1};
  CHECK(of.sum(question).error().field == "by");
  question.task = {};
  question.further_by = {counted_by::receiver};
  CHECK(of.sum(question).error().field == "by");
  question.further_by = {counted_by::day};
  CHECK(of.sum(question));
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
