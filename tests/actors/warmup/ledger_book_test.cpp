#include "actors/warmup/ledger_book.hpp"

#include "actors/control_mirror/control_mirror.hpp"
#include "actors/warmup/ledger_writer.hpp"
#include "tests/actors/warmup/ledger_world.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using kind = permit_verdict::kind;
using warmfront::testing::domain;
using warmfront::testing::ip;
using warmfront::testing::ip2;
using warmfront::testing::ledger_world;

TEST_CASE("permits: what has no ledger has no limit", "[warmup]") {
  ledger_world world;
  const auto verdict = world.take({ip}, domain);
  CHECK(verdict.what == kind::granted);
  CHECK(verdict.source.str() == ip);
  CHECK(verdict.charges.empty());
}

TEST_CASE("permits: without a source there is nothing to grant", "[warmup]") {
  ledger_world world;
  CHECK(world.take({}, domain).what == kind::no_source);
}

TEST_CASE("permits: a limited day gives exactly its limit, then says until when", "[warmup]") {
  ledger_world world;
  const auto start = world.time().wall_now();
  world.start_ledger(ip, "standard");
  CHECK(world.take_all(ip) == 500);
  const auto verdict = world.take({ip});
  CHECK(verdict.what == kind::exhausted);
  CHECK(verdict.blocking.str() == ip);
  CHECK(verdict.until == start + 24h);
  const auto report = world.report(ip);
  CHECK(report.used == 500);
  CHECK(report.limit == 500u);
  CHECK(report.leased == 500);
  CHECK(report.state == ledger_state::exhausted);
  world.time().advance(24h);
  CHECK(world.take_all(ip) == 1000);
  CHECK(world.report(ip).day == 2);
}

TEST_CASE("permits: the first of a day wait until mark and lease are durable", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  CHECK(world.take({ip}).what == kind::pending);
  world.issue();
  CHECK(world.marks().unsettled() == 1);
  CHECK(world.control().find("ledgers/192.0.2.1/days/0000000000") == nullptr);
  world.marks().settle();
  CHECK(world.take({ip}).what == kind::pending);
  world.issue();
  CHECK(world.control().find("ledgers/192.0.2.1/days/0000000000") != nullptr);
  CHECK(world.take({ip}).what == kind::pending);
  world.control().settle();
  world.issue();
  CHECK(world.take_opened());
  const auto verdict = world.take({ip});
  REQUIRE(verdict.what == kind::granted);
  CHECK(verdict.charges == std::vector<charge>{{ledger_subject{ip}, 0}});
}

TEST_CASE("permits: above the durable mark they are pending", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  world.take_settled({ip});
  for (int i = 1; i < 10; ++i)
    CHECK(world.take({ip}).what == kind::granted);
  CHECK(world.take({ip}).what == kind::pending);
  world.settle();
  CHECK(world.take_opened());
  CHECK(world.take({ip}).what == kind::granted);
}

TEST_CASE("permits: batch mail leaves the reserve to triggered mail", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  CHECK(world.take_all(ip, {}, mail_class::batch) == 450);
  CHECK(world.take({ip}, {}, mail_class::batch).what == kind::exhausted);
  CHECK(world.report(ip).state == ledger_state::open);
  CHECK(world.take_all(ip) == 50);
}

TEST_CASE("permits: are of no use after the first day that ends", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  world.time().advance(1h);
  world.start_ledger(domain, "standard");
  const auto first = world.take_settled({ip}, domain);
  REQUIRE(first.what == kind::granted);
  CHECK(first.valid_until == world.report(ip).day_ends_at);
  CHECK(first.valid_until < world.report(domain).day_ends_at);
  // Nor is a retry that is not charged again.
  CHECK(world.take({ip}, domain, mail_class::triggered, first.charges).valid_until ==
        first.valid_until);
  world.start_ledger(ip, "warm");
  world.start_ledger(domain, "warm");
  CHECK(world.take_settled({ip}, domain).valid_until == wall_time::max());
}

TEST_CASE("permits: the reserve is rounded down", "[warmup]") {
  CHECK(class_bound(9, mail_class::batch, 10) == 9);
  CHECK(class_bound(10, mail_class::batch, 10) == 9);
  CHECK(class_bound(19, mail_class::batch, 10) == 18);
  CHECK(class_bound(19, mail_class::triggered, 10) == 19);
  CHECK(class_bound(1, mail_class::batch, 99) == 1);
  CHECK(class_bound(0, mail_class::batch, 10) == 0);
  CHECK(class_bound(1'000'000'000'000, mail_class::batch, 10) == 900'000'000'000);
}

TEST_CASE("permits: all or none of the ledgers are charged", "[warmup]") {
  ledger_world world;
  world.store_plan("two", {2});
  world.start_ledger(ip, "standard");
  world.start_ledger(domain, "two");
  CHECK(world.take({ip}, domain).what == kind::pending);
  world.settle();
  for (int i = 0; i < 2; ++i) {
    const auto verdict = world.take({ip}, domain);
    REQUIRE(verdict.what == kind::granted);
    CHECK(verdict.charges ==
          std::vector<charge>{{ledger_subject{ip}, 0}, {ledger_subject{domain}, 0}});
  }
  const auto third = world.take({ip}, domain);
  CHECK(third.what == kind::exhausted);
  CHECK(third.blocking.str() == domain);
  CHECK(world.report(ip).used == 2);
  CHECK(world.report(domain).used == 2);
}

TEST_CASE("permits: the first candidate that can is taken", "[warmup]") {
  ledger_world world;
  world.store_plan("one", {1});
  world.start_ledger(ip, "one");
  CHECK(world.take_settled({ip, ip2}).source.str() == ip2);
  world.settle();
  CHECK(world.take({ip, ip2}).source.str() == ip);
  CHECK(world.take({ip, ip2}).source.str() == ip2);
}

TEST_CASE("permits: of several that cannot, the soonest is named", "[warmup]") {
  ledger_world world;
  world.store_plan("one", {1});
  world.start_ledger(ip, "one");
  world.time().advance(1h);
  world.start_ledger(ip2, "one");
  CHECK(world.take_all(ip) == 1);
  CHECK(world.take_all(ip2) == 1);
  CHECK(world.take({ip2, ip}).blocking.str() == ip);
  REQUIRE(world.command(pause_ledger{ledger_subject{ip}}));
  CHECK(world.take({ip, ip2}).blocking.str() == ip2);
  REQUIRE(world.command(pause_ledger{ledger_subject{ip2}}));
  CHECK(world.take({ip, ip2}).what == kind::paused);
}

TEST_CASE("permits: what was charged today is not charged again, on a later day it is",
          "[warmup]") {
  ledger_world world;
  world.store_plan("one", {1});
  world.start_ledger(ip, "one");
  const auto first = world.take_settled({ip});
  REQUIRE(first.what == kind::granted);
  const auto retry = world.take({ip}, {}, mail_class::triggered, first.charges);
  CHECK(retry.what == kind::granted);
  CHECK(retry.charges.empty());
  CHECK(world.report(ip).used == 1);
  world.time().advance(24h);
  const auto later = world.take_settled({ip}, {}, mail_class::triggered, first.charges);
  REQUIRE(later.what == kind::granted);
  CHECK(later.charges == std::vector<charge>{{ledger_subject{ip}, 1}});
}

TEST_CASE("permits: a paused ledger stops retries too, and says so until it is resumed",
          "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  const auto first = world.take_settled({ip});
  REQUIRE(world.command(pause_ledger{ledger_subject{ip}}));
  CHECK(world.take({ip}, {}, mail_class::triggered, first.charges).what == kind::paused);
  CHECK(world.report(ip).state == ledger_state::paused);
  REQUIRE(world.command(resume_ledger{ledger_subject{ip}}));
  world.issue();
  CHECK(world.take_opened());
  CHECK(world.take({ip}).what == kind::granted);
}

TEST_CASE("permits: a refund of today can be used again, one of another day cannot", "[warmup]") {
  ledger_world world;
  world.store_plan("one", {1});
  world.start_ledger(ip, "one");
  const auto first = world.take_settled({ip});
  CHECK(world.take({ip}).what == kind::exhausted);
  world.book().refund(first.charges);
  world.issue();
  CHECK(world.take_opened());
  CHECK(world.take({ip}).what == kind::granted);
  world.time().advance(24h);
  CHECK(world.take_all(ip) == 1);
  world.book().refund(first.charges);
  world.book().refund({{ledger_subject{"unknown.example"}, 0}});
  CHECK(world.take({ip}).what == kind::exhausted);
}

TEST_CASE("permits: a crash burns what lies below the mark and nothing else", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  for (int i = 0; i < 3; ++i)
    world.take_settled({ip});
  world.crash();
  CHECK(world.report(ip).used == 10);
  CHECK(world.take_all(ip) == 490);
}

TEST_CASE("permits: a clean stop burns nothing", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  for (int i = 0; i < 3; ++i)
    world.take_settled({ip});
  world.stop_cleanly();
  CHECK(world.report(ip).used == 3);
  CHECK(world.take_all(ip) == 497);
}

TEST_CASE("permits: after the exact mark is written nothing is granted or refunded", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  const auto first = world.take_settled({ip});
  CHECK_FALSE(world.book().settle().empty());
  CHECK(world.take({ip}).what == kind::pending);
  world.book().refund(first.charges);
  CHECK(world.report(ip).used == 1);
}

TEST_CASE("permits: a node alone keeps its lease and remembers nothing of it", "[warmup]") {
  ledger_world world;
  world.store_plan("ten", {10});
  world.start_ledger(ip, "ten");
  CHECK(world.take_settled({ip}).what == kind::granted);
  const auto kept = [&](std::string_view prefix) {
    return world.marks()
        .scan(storage::family::ledger, prefix, storage::prefix_end(prefix), 100)
        .value()
        .size();
  };
  CHECK(kept(memory_prefix) == 0);
  CHECK(kept(plan_memory_prefix) == 0);
  const auto transactions = world.control().transactions();
  world.stop_cleanly();
  CHECK(world.book().unspent().empty());
  CHECK(world.take_all(ip) == 9);
  CHECK(world.control().transactions() == transactions);
}

TEST_CASE("permits: what a cluster's node remembered is gone once it was alone", "[warmup]") {
  using storage::family;
  storage::memory_store own;
  storage::batch old;
  old.put(family::ledger, memory_key(ip), encode(ledger_memory{}));
  old.put(family::ledger, plan_memory_key(plan_name{"ten"}), "x");
  old.put(family::ledger, std::string{memory_complete_key}, {});
  REQUIRE(storage::commit_and_wait(own, std::move(old), storage::priority::progress));
  warmfront::testing::manual_control_store control;
  warmfront::testing::silent_log log;
  const auto run = [](std::chrono::milliseconds, const std::function<void()>&) {};
  control_mirror mirror{control, std::string{ledger_prefix}, {}, run};
  ledger_book book{warmup_rules{}};
  ledger_writer writer{book, own, mirror, run, log};
  REQUIRE(writer.read());
  CHECK_FALSE(book.remembers_all());
  CHECK(own.scan(family::ledger, "", "~", 10).value().empty());
}

TEST_CASE("permits: a lease whose mark was lost is burnt", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  world.take_settled({ip});
  storage::batch lost;
  lost.erase(storage::family::ledger, mark_key(ip, 0));
  world.marks().commit(std::move(lost), storage::priority::progress, [](const auto&) {});
  world.crash(storage::memory_store::all);
  CHECK(world.report(ip).used == 500);
  CHECK(world.take({ip}).what == kind::exhausted);
}

TEST_CASE("permits: a mark that cannot be written is tried again", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  world.marks().fail_next(1, {errc::storage_full, "full", {}});
  CHECK(world.take({ip}).what == kind::pending);
  world.settle();
  REQUIRE(world.book().has_retries());
  world.book().tick(world.time().wall_now());
  world.settle();
  CHECK(world.take({ip}).what == kind::granted);
}

TEST_CASE("permits: a lease that is not answered is tried again", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  world.control().fail_next_transactions(1);
  CHECK(world.take({ip}).what == kind::pending);
  world.settle();
  REQUIRE(world.book().has_retries());
  world.book().tick(world.time().wall_now());
  world.settle();
  CHECK(world.take({ip}).what == kind::granted);
}

TEST_CASE("permits: other nodes' leases are not this node's to give", "[warmup]") {
  ledger_world world;
  world.start_ledger(ip, "standard");
  world.control().put(ledger_day_key(ip, 0), encode(ledger_day_record{{{node_name{"n2"}, 480}}}));
  world.control().settle();
  CHECK(world.take_all(ip) == 20);
  CHECK(world.report(ip).leased == 500);
}

TEST_CASE("plans: one of a time zone that this machine does not know is said and grants nothing",
          "[warmup]") {
  ledger_world world;
  world.store_plan("mine", {100});
  world.start_ledger(ip, "mine");
  CHECK(world.take_settled({ip}).what == kind::granted);
  plan changed{plan_name{"mine"}, {100}};
  changed.time_zone = "Nowhere/At_All";
  const auto told =
      world.book().apply_plan({{plan_key(changed.name), encode(changed), 1, 100}, false});
  REQUIRE_FALSE(told);
  CHECK(told.error().what.find("Nowhere/At_All") != std::string::npos);
  CHECK(world.take_settled({ip}).what == kind::exhausted);
  CHECK(world.report(ip).limit == 0u);
  changed.time_zone.clear();
  REQUIRE(world.book().apply_plan({{plan_key(changed.name), encode(changed), 1, 101}, false}));
  CHECK(world.take_settled({ip}).what == kind::granted);
}
