#include "actors/warmup/warmup_actor.hpp"

#include <catch2/catch.hpp>

#include "storage/memory/memory_store.hpp"
#include "tests/actors/control_mirror/manual_control_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using kind = permit_verdict::kind;

namespace {

const ledger_subject warming{"192.0.2.1"};

/// What intake and delivery were told.
struct told {
  std::size_t permits = 0;
  std::vector<std::vector<domain_name>> domains;
};

/// Stands for both listeners: takes what warmup sends.
caf::behavior listener(caf::event_based_actor*, told* what) {
  return {
      [what](const permits_available&) { ++what->permits; },
      [what](const ledger_domains_changed& m) { what->domains.push_back(*m.domains); },
  };
}

struct warmup_fixture : warmfront::testing::actor_fixture {
  storage::memory_store marks;
  warmfront::testing::manual_control_store control;
  warmfront::testing::silent_log log;
  told heard;
  warmup_shell warmup;

  warmup_fixture() {
    also_settle([this] { return control.settle(); });
    start();
  }
  ~warmup_fixture() { kill(warmup); }
  void start() {
    warmup = spawn(warmup_behavior, warmup_rules{}, static_cast<storage::store*>(&marks),
                   static_cast<storage::control_store*>(&control),
                   static_cast<const warmfront::clock*>(&time()), static_cast<event_log*>(&log));
    const auto to = caf::actor_cast<caf::strong_actor_ptr>(spawn(listener, &heard));
    caf::anon_send(warmup, connect_listeners{to, to});
  }
  template <class Answer, class Question>
  result<Answer> get(Question question) {
    return ask<answer<Answer>>(warmup, std::move(question)).value;
  }
  permit_verdict take() {
    take_permits question;
    question.requests.resize(1);
    question.requests[0].candidates.emplace_back(warming.str());
    return ask<permits_taken>(warmup, question).verdicts.at(0);
  }
  void start_ledger(const std::string& plan = "standard") {
    REQUIRE(get<ledger_report>(set_ledger_plan{warming, plan_name{plan}}));
  }
  std::uint64_t take_all() {
    std::uint64_t taken = 0;
    for (;;) {
      const auto verdict = take();
      if (verdict.what == kind::exhausted)
        return taken;
      taken += verdict.what == kind::granted ? 1 : 0;
    }
  }
};

} // namespace

TEST_CASE("warmup actor: starts a ledger, grants its day and tells who was turned away",
          "[warmup]") {
  warmup_fixture of;
  of.start_ledger();
  CHECK(of.take().what == kind::pending);
  CHECK(of.heard.permits == 1);
  CHECK(of.take_all() == 500);
  const auto verdict = of.take();
  CHECK(verdict.until == of.time().wall_now() + 24h);
  const auto before = of.heard.permits;
  of.advance(1h);
  CHECK(of.heard.permits == before);
}

TEST_CASE("warmup actor: opens the day on time", "[warmup]") {
  warmup_fixture of;
  of.start_ledger();
  of.take_all();
  of.time().advance(24h - 100ms);
  const auto before = of.heard.permits;
  of.advance(1s);
  CHECK(of.heard.permits == before + 1);
  CHECK(of.take_all() == 1000);
}

TEST_CASE("warmup actor: hears of a clock that was set forward while all wait", "[warmup]") {
  warmup_fixture of;
  of.start_ledger();
  of.take_all();
  of.settle();
  const auto before = of.heard.permits;
  of.time().jump(25h);
  of.advance(1s);
  CHECK(of.heard.permits == before + 1);
}

TEST_CASE("warmup actor: commands wait until everything is read, permits are pending", "[warmup]") {
  warmup_fixture of;
  of.start_ledger();
  of.take();
  of.kill(of.warmup);
  of.heard = {};
  of.control.fail_next_ranges(1);
  of.start();
  const auto listed = of.asked<answer<std::vector<ledger_report>>>(of.warmup, list_ledgers{});
  CHECK(of.take().what == kind::pending);
  CHECK_FALSE(listed->has_value());
  of.advance(1500ms);
  REQUIRE(listed->has_value());
  CHECK((*listed)->value.value().size() == 1);
  CHECK(of.heard.permits == 1);
  CHECK(of.take().what == kind::pending); // what lay below the mark is burnt
  CHECK(of.take().what == kind::granted);
}

TEST_CASE("warmup actor: a kill burns the chunk, a stop burns nothing", "[warmup]") {
  warmup_fixture of;
  of.start_ledger();
  of.take();
  of.take();
  of.kill(of.warmup);
  of.start();
  of.settle();
  CHECK(of.get<std::vector<ledger_report>>(list_ledgers{warming}).value()[0].used == 10);
  CHECK(of.take().what == kind::pending);
  CHECK(of.take().what == kind::granted);
  (void)of.ask<done>(of.warmup, stop_warmup{});
  CHECK(of.take().what == kind::pending);
  of.kill(of.warmup);
  of.start();
  of.settle();
  CHECK(of.get<std::vector<ledger_report>>(list_ledgers{warming}).value()[0].used == 11);
}

TEST_CASE("warmup actor: refunds can be used again", "[warmup]") {
  warmup_fixture of;
  REQUIRE(of.get<done>(put_plan{{plan_name{"one"}, {1}, false}}));
  of.start_ledger("one");
  of.take();
  const auto verdict = of.take();
  REQUIRE(verdict.what == kind::granted);
  CHECK(of.take().what == kind::exhausted);
  const auto before = of.heard.permits;
  caf::anon_send(of.warmup, refund_permits{verdict.charges});
  of.settle();
  CHECK(of.heard.permits == before + 1);
  CHECK(of.take().what == kind::granted);
}

TEST_CASE("warmup actor: pause, resume and day answer with the ledger", "[warmup]") {
  warmup_fixture of;
  of.start_ledger();
  CHECK(of.get<ledger_report>(pause_ledger{warming}).value().state == ledger_state::paused);
  CHECK(of.take().what == kind::paused);
  CHECK(of.get<ledger_report>(resume_ledger{warming}).value().state == ledger_state::open);
  CHECK(of.heard.permits == 1); // the day was opened for who was turned away
  CHECK(of.get<ledger_report>(set_ledger_day{warming, 5}).value().limit == 10'000u);
  const ledger_subject nobody{"192.0.2.9"};
  CHECK(of.get<ledger_report>(pause_ledger{nobody}).error().code == errc::not_found);
  CHECK(of.get<ledger_report>(resume_ledger{nobody}).error().code == errc::not_found);
  CHECK(of.get<ledger_report>(set_ledger_day{nobody, 2}).error().code == errc::not_found);
  CHECK(of.get<ledger_report>(set_ledger_plan{nobody, plan_name{"none"}}).error().code ==
        errc::not_found);
  CHECK(of.get<std::vector<ledger_report>>(list_ledgers{nobody}).error().code == errc::not_found);
  CHECK(of.get<std::vector<ledger_report>>(list_ledgers{{}, {nobody}}).value().empty());
}

TEST_CASE("warmup actor: keeps plans", "[warmup]") {
  warmup_fixture of;
  CHECK(of.get<std::vector<plan>>(list_plans{}).value().size() == 3);
  CHECK(of.get<done>(put_plan{{plan_name{"mine"}, {7}, false}}));
  CHECK(of.get<std::vector<plan>>(list_plans{}).value().size() == 4);
  CHECK(of.get<done>(put_plan{{plan_name{"warm"}, {7}, false}}).error().code == errc::refused);
  of.start_ledger("mine");
  CHECK(of.get<done>(delete_plan{plan_name{"mine"}}).error().code == errc::conflict);
  of.start_ledger("warm");
  CHECK(of.get<done>(delete_plan{plan_name{"mine"}}));
  CHECK(of.get<done>(delete_plan{plan_name{"mine"}}).error().code == errc::not_found);
}

TEST_CASE("warmup actor: forecasts", "[warmup]") {
  warmup_fixture of;
  of.start_ledger();
  forecast_release question;
  question.sources.emplace_back(warming.str());
  question.ahead = 500;
  CHECK(of.get<release_forecast>(question).value().expected_at == of.time().wall_now() + 24h);
}

TEST_CASE("warmup actor: tells intake which domains have ledgers", "[warmup]") {
  warmup_fixture of;
  of.settle();
  REQUIRE_FALSE(of.heard.domains.empty());
  CHECK(of.heard.domains.back().empty());
  REQUIRE(
      of.get<ledger_report>(set_ledger_plan{ledger_subject{"example.org"}, plan_name{"standard"}}));
  CHECK(of.heard.domains.back() == std::vector<domain_name>{domain_name{"example.org"}});
}

TEST_CASE("warmup actor: a command without an answer from the store says so", "[warmup]") {
  warmup_fixture of;
  of.settle();
  of.control.fail_next_transactions(1);
  CHECK(of.get<ledger_report>(set_ledger_plan{warming, plan_name{"standard"}}).error().code ==
        errc::unavailable);
}

TEST_CASE("warmup actor: writes that fail are tried again by themselves", "[warmup]") {
  warmup_fixture of;
  of.start_ledger();
  of.marks.fail_next(1, {errc::storage_full, "full", {}});
  CHECK(of.take().what == kind::pending);
  of.control.fail_next_transactions(1);
  of.advance(5s);
  CHECK(of.heard.permits == 1);
  CHECK(of.take().what == kind::granted);
}

TEST_CASE("warmup actor: many days open in few transactions", "[warmup]") {
  warmup_fixture of;
  take_permits question;
  for (int i = 0; i < 200; ++i) {
    const auto address = "192.0.2." + std::to_string(i);
    REQUIRE(of.get<ledger_report>(set_ledger_plan{ledger_subject{address}, plan_name{"standard"}}));
    question.requests.emplace_back().candidates.emplace_back(address);
  }
  of.time().advance(24h);
  const auto before = of.control.transactions();
  (void)of.ask<permits_taken>(of.warmup, question);
  CHECK(of.control.transactions() - before == 7);
  for (const auto& verdict : of.ask<permits_taken>(of.warmup, question).verdicts)
    CHECK(verdict.what == kind::granted);
  CHECK(of.heard.permits == 1);
}

TEST_CASE("warmup actor: a record that cannot be read is logged", "[warmup]") {
  warmup_fixture of;
  of.settle();
  of.control.put("ledgers/192.0.2.1", "\xff");
  of.settle();
  CHECK(of.log.written(log_level::error) == 1);
  CHECK(of.take().what == kind::exhausted);
}

TEST_CASE("warmup actor: without its marks it does not start", "[warmup]") {
  warmup_fixture of;
  of.kill(of.warmup);
  storage::batch bad;
  bad.put(storage::family::ledger, "mark/192.0.2.1/0000000000", "\xff");
  of.marks.commit(std::move(bad), storage::priority::progress, [](const auto&) {});
  of.start();
  of.settle();
  CHECK(of.log.written(log_level::error) == 1);
  const auto listed = of.asked<answer<std::vector<plan>>>(of.warmup, list_plans{});
  of.settle();
  CHECK_FALSE(listed->has_value());
}
