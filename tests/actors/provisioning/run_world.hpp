// A run, the pool and the ledgers that it is about, and a hand that does what the rules say.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "actors/provisioning/provisioning_rules.hpp"

namespace warmfront::testing {

inline const std::vector<address_check> good{
    {"binding", check_verdict::passed, "it can be sent from"}};
inline const std::vector<address_check> bad{
    {"reverse_dns", check_verdict::failed, "it has no reverse name"}};

inline provisioning_step adding(const std::string& address) {
  provisioning_step step;
  step.address = ip_address{address};
  step.node = node_name{"n1"};
  step.plan = plan_name{"mine"};
  return step;
}
inline provisioning_step removing(const std::string& address) {
  auto step = adding(address);
  step.removes = true;
  return step;
}

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
  std::set<ip_address> busy;

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
    enter_ledger(address, plan, day);
  }
  void enter_ledger(const ip_address& address, const std::string& plan, std::uint32_t day) {
    if (plan.empty())
      return;
    ledger_report ledger;
    ledger.subject = ledger_subject{address.str()};
    ledger.plan = plan_name{plan};
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
    facts.busy = busy;
    return next_move(run, facts);
  }
  void perform(const inspect_address& effect) {
    inspected.push_back(effect.address);
    inspections[effect.address] = {found, now};
  }
  void perform(const put_pool_address& effect) {
    for (auto& each : target.addresses)
      if (each.address == effect.value.address) {
        const auto state = each.state; // who changes a pool does not release an address by it
        const auto reason = each.reason;
        each = effect.value;
        each.state = state;
        each.reason = reason;
        if (!ledgers.contains(each.address))
          enter_ledger(each.address, each.plan.str(), 1);
        return;
      }
    enter(effect.value.address, effect.value.plan.str(), 1);
    target.addresses.back() = effect.value;
  }
  void perform(const set_address_state& effect) {
    for (auto& each : target.addresses)
      if (each.address == effect.address) {
        each.state = effect.state;
        each.reason = effect.reason;
      }
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
      now += std::chrono::hours{24};
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

} // namespace warmfront::testing
