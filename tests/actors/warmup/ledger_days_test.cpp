#include "actors/warmup/ledger_book.hpp"

#include "tests/actors/warmup/ledger_world.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using kind = permit_verdict::kind;
using warmfront::testing::ip;
using warmfront::testing::ip2;
using warmfront::testing::ledger_world;

TEST_CASE("days: a clock set back grants nothing and the day goes on", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  world.time().advance(25h);
  CHECK(world.take_all(ip) == 1000);
  world.time().jump(-48h);
  CHECK(world.take({ip}).what == kind::exhausted);
  world.crash();
  CHECK(world.take({ip}).what == kind::exhausted);
  world.time().advance(48h);
  CHECK(world.take({ip}).what == kind::exhausted);
  world.time().advance(23h);
  CHECK(world.take_all(ip) == 2000);
}

TEST_CASE("days: a clock set forward opens the day that it says, once", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  CHECK(world.take_all(ip) == 500);
  world.time().jump(72h);
  CHECK(world.take_all(ip) == 5000);
  world.time().jump(-72h);
  CHECK(world.take({ip}).what == kind::exhausted);
  world.time().jump(72h);
  CHECK(world.take({ip}).what == kind::exhausted);
  world.time().jump(24h);
  CHECK(world.take_all(ip) == 10'000);
}

TEST_CASE("days: a look at the ledger in the future opens nothing", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  CHECK(world.take_all(ip) == 500);
  world.time().jump(120h);
  CHECK(world.report(ip).day == 6);
  CHECK(world.report(ip).used == 0);
  world.time().jump(-120h);
  CHECK(world.report(ip).day == 1);
  CHECK(world.take({ip}).what == kind::exhausted);
}

TEST_CASE("days: the change of a day is told to who was turned away", "[warmup]") {
  ledger_world world;
  const auto start = world.time().wall_now();
  world.start_ledger(ip, "standard");
  CHECK_FALSE(world.book().next_opening());
  world.take_all(ip);
  CHECK(world.book().next_opening() == start + 24h);
  world.book().tick(start + 24h - 1us);
  world.issue();
  world.take_opened();
  world.book().tick(start + 24h);
  world.issue();
  CHECK(world.take_opened());
  CHECK_FALSE(world.book().next_opening());
}

TEST_CASE("days: what drains does not send because a day's first permits are on their way",
          "[warmup]") {
  ledger_world world;
  world.store_plan("two", {2});
  world.start_ledger(ip, "two");
  permit_request request;
  request.candidates = {ip_address{ip}, ip_address{ip2}};
  request.draining_from = 1;
  const auto ask = [&] { return world.book().take(request, world.time().wall_now()); };
  CHECK(ask().what == permit_verdict::kind::pending);
  world.settle();
  CHECK(ask().source.str() == ip);
  CHECK(ask().source.str() == ip);
  CHECK(ask().source.str() == ip2);
  REQUIRE(world.command(pause_ledger{ledger_subject{ip}}));
  CHECK(ask().source.str() == ip2);
}

TEST_CASE("days: old records are deleted when a later day is open", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  for (int i = 0; i < 5; ++i) {
    CHECK(world.take_settled({ip}).what == kind::granted);
    for (int j = 0; j < 20; ++j)
      world.take_settled({ip});
    world.time().advance(24h);
  }
  CHECK(world.control().records().size() == 2);
  const auto marks =
      world.marks()
          .scan(storage::family::ledger, mark_prefix, storage::prefix_end(mark_prefix), 100)
          .value();
  CHECK(marks.size() <= 2);
  CHECK(marks.back().key == mark_key(ip, 4));
}

TEST_CASE("plan edits: what was spent stays spent", "[warmup]") {
  ledger_world world;
  world.store_plan("mine", {100, 200});
  world.start_ledger(ip, "mine");
  for (int i = 0; i < 60; ++i)
    REQUIRE(world.take_settled({ip}).what == kind::granted);
  world.store_plan("mine", {80, 200});
  CHECK(world.report(ip).used == 60);
  CHECK(world.take_all(ip) == 20);
  world.store_plan("mine", {50, 200});
  CHECK(world.take({ip}).what == kind::exhausted);
  CHECK(world.report(ip).state == ledger_state::exhausted);
  world.store_plan("mine", {120, 200});
  CHECK(world.take_all(ip) == 40);
  CHECK(world.report(ip).used == 120);
}

TEST_CASE("plan edits: who was turned away hears of a higher limit", "[warmup]") {
  ledger_world world;
  world.store_plan("mine", {1});
  world.start_ledger(ip, "mine");
  CHECK(world.take_all(ip) == 1);
  world.issue();
  world.take_opened();
  world.store_plan("mine", {2});
  world.settle();
  CHECK(world.take_opened());
  CHECK(world.take({ip}).what == kind::granted);
}

TEST_CASE("plan edits: another plan keeps day, position and what was spent", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  world.time().advance(49h);
  CHECK(world.take_all(ip) == 2000);
  world.start_ledger(ip, "conservative");
  CHECK(world.report(ip).day == 3);
  CHECK(world.report(ip).limit == 980u);
  CHECK(world.take({ip}).what == kind::exhausted);
  world.start_ledger(ip, "warm");
  CHECK(world.take_settled({ip}).what == kind::granted);
  CHECK(world.report(ip).used == 2001);
  CHECK_FALSE(world.report(ip).limit);
  world.start_ledger(ip, "standard");
  CHECK(world.take({ip}).what == kind::exhausted);
}

TEST_CASE("plan edits: moving in the plan changes today's limit, not what was spent", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  CHECK(world.take_all(ip) == 500);
  REQUIRE(world.command(set_ledger_day{ledger_subject{ip}, 3}));
  CHECK(world.report(ip).day == 3);
  CHECK(world.take_all(ip) == 1500);
  REQUIRE(world.command(set_ledger_day{ledger_subject{ip}, 1}));
  CHECK(world.take({ip}).what == kind::exhausted);
  world.time().advance(24h);
  CHECK(world.take_all(ip) == 1000);
}

TEST_CASE("plans: a ledger without its plan grants nothing", "[warmup]") {
  ledger_world world;
  world.store_plan("mine", {100});
  world.start_ledger(ip, "mine");
  world.control().erase("plans/mine");
  world.control().settle();
  CHECK(world.take({ip}).what == kind::exhausted);
}

TEST_CASE("records: one that cannot be read is named, and its ledger grants nothing", "[warmup]") {
  ledger_book book{warmup_rules{}};
  storage::control_snapshot all;
  all.at = 1;
  all.records.push_back({"ledgers/192.0.2.1", "\xff", 1, 1, 0});
  CHECK(book.load_ledgers(all).error().code == errc::storage_corrupt);
  permit_request request;
  request.candidates.emplace_back(ip);
  CHECK(book.take(request, wall_time{}).what == kind::exhausted);
  CHECK(book.load_mark("mark/nothing", "").error().code == errc::storage_corrupt);
}

TEST_CASE("commands: say what is wrong", "[warmup]") {
  ledger_world world;
  const auto code = [&](const auto& command) {
    const auto outcome = world.command(command);
    return outcome ? std::nullopt : std::optional{outcome.error().code};
  };
  const ledger_subject subject{ip};
  CHECK(code(set_ledger_plan{ledger_subject{"Bad Name"}, plan_name{"warm"}}) ==
        errc::invalid_argument);
  CHECK(code(set_ledger_plan{subject, plan_name{"none"}}) == errc::not_found);
  CHECK(code(pause_ledger{subject}) == errc::not_found);
  CHECK(code(resume_ledger{subject}) == errc::not_found);
  CHECK(code(set_ledger_day{subject, 1}) == errc::not_found);
  world.start_ledger(ip, "standard");
  CHECK(code(set_ledger_day{subject, 0}) == errc::invalid_argument);
  CHECK(code(set_ledger_day{subject, 1'000'001}) == errc::invalid_argument);
  CHECK(code(put_plan{{plan_name{"warm"}, {1}, false}}) == errc::refused);
  CHECK(code(delete_plan{plan_name{"standard"}}) == errc::refused);
  CHECK(code(delete_plan{plan_name{"none"}}) == errc::not_found);
  world.store_plan("mine", {5});
  world.start_ledger(ip, "mine");
  CHECK(code(delete_plan{plan_name{"mine"}}) == errc::conflict);
  world.start_ledger(ip, "standard");
  CHECK_FALSE(code(delete_plan{plan_name{"mine"}}));
  CHECK_FALSE(code(pause_ledger{subject}));
  CHECK_FALSE(code(pause_ledger{subject}));
}

TEST_CASE("ledgers: domains are told apart from addresses", "[warmup]") {
  ledger_world world;
  world.start_ledger("b.example", "standard");
  world.start_ledger("2001:db8::1", "standard");
  world.start_ledger("a.example", "standard");
  CHECK(world.book().domains() ==
        std::vector<domain_name>{domain_name{"a.example"}, domain_name{"b.example"}});
  CHECK(world.book().take_effects().domains_changed);
  CHECK(world.book().reports({}, world.time().wall_now()).size() == 3);
}
