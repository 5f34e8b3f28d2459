#include "tests/actors/provisioning/run_world.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using namespace std::chrono_literals;

TEST_CASE("run: an address is checked, then a canary, warming, and active on its plan's last day",
          "[provisioning]") {
  run_world of{{adding("192.0.2.1")}};
  of.found = bad;
  of.settle();
  CHECK(of.state(0) == step_state::checking);
  CHECK(of.run.steps[0].reason == "it has no reverse name");
  CHECK_FALSE(of.has("192.0.2.1"));
  of.found = good;
  of.settle();
  CHECK(of.inspected.size() == 1);
  of.now += 5min;
  of.settle();
  CHECK(of.inspected.size() == 2);
  CHECK(of.state(0) == step_state::canary);
  CHECK(of.run.steps[0].reason.empty());
  CHECK(of.run.steps[0].checks == good);
  CHECK(of.has("192.0.2.1"));
  of.pass_days(1);
  CHECK(of.state(0) == step_state::warming);
  CHECK_FALSE(of.run.steps[0].gate_passed);
  of.pass_days(1);
  CHECK(of.run.steps[0].gate_passed);
  CHECK(of.run.state == run_state::running);
  of.pass_days(2);
  CHECK(of.state(0) == step_state::active);
  CHECK(of.run.state == run_state::finished);
}

TEST_CASE("run: a waived check lets an address pass", "[provisioning]") {
  run_world of{{adding("192.0.2.1")}};
  of.found = bad;
  of.run.waived = {"reverse_dns"};
  of.settle();
  CHECK(of.state(0) == step_state::canary);
}

TEST_CASE("run: so many at once, the next when one has reached its gate in good health",
          "[provisioning]") {
  run_world of{{adding("192.0.2.1"), adding("192.0.2.2"), adding("192.0.2.3")}};
  of.run.parallel = 2;
  of.settle();
  CHECK(of.state(1) == step_state::canary);
  CHECK(of.state(2) == step_state::requested);
  of.pass_days(1);
  CHECK(of.state(2) == step_state::requested);
  of.ledger("192.0.2.1").state = ledger_state::paused;
  of.ledger("192.0.2.2").held_days = 2;
  of.pass_days(1);
  CHECK(of.state(2) == step_state::requested);
  of.ledger("192.0.2.2").held_days = 0;
  of.settle();
  CHECK(of.run.steps[1].gate_passed);
  CHECK(of.state(2) == step_state::canary);
  CHECK_FALSE(of.run.steps[0].gate_passed);
}

TEST_CASE("run: an address without limits is active at once", "[provisioning]") {
  auto without = adding("192.0.2.1");
  without.plan = {};
  auto warm = adding("192.0.2.2");
  warm.plan = plan_name{"warm"};
  run_world of{{without, warm}};
  of.settle();
  CHECK(of.state(0) == step_state::active);
  CHECK(of.state(1) == step_state::active);
  CHECK(of.run.state == run_state::finished);
}

TEST_CASE("run: bad answers of receivers pause it, with the numbers; resumed, they are forgiven",
          "[provisioning]") {
  run_world of{{adding("192.0.2.1"), adding("192.0.2.2")}};
  of.settle();
  of.pass_days(1);
  ledger_move low;
  low.at = of.now;
  low.cause = move_cause::lowered;
  low.from = 2;
  low.quality.outcomes = 400;
  low.quality.invalid = 60;
  of.ledger("192.0.2.1").moves.push_back(low);
  of.settle();
  CHECK(of.run.state == run_state::paused);
  CHECK(of.run.reason.find("192.0.2.1 was lowered on day 2: of 400 outcomes") != std::string::npos);
  CHECK(of.run.reason.find("60 invalid") != std::string::npos);
  of.pass_days(3);
  CHECK(of.state(0) == step_state::warming);
  CHECK(of.state(1) == step_state::requested);
  of.run.state = run_state::running;
  of.run.steps[0].judged_from = of.now;
  of.settle();
  CHECK(of.state(0) == step_state::active);
  CHECK(of.state(1) == step_state::canary);
}

TEST_CASE("run: a quarantined address pauses it, or rolls it back where that was asked for",
          "[provisioning]") {
  for (const auto wanted : {on_failure::pause, on_failure::roll_back}) {
    run_world of{{adding("192.0.2.1"), adding("192.0.2.2")}};
    of.run.failure = wanted;
    of.settle();
    of.entry("192.0.2.1").state = address_state::quarantined;
    of.entry("192.0.2.1").reason = "blocked by gmail";
    of.entry("192.0.2.1").changed_at = of.now;
    of.settle();
    CHECK(of.run.reason == "192.0.2.1 is quarantined: blocked by gmail");
    CHECK(of.run.state ==
          (wanted == on_failure::pause ? run_state::paused : run_state::rolled_back));
    CHECK(of.has("192.0.2.1") == (wanted == on_failure::pause));
  }
}

TEST_CASE("run: an address that was taken out by hand pauses it", "[provisioning]") {
  run_world of{{adding("192.0.2.1")}};
  of.settle();
  of.target.addresses.clear();
  of.settle();
  CHECK(of.run.state == run_state::paused);
  CHECK(of.run.reason.find("taken out") != std::string::npos);
}

TEST_CASE("run: in a cluster a node moves its own addresses; any node rolls back",
          "[provisioning]") {
  auto other = adding("192.0.2.2");
  other.node = node_name{"n2"};
  run_world of{{adding("192.0.2.1"), other}};
  of.run.parallel = 2;
  of.alone = false;
  of.settle();
  CHECK(of.state(0) == step_state::canary);
  CHECK(of.state(1) == step_state::requested);
  of.self = node_name{"n2"};
  of.settle();
  CHECK(of.state(1) == step_state::canary);
  of.run.state = run_state::rolling_back;
  of.self = node_name{"n3"};
  of.settle();
  CHECK(of.run.state == run_state::rolled_back);
  CHECK(of.target.addresses.empty());
}

TEST_CASE("run: paused or over, nothing moves; what it waits for is said", "[provisioning]") {
  run_world of{{adding("192.0.2.1"), adding("192.0.2.2"), removing("192.0.2.9")}};
  of.settle();
  CHECK(waits_for(of.run, of.run.steps[0]) == "its first day of the plan");
  CHECK(waits_for(of.run, of.run.steps[1]) == "its turn has not come");
  CHECK(waits_for(of.run, of.run.steps[2]) == "a new IP has to outlive its first day");
  of.pass_days(1);
  CHECK(waits_for(of.run, of.run.steps[0]) == "day 3 of its plan, its gate");
  CHECK(waits_for(of.run, of.run.steps[2]).find("carry") != std::string::npos);
  for (const auto state : {run_state::paused, run_state::finished, run_state::rolled_back}) {
    of.run.state = state;
    CHECK_FALSE(of.next());
    CHECK(waits_for(of.run, of.run.steps[0]).empty() == is_over(state));
  }
}

TEST_CASE("quiet: an address is quiet since it last sent, over the change of days",
          "[provisioning]") {
  quiet_watch watch;
  const ip_address address{"192.0.2.1"};
  const wall_time start{seconds{1000}};
  CHECK_FALSE(watch.since(address));
  watch.note(address, 1, 10, start);
  watch.note(address, 1, 10, start + 1h);
  CHECK(watch.since(address) == start);
  watch.note(address, 2, 0, start + 2h);
  CHECK(watch.since(address) == start);
  watch.note(address, 2, 1, start + 3h);
  CHECK(watch.since(address) == start + 3h);
  watch.note(address, 3, 2, start + 4h);
  CHECK(watch.since(address) == start + 4h);
}

TEST_CASE("run: an inspection is worth nothing after a while, whichever way the clock was set",
          "[provisioning]") {
  for (const auto jump : {std::chrono::hours{1}, std::chrono::hours{-1}}) {
    run_world of{{adding("192.0.2.1")}};
    of.found = bad;
    of.settle();
    CHECK(of.inspected.size() == 1);
    of.now += jump;
    of.settle();
    CHECK(of.inspected.size() == 2);
  }
}
