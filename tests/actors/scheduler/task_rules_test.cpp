// What the large receivers demand, before an occurrence of a task begins.
#include <catch2/catch.hpp>

#include "tests/actors/scheduler/scheduler_fixture.hpp"

using namespace warmfront;
using Catch::Matchers::Contains;
using warmfront::testing::acme;
using warmfront::testing::scheduler_fixture;

namespace {

sending_check unmet_check() {
  sending_rule rule{"dmarc", false, "there is no DMARC record", {}};
  dns_record_wanted record;
  record.type = "TXT";
  record.name = domain_name{"_dmarc.a.example"};
  record.expected = "v=DMARC1; p=none";
  rule.publish = record;
  return {{{"dkim", true, "signed", {}}, rule}};
}

struct ruled : scheduler_fixture {
  explicit ruled(bulk_rules how) {
    kill(scheduler);
    rules = how;
    start();
  }
};

} // namespace

TEST_CASE("task rules: a task whose sender is not ready is paused, and says what to publish",
          "[tasks]") {
  ruled of{bulk_rules::refuse};
  of.world.sender = unmet_check();
  const auto id = of.create().value().value.id;
  of.advance(milliseconds{1000});
  CHECK(of.world.handed_over.empty());
  const auto shown = of.show(id);
  CHECK(shown.value.state == task_state::paused);
  CHECK_THAT(shown.value.reason, Contains("dmarc: there is no DMARC record"));
  CHECK_THAT(shown.value.reason, Contains("_dmarc.a.example: v=DMARC1; p=none"));
  CHECK(shown.occurrences.empty());
  REQUIRE(of.world.asked.size() == 1);
  CHECK(of.world.asked[0].from.str() == "a.example");
  CHECK(of.world.asked[0].account == acme);
  CHECK(of.world.asked[0].sources == std::vector{ip_address{"192.0.2.1"}});
  CHECK(of.world.asked[0].asks_dns);
  // Once it is published, the occurrence is made up for.
  of.world.sender = sending_check{};
  of.act(id, task_change::resume);
  of.advance(milliseconds{1000});
  CHECK(of.show(id).value.reason.empty());
  CHECK(of.world.handed_over.size() == 1);
}

TEST_CASE("task rules: where they are only warned of, nobody waits", "[tasks]") {
  ruled of{bulk_rules::warn};
  of.world.sender = unmet_check();
  const auto id = of.create().value().value.id;
  of.advance(milliseconds{1000});
  CHECK(of.show(id).value.state == task_state::active);
  CHECK(of.world.handed_over.size() == 1);
  REQUIRE(of.world.asked.size() == 1);
  CHECK_FALSE(of.world.asked[0].asks_dns);
}

TEST_CASE("task rules: switched off, nobody asks", "[tasks]") {
  ruled of{bulk_rules::off};
  of.world.sender = unmet_check();
  REQUIRE(of.create());
  of.advance(milliseconds{1000});
  CHECK(of.world.handed_over.size() == 1);
  CHECK(of.world.asked.empty());
}

TEST_CASE("task rules: what could not be checked is checked again", "[tasks]") {
  ruled of{bulk_rules::refuse};
  of.world.sender = error{errc::unavailable, "no name server", {}};
  const auto id = of.create().value().value.id;
  of.advance(milliseconds{3000});
  CHECK(of.show(id).value.state == task_state::active);
  CHECK(of.world.handed_over.empty());
  CHECK(of.world.asked.size() > 1);
  of.world.sender = sending_check{};
  of.advance(milliseconds{3000});
  CHECK(of.world.handed_over.size() == 1);
}

TEST_CASE("task rules: from another account's domain nothing is sent in any mode",
          "[tasks][security]") {
  ruled of{bulk_rules::warn};
  of.world.sender = error{errc::refused, "the sender domain belongs to another account", {}};
  const auto id = of.create().value().value.id;
  of.advance(milliseconds{1000});
  CHECK(of.show(id).value.state == task_state::paused);
  CHECK_THAT(of.show(id).value.reason, Contains("another account"));
}

TEST_CASE("task rules: what intake refuses pauses the task, and goes on when it may", "[tasks]") {
  ruled of{bulk_rules::off};
  of.world.refuses = error{errc::refused, "the sender domain a.example is not verified", {}};
  const auto id = of.create().value().value.id;
  of.advance(milliseconds{1000});
  CHECK(of.show(id).value.state == task_state::paused);
  CHECK_THAT(of.show(id).value.reason, Contains("not verified"));
  CHECK(of.show(id).segments.empty());
  CHECK(of.marks() == 0);
  of.world.refuses.reset();
  of.act(id, task_change::resume);
  of.advance(milliseconds{1000});
  CHECK_FALSE(of.world.handed_over.empty());
}
