// How addresses leave a pool, and how runs are rolled back.
#include "tests/actors/provisioning/run_world.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using namespace std::chrono_literals;

TEST_CASE("replacement: the old address drains after the canary and leaves when it is not needed",
          "[provisioning]") {
  run_world of{{adding("192.0.2.1"), removing("192.0.2.9")}};
  of.settle();
  CHECK(of.state(1) == step_state::requested);
  of.pass_days(1);
  CHECK(of.state(1) == step_state::draining);
  CHECK(of.entry("192.0.2.9").state == address_state::draining);
  // As long as the new one is not at its gate, or the old one is needed, it stays.
  of.now += 24h;
  for (auto* each : {&of.ledger("192.0.2.1"), &of.ledger("192.0.2.9")}) {
    ++each->day;
    each->used = 5;
  }
  of.settle();
  CHECK(of.run.steps[0].gate_passed);
  of.settle();
  of.now += 23h;
  of.settle();
  CHECK(of.has("192.0.2.9"));
  of.ledger("192.0.2.9").used = 6;
  of.settle();
  of.now += 23h;
  of.settle();
  CHECK(of.has("192.0.2.9"));
  of.now += 1h;
  of.settle();
  CHECK(of.state(1) == step_state::retired);
  CHECK_FALSE(of.has("192.0.2.9"));
}

TEST_CASE("replacement: what has no ledger gets one, so that its use is seen", "[provisioning]") {
  run_world of{{removing("192.0.2.9")}};
  of.entry("192.0.2.9").plan = {};
  of.ledgers.clear();
  of.settle();
  CHECK(of.entry("192.0.2.9").plan.str() == "warm");
  CHECK(of.state(0) == step_state::draining);
  of.pass_days(1);
  CHECK(of.run.state == run_state::finished);
}

TEST_CASE("replacement: nothing leaves from a quarantined address: it need not be quiet",
          "[provisioning]") {
  run_world of{{removing("192.0.2.9")}};
  of.entry("192.0.2.9").state = address_state::quarantined;
  of.settle();
  CHECK(of.state(0) == step_state::retired);
  CHECK_FALSE(of.has("192.0.2.9"));
}

TEST_CASE("rollback: what was removed comes back first, then goes what was added",
          "[provisioning]") {
  run_world of{{adding("192.0.2.1"), removing("192.0.2.8"), removing("192.0.2.9")}, 2};
  of.settle();
  of.pass_days(1);
  of.quiet.note(ip_address{"192.0.2.9"}, 99, 1, of.now); // one of them is still needed
  of.ledger("192.0.2.9").used = 3;
  of.pass_days(1);
  of.ledger("192.0.2.9").used = 3;
  CHECK(of.state(1) == step_state::retired);
  of.run.state = run_state::rolling_back;
  of.run.reason = "by hand";
  std::vector<bool> had_both;
  for (auto move = of.next(); move; move = of.next()) {
    std::visit([&](const auto& effect) { of.perform(effect); }, move->effect);
    of.run = move->changed;
    if (!of.has("192.0.2.1"))
      had_both.push_back(of.has("192.0.2.8") && of.has("192.0.2.9"));
  }
  CHECK(of.run.state == run_state::rolled_back);
  CHECK(of.run.reason == "by hand");
  CHECK_FALSE(of.has("192.0.2.1"));
  CHECK(of.entry("192.0.2.8").state == address_state::active);
  CHECK(of.entry("192.0.2.9").state == address_state::active);
  CHECK(std::ranges::count(had_both, false) == 0);
}

TEST_CASE("rollback: also undoes what happened without the run's knowing", "[provisioning]") {
  run_world of{
      {adding("192.0.2.1"), adding("192.0.2.2"), removing("192.0.2.8"), removing("192.0.2.9")}};
  // The pools were told, and the node died before it wrote that down.
  of.run.steps[0].state = step_state::checking;
  of.enter(ip_address{"192.0.2.1"}, "mine", 1);
  of.entry("192.0.2.8").state = address_state::draining;
  of.entry("192.0.2.8").reason = "removed by provisioning 1";
  of.run.steps[3].state = step_state::draining;
  of.run.steps[3].leaves = true;
  of.perform(delete_pool_address{pool_name{"mine"}, ip_address{"192.0.2.9"}});
  of.run.state = run_state::rolling_back;
  of.settle();
  CHECK(of.run.state == run_state::rolled_back);
  CHECK_FALSE(of.has("192.0.2.1"));
  CHECK(of.entry("192.0.2.8").state == address_state::active);
  CHECK(of.has("192.0.2.9"));
}

TEST_CASE("rollback: goes on past what is refused, and ends when nothing is", "[provisioning]") {
  run_world of{{adding("192.0.2.1"), removing("192.0.2.9")}};
  of.settle();
  of.pass_days(1);
  of.perform(delete_pool_address{pool_name{"mine"}, ip_address{"192.0.2.9"}});
  of.run.steps[1].state = step_state::retired;
  of.run.steps[1].leaves = true;
  of.run.state = run_state::rolling_back;
  of.busy.insert(ip_address{"192.0.2.9"});
  of.settle();
  CHECK_FALSE(of.has("192.0.2.1"));
  CHECK(of.run.state == run_state::rolling_back);
  of.busy.clear();
  of.settle();
  CHECK(of.has("192.0.2.9"));
  CHECK(of.run.state == run_state::rolled_back);
}

TEST_CASE("rollback: an address comes back with its plan, its weight and its quarantine",
          "[provisioning]") {
  run_world of{{removing("192.0.2.9")}};
  of.run.steps[0].weight = 5;
  of.entry("192.0.2.9").weight = 5;
  of.ledger("192.0.2.9").plan = plan_name{"warm"}; // set by hand: the pool still names another
  of.settle();
  CHECK(of.run.steps[0].plan.str() == "warm");
  of.entry("192.0.2.9").state = address_state::quarantined;
  of.entry("192.0.2.9").reason = "blocked by gmail";
  of.settle();
  CHECK(of.state(0) == step_state::retired);
  of.run.state = run_state::rolling_back;
  of.settle();
  CHECK(of.run.state == run_state::rolled_back);
  CHECK(of.entry("192.0.2.9").plan.str() == "warm");
  CHECK(of.entry("192.0.2.9").weight == 5);
  CHECK(of.entry("192.0.2.9").state == address_state::quarantined);
  CHECK(of.entry("192.0.2.9").reason == "blocked by gmail");
}

TEST_CASE("rollback: a refusal on the way back is no quarantine", "[provisioning]") {
  run_world of{{removing("192.0.2.9")}};
  of.settle();
  of.pass_days(1);
  CHECK(of.state(0) == step_state::retired);
  of.run.state = run_state::rolling_back;
  of.run.steps[0].reason = "the control store does not answer";
  of.settle();
  CHECK(of.run.state == run_state::rolled_back);
  CHECK(of.entry("192.0.2.9").state == address_state::active);
}

TEST_CASE("rollback: a quarantined address never sends on its way back", "[provisioning]") {
  run_world of{{removing("192.0.2.9")}};
  of.entry("192.0.2.9").state = address_state::quarantined;
  of.settle();
  CHECK(of.state(0) == step_state::retired);
  of.run.state = run_state::rolling_back;
  for (auto move = of.next(); move; move = of.next()) {
    std::visit([&](const auto& effect) { of.perform(effect); }, move->effect);
    of.run = move->changed;
    CHECK((!of.has("192.0.2.9") || !may_send(of.entry("192.0.2.9").state)));
  }
  CHECK(of.run.state == run_state::rolled_back);
  CHECK(of.entry("192.0.2.9").reason == "by hand");
}

TEST_CASE("rollback: what the run took out comes back, also when it died before it wrote that down",
          "[provisioning]") {
  run_world of{{removing("192.0.2.9")}};
  of.settle();
  of.entry("192.0.2.9").state = address_state::quarantined;
  of.entry("192.0.2.9").reason = "blocked by gmail";
  for (auto move = of.next(); of.has("192.0.2.9"); move = of.next()) {
    REQUIRE(move);
    std::visit([&](const auto& effect) { of.perform(effect); }, move->effect);
    if (std::holds_alternative<std::monostate>(move->effect)) // else the node dies here
      of.run = move->changed;
  }
  CHECK(of.state(0) == step_state::draining);
  of.settle();
  CHECK(of.state(0) == step_state::retired);
  of.run.state = run_state::rolling_back;
  of.settle();
  CHECK(of.entry("192.0.2.9").state == address_state::quarantined);
  CHECK(of.entry("192.0.2.9").reason == "blocked by gmail");
}

TEST_CASE("rollback: what somebody took out by hand stays out", "[provisioning]") {
  run_world of{{removing("192.0.2.9")}};
  of.settle();
  of.target.addresses.clear();
  of.settle();
  CHECK(of.state(0) == step_state::retired);
  of.run.state = run_state::rolling_back;
  of.settle();
  CHECK(of.run.state == run_state::rolled_back);
  CHECK(of.target.addresses.empty());
}

TEST_CASE("replacement: an address that is released while it drains drains again",
          "[provisioning]") {
  run_world of{{removing("192.0.2.9")}};
  of.settle();
  of.entry("192.0.2.9").state = address_state::active;
  of.settle();
  CHECK(of.entry("192.0.2.9").state == address_state::draining);
}

TEST_CASE("replacement: by an address of another node the old one ends with weight 0",
          "[provisioning]") {
  auto fresh = adding("192.0.2.1");
  fresh.node = node_name{"n2"};
  run_world of{{fresh, removing("192.0.2.9")}, 2};
  of.alone = false;
  of.entry("192.0.2.9").node = node_name{"n1"};
  of.self = node_name{"n2"};
  of.settle();
  of.pass_days(1);
  CHECK(of.run.steps[0].gate_passed);
  of.self = node_name{"n1"};
  of.ledger("192.0.2.9").used = 7;
  of.settle();
  CHECK(of.state(1) == step_state::draining);
  CHECK(of.entry("192.0.2.9").weight == 0);
  of.run.state = run_state::rolling_back;
  of.settle();
  CHECK(of.entry("192.0.2.9").weight == 1);
  CHECK(of.entry("192.0.2.9").state == address_state::active);
}
