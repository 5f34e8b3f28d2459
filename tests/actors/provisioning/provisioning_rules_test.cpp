#include "actors/provisioning/provisioning_rules.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;
using namespace std::chrono_literals;

namespace {

const std::vector<address_check> good{{"binding", check_verdict::passed, "it can be sent from"}};
const std::vector<address_check> bad{
    {"reverse_dns", check_verdict::failed, "it has no reverse name"}};

provisioning_step adding(const std::string& address) {
  provisioning_step step;
  step.address = ip_address{address};
  step.node = node_name{"n1"};
  step.plan = plan_name{"mine"};
  return step;
}
provisioning_step removing(const std::string& address) {
  auto step = adding(address);
  step.removes = true;
  return step;
}

/// A run, the pool and ledgers that it is about, and a hand that does what the rules say.
struct run_world {
  provisioning run;
  pool target;
  std::map<ip_address, ledger_report> ledgers;
  std::map<ip_address, inspection_result> inspections;
  quiet_watch quiet;
  wall_time now{seconds{1'000'000'000}};
  node_name self{"n1"};
  bool alone = true;
  std::vector<address_check> found = good;
  std::vector<ip_address> inspected;

  explicit run_world(std::vector<provisioning_step> steps, std::uint32_t gate = 3) {
    run.id = "1";
    run.pool = target.name = pool_name{"mine"};
    run.gate_day = gate;
    run.steps = std::move(steps);
    for (const auto& each : run.steps)
      if (each.removes)
        enter(each.address, "mine", 9);
  }
  void enter(const ip_address& address, const std::string& plan, std::uint32_t day) {
    pool_address entry;
    entry.address = address;
    entry.plan = plan_name{plan};
    target.addresses.push_back(entry);
    if (plan.empty())
      return;
    ledger_report ledger;
    ledger.subject = ledger_subject{address.str()};
    ledger.plan = entry.plan;
    ledger.day = day;
    ledgers[address] = ledger;
  }
  std::optional<provisioning_move> next() const {
    provisioning_facts facts;
    facts.self = self;
    facts.alone = alone;
    facts.now = now;
    facts.target = &target;
    facts.ledgers = ledgers;
    facts.plan_days = {{plan_name{"mine"}, 5}, {plan_name{"warm"}, 0}};
    facts.inspections = &inspections;
    facts.quiet = &quiet;
    return next_move(run, facts);
  }
  void perform(const inspect_address& effect) {
    inspected.push_back(effect.address);
    inspections[effect.address] = {found, now};
  }
  void perform(const put_pool_address& effect) {
    std::erase_if(target.addresses,
                  [&](const auto& each) { return each.address == effect.value.address; });
    enter(effect.value.address, effect.value.plan.str(), 1);
  }
  void perform(const set_address_state& effect) {
    for (auto& each : target.addresses)
      if (each.address == effect.address)
        each.state = effect.state;
  }
  void perform(const delete_pool_address& effect) {
    std::erase_if(target.addresses,
                  [&](const auto& each) { return each.address == effect.address; });
  }
  void perform(const std::monostate&) {}
  /// Does all that there is to do now.
  void settle() {
    for (int i = 0; i < 200; ++i) {
      for (const auto& step : run.steps)
        if (const auto ledger = ledgers.find(step.address); ledger != ledgers.end())
          quiet.note(step.address, ledger->second.day, ledger->second.used, now);
      const auto move = next();
      if (!move)
        return;
      std::visit([this](const auto& effect) { perform(effect); }, move->effect);
      run = move->changed;
    }
    FAIL("the rules do not come to rest");
  }
  void pass_days(std::uint32_t days) {
    for (std::uint32_t i = 0; i < days; ++i) {
      now += 24h;
      for (auto& [address, ledger] : ledgers) {
        ++ledger.day;
        ledger.used = 0;
      }
      settle();
    }
  }
  step_state state(std::size_t at) const { return run.steps[at].state; }
  bool has(const std::string& address) const {
    return std::ranges::any_of(target.addresses,
                               [&](const auto& each) { return each.address.str() == address; });
  }
  pool_address& entry(const std::string& address) {
    for (auto& each : target.addresses)
      if (each.address.str() == address)
        return each;
    FAIL("not in the pool: " << address);
    return target.addresses.front();
  }
  ledger_report& ledger(const std::string& address) { return ledgers[ip_address{address}]; }
};

} // namespace

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
