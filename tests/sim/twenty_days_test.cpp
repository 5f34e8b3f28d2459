// A forecast is worth what then happens: twenty days through the real roles, compared day by day.
#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>

#include "actors/warmup/plans.hpp"
#include "tests/sim/sim_node.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using warmfront::testing::sim_node;

namespace {

constexpr auto day = 20s;

/// The standard plan with smaller numbers: the same twenty steps.
std::vector<std::uint64_t> small_standard(std::uint64_t divisor) {
  std::vector<std::uint64_t> days;
  for (const auto& each : built_in_plans())
    if (each.name.str() == "standard")
      for (const auto limit : each.days)
        days.push_back(std::max<std::uint64_t>(1, limit / divisor));
  return days;
}

/// A plan, the batch that goes through it, and the addresses that send it.
struct course {
  plan rule{plan_name{"mine"}, small_standard(100)};
  std::vector<std::string> addresses{"192.0.2.1"};
  bool domain_warms_up = false;
  mail_class importance = mail_class::batch;
  std::uint64_t recipients = 0;
  std::uint64_t earlier = 0; ///< wait before the batch
};

std::uint64_t sum_of(const std::vector<std::uint64_t>& days) {
  return std::accumulate(days.begin(), days.end(), std::uint64_t{0});
}

/// What the forecast says, and what arrives between the beginnings of its days.
struct comparison {
  batch_forecast forecast;
  std::vector<std::uint64_t> sent;
  std::optional<wall_time> last_at;
};

comparison run(const course& of) {
  sim_node node{day};
  node.store_plan(of.rule);
  forecast_batch question;
  for (const auto& each : of.addresses) {
    node.add_address(each, "mine");
    question.sources.emplace_back(each);
  }
  question.sender_domain = domain_name{"news.example"};
  if (of.domain_warms_up)
    node.start_ledger("news.example", "mine");
  node.submit(of.earlier, of.importance, "news.example");
  const auto gone = node.arrivals().size();
  question.importance = of.importance;
  question.ahead = of.earlier - gone;
  question.recipients = of.recipients;
  question.start_at = node.time().wall_now();
  comparison found;
  found.forecast = node.get<batch_forecast>(node.warmup, question);
  node.submit(of.recipients, of.importance, "news.example");
  node.advance(25 * day);
  // What was waiting goes first, and the days of the table count the batch alone.
  const auto& arrivals = node.arrivals();
  REQUIRE(arrivals.size() == of.earlier + of.recipients);
  const auto& days = found.forecast.days;
  found.sent.resize(days.size());
  for (auto at = arrivals.begin() + static_cast<std::ptrdiff_t>(of.earlier); at != arrivals.end();
       ++at) {
    std::size_t number = days.size();
    while (number > 0 && at->at < days[number - 1].at)
      --number;
    REQUIRE(number > 0);
    ++found.sent[number - 1];
    found.last_at = at->at;
  }
  return found;
}

void check(const course& of, std::size_t days_expected) {
  const auto found = run(of);
  CHECK(found.forecast.days.size() == days_expected);
  std::uint64_t left = of.recipients;
  for (std::size_t i = 0; i < found.sent.size(); ++i) {
    const auto& said = found.forecast.days[i];
    CAPTURE(said.number);
    CHECK(found.sent[i] == said.sent);
    left -= found.sent[i];
    CHECK(left == said.remaining);
  }
  CHECK(left == 0);
  REQUIRE(found.forecast.finish_at);
  REQUIRE(found.last_at);
  CHECK(*found.last_at - *found.forecast.finish_at < 1s);
  CHECK(*found.forecast.finish_at - *found.last_at < 1s);
}

} // namespace

TEST_CASE("twenty days: triggered mail of one address goes as the standard plan says", "[sim]") {
  course of;
  of.importance = mail_class::triggered;
  of.recipients = sum_of(of.rule.days);
  check(of, 20);
}

TEST_CASE("twenty days: a batch leaves the reserve, after what waited before it", "[sim]") {
  course of;
  of.rule.days = small_standard(500);
  of.recipients = sum_of(of.rule.days) * 8 / 10;
  of.earlier = 30;
  check(of, 16); // the first four days and more go to what waited
}

TEST_CASE("twenty days: two addresses and a sender domain that warms up", "[sim]") {
  course of;
  of.rule.days = small_standard(500);
  of.addresses = {"192.0.2.1", "192.0.2.2"};
  of.domain_warms_up = true;
  of.recipients = sum_of(of.rule.days) * 8 / 10;
  check(of, 20);
}

TEST_CASE("twenty days: a ledger that moves by use, and one that moves by level", "[sim]") {
  for (const auto advance : {plan_advance::on_use, plan_advance::level}) {
    course of;
    of.rule.days = {40, 80, 120, 200, 300, 500};
    of.rule.advance = advance;
    of.importance = mail_class::triggered;
    of.recipients = 3000;
    const auto found = run(of);
    CAPTURE(to_string(advance));
    REQUIRE_FALSE(found.forecast.days.empty());
    for (std::size_t i = 0; i < found.sent.size(); ++i) {
      CAPTURE(found.forecast.days[i].number);
      CHECK(found.sent[i] == found.forecast.days[i].sent);
    }
  }
}

TEST_CASE("twenty days: spread evenly, days send what they did and finish when it was said",
          "[sim]") {
  course of;
  of.rule.days = small_standard(1000);
  of.rule.spread = plan_spread::even;
  of.importance = mail_class::triggered;
  of.recipients = sum_of(of.rule.days) - 77;
  check(of, 20);
}
