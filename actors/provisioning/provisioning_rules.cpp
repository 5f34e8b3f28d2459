#include "actors/provisioning/provisioning_rules.hpp"

#include <algorithm>

#include "actors/provisioning/address_inspection.hpp"

namespace warmfront {

void quiet_watch::note(const ip_address& address, std::uint32_t day, std::uint64_t used,
                       wall_time now) {
  const auto [found, added] = seen_.try_emplace(address, look{day, used, now});
  auto& last = found->second;
  const bool sent = last.day == day ? last.used != used : used > 0;
  if (!added && sent)
    last.since = now;
  last.day = day;
  last.used = used;
}

std::optional<wall_time> quiet_watch::since(const ip_address& address) const {
  const auto found = seen_.find(address);
  return found == seen_.end() ? std::nullopt : std::optional{found->second.since};
}

namespace {

using maybe_move = std::optional<provisioning_move>;

const pool_address* find_in(const pool* of, const ip_address& address) {
  if (of == nullptr)
    return nullptr;
  const auto found = std::ranges::find(of->addresses, address, &pool_address::address);
  return found == of->addresses.end() ? nullptr : &*found;
}

bool is_added(const provisioning_step& step) {
  return !step.removes;
}

bool is_before_its_gate(const provisioning_step& step) {
  return is_added(step) && !step.gate_passed &&
         (step.state == step_state::checking || step.state == step_state::canary ||
          step.state == step_state::warming);
}

/// One look at one run.
class look {
public:
  look(const provisioning& run, const provisioning_facts& facts) : run_{run}, facts_{facts} {}

  maybe_move next() const {
    if (is_over(run_.state) || run_.state == run_state::paused)
      return std::nullopt;
    if (run_.state == run_state::rolling_back)
      return roll_back();
    if (auto failed = failure())
      return failed;
    for (std::size_t at = 0; at < run_.steps.size(); ++at)
      if (is_mine(run_.steps[at]) && !facts_.busy.contains(run_.steps[at].address))
        if (auto move = go_on(at))
          return move;
    const bool is_done = std::ranges::all_of(run_.steps, [](const provisioning_step& each) {
      return each.state == step_state::active || each.state == step_state::retired;
    });
    return is_done ? ended(run_state::finished, {}) : std::nullopt;
  }

private:
  bool is_mine(const provisioning_step& step) const {
    return facts_.alone || step.node == facts_.self;
  }
  maybe_move ended(run_state state, std::string reason) const {
    auto changed = run_;
    changed.state = state;
    changed.reason = std::move(reason);
    changed.changed_at = facts_.now;
    return provisioning_move{std::move(changed), {}};
  }
  /// The step in another state.
  maybe_move moved(std::size_t at, step_state state, provisioning_effect effect = {}) const {
    auto changed = run_;
    auto& step = changed.steps[at];
    step.state = state;
    step.since = facts_.now;
    step.reason.clear();
    if (state == step_state::active)
      step.gate_passed = true;
    return provisioning_move{std::move(changed), std::move(effect)};
  }
  const ledger_report* ledger_of(const provisioning_step& step) const {
    const auto found = facts_.ledgers.find(step.address);
    return found == facts_.ledgers.end() ? nullptr : &found->second;
  }
  /// Days of the plan that an address follows; 0: it has no limits.
  std::uint32_t days_of(const ledger_report& ledger) const {
    const auto found = facts_.plan_days.find(ledger.plan);
    return found == facts_.plan_days.end() ? 0 : found->second;
  }

  // ---- what speaks against an address ----
  maybe_move failure() const {
    for (const auto& step : run_.steps) {
      if (!is_mine(step) || !is_added(step) ||
          (step.state != step_state::canary && step.state != step_state::warming))
        continue;
      if (auto why = fault_of(step); !why.empty())
        return ended(run_.failure == on_failure::pause ? run_state::paused
                                                       : run_state::rolling_back,
                     std::move(why));
    }
    return std::nullopt;
  }
  std::string fault_of(const provisioning_step& step) const {
    const auto* const entry = find_in(facts_.target, step.address);
    const auto& name = step.address.str();
    if (entry == nullptr)
      return name + " was taken out of the pool " + run_.pool.str() +
             ": put it back and resume, or roll back";
    if (entry->state == address_state::quarantined)
      return name + " is quarantined: " + entry->reason;
    const auto* const ledger = ledger_of(step);
    if (ledger == nullptr)
      return {};
    for (const auto& move : ledger->moves)
      if (move.at >= step.judged_from &&
          (move.cause == move_cause::lowered || move.cause == move_cause::blocked ||
           move.cause == move_cause::weakened))
        return "the ledger of " + name + " was " + std::string{to_string(move.cause)} + " on day " +
               std::to_string(move.from) + ": of " + std::to_string(move.quality.outcomes) +
               " outcomes " + std::to_string(move.quality.delivered) + " delivered, " +
               std::to_string(move.quality.invalid) + " invalid, " +
               std::to_string(move.quality.spam) + " refused as spam, " +
               std::to_string(move.quality.complaints) + " complaints";
    return {};
  }

  // ---- forward ----
  maybe_move go_on(std::size_t at) const {
    const auto& step = run_.steps[at];
    switch (step.state) {
    case step_state::requested:
      return step.removes ? begin_draining(at) : begin(at);
    case step_state::checking:
      return check(at);
    case step_state::canary:
    case step_state::warming:
      return warm(at);
    case step_state::draining:
      return retire(at);
    default:
      return std::nullopt;
    }
  }
  maybe_move begin(std::size_t at) const {
    const auto under_way = std::ranges::count_if(run_.steps, is_before_its_gate);
    const bool is_first =
        std::none_of(run_.steps.begin(), run_.steps.begin() + static_cast<std::ptrdiff_t>(at),
                     [](const provisioning_step& each) {
                       return is_added(each) && each.state == step_state::requested;
                     });
    return is_first && under_way < run_.parallel ? moved(at, step_state::checking) : std::nullopt;
  }
  maybe_move check(std::size_t at) const {
    const auto& step = run_.steps[at];
    const auto found = facts_.inspections->find(step.address);
    // The clock may have been set either way.
    const bool is_known = found != facts_.inspections->end() &&
                          std::chrono::abs(facts_.now - found->second.at) < facts_.inspect_after;
    if (is_known && all_passed(found->second.checks, run_.waived))
      return enter(at, found->second.checks);
    if (!is_known)
      return provisioning_move{run_, inspect_address{step.address}};
    if (step.checks == found->second.checks)
      return std::nullopt;
    auto changed = run_;
    changed.steps[at].checks = found->second.checks;
    changed.steps[at].reason = shortcomings(found->second.checks, run_.waived);
    return provisioning_move{std::move(changed), {}};
  }
  maybe_move enter(std::size_t at, const std::vector<address_check>& checks) const {
    const auto& step = run_.steps[at];
    pool_address entry;
    entry.address = step.address;
    entry.node = step.node;
    entry.weight = step.weight;
    entry.plan = step.plan;
    auto move = moved(at, step_state::canary, put_pool_address{run_.pool, std::move(entry)});
    move->changed.steps[at].checks = checks;
    move->changed.steps[at].judged_from = facts_.now;
    return move;
  }
  maybe_move warm(std::size_t at) const {
    const auto& step = run_.steps[at];
    const auto* const entry = find_in(facts_.target, step.address);
    const auto* const ledger = ledger_of(step);
    if (ledger == nullptr)
      return entry != nullptr && entry->plan.empty() ? moved(at, step_state::active) : std::nullopt;
    const auto days = days_of(*ledger);
    const bool is_healthy = entry != nullptr && may_send(entry->state) &&
                            ledger->state != ledger_state::paused &&
                            ledger->state != ledger_state::blocked && ledger->held_days == 0;
    if (is_healthy && ledger->day >= days)
      return moved(at, step_state::active);
    if (step.first_day == 0) {
      auto changed = run_;
      changed.steps[at].first_day = ledger->day;
      return provisioning_move{std::move(changed), {}};
    }
    if (step.state == step_state::canary)
      return ledger->day > step.first_day ? moved(at, step_state::warming) : std::nullopt;
    if (step.gate_passed || run_.gate_day == 0 || !is_healthy || ledger->day < run_.gate_day)
      return std::nullopt;
    auto changed = run_;
    changed.steps[at].gate_passed = true;
    return provisioning_move{std::move(changed), {}};
  }

  // ---- out of the pool ----
  /// Something to be done that is no news of the run.
  maybe_move act(provisioning_effect effect) const {
    return provisioning_move{run_, std::move(effect)};
  }
  std::string drain_reason() const { return "removed by provisioning " + run_.id; }
  set_address_state draining(const provisioning_step& step) const {
    return {step.address, address_state::draining, drain_reason(), run_.pool};
  }
  maybe_move begin_draining(std::size_t at) const {
    const bool may_begin =
        std::ranges::none_of(run_.steps, is_added) ||
        std::ranges::any_of(run_.steps, [](const provisioning_step& each) {
          return each.state == step_state::warming || each.state == step_state::active;
        });
    const auto& step = run_.steps[at];
    const auto* const entry = find_in(facts_.target, step.address);
    if (entry == nullptr) // somebody took it out
      return moved(at, step_state::retired);
    if (!may_begin)
      return std::nullopt;
    const auto* const ledger = ledger_of(step);
    if (ledger == nullptr) { // what it sends has to be counted to see when it is quiet
      auto counted = *entry;
      counted.plan = plan_name{"warm"};
      return act(put_pool_address{run_.pool, std::move(counted)});
    }
    auto move = moved(at, step_state::draining);
    if (entry->state != address_state::quarantined)
      move->effect = draining(step);
    // The plan in force may be another one than the pool names; it comes back with the address.
    move->changed.steps[at].plan = ledger->plan;
    return move;
  }
  maybe_move retire(std::size_t at) const {
    const auto& step = run_.steps[at];
    const auto* const entry = find_in(facts_.target, step.address);
    if (entry == nullptr)
      return moved(at, step_state::retired);
    if (entry->state == address_state::active) // released meanwhile
      return act(draining(step));
    if (!std::ranges::all_of(run_.steps, [](const provisioning_step& each) {
          return !is_added(each) || each.gate_passed;
        }))
      return std::nullopt;
    if (may_send(entry->state) && entry->weight > 0 && is_needed_elsewhere_only(*entry)) {
      auto without = *entry;
      without.weight = 0;
      return act(put_pool_address{run_.pool, std::move(without)});
    }
    const auto since = facts_.quiet->since(step.address);
    if (may_send(entry->state) && (!since || facts_.now - *since < facts_.day))
      return std::nullopt;
    const auto quarantine = quarantine_of(*entry);
    if (step.leaves && step.quarantine == quarantine)
      return moved(at, step_state::retired, delete_pool_address{run_.pool, step.address});
    auto changed = run_;
    changed.steps[at].leaves = true;
    changed.steps[at].quarantine = quarantine;
    return provisioning_move{std::move(changed), {}};
  }
  static std::string quarantine_of(const pool_address& entry) {
    if (entry.state != address_state::quarantined)
      return {};
    return entry.reason.empty() ? "by hand" : entry.reason;
  }
  /// In a cluster a node sends its mail from its own addresses: where those that take over are on
  /// other nodes, it hands the mail over once it has none that may send.
  bool is_needed_elsewhere_only(const pool_address& leaving) const {
    const auto may_take_over = [&](const pool_address& each) {
      return each.address != leaving.address && each.weight > 0 &&
             each.state == address_state::active;
    };
    const auto& all = facts_.target->addresses;
    return !facts_.alone && std::ranges::any_of(all, may_take_over) &&
           std::ranges::none_of(all, [&](const pool_address& each) {
             return may_take_over(each) && each.node == leaving.node;
           });
  }

  // ---- back ----
  maybe_move roll_back() const {
    bool is_refused = false;
    for (const bool removes : {true, false})
      for (std::size_t at = 0; at < run_.steps.size(); ++at) {
        const auto& step = run_.steps[at];
        if (step.removes != removes)
          continue;
        auto undo = removes ? bring_back(step) : take_out(step);
        const bool is_undone = std::holds_alternative<std::monostate>(undo);
        if (is_undone && step.state == step_state::rolled_back)
          continue;
        if (!is_undone && facts_.busy.contains(step.address)) {
          is_refused = true;
          continue;
        }
        return is_undone ? moved(at, step_state::rolled_back) : act(std::move(undo));
      }
    return is_refused ? std::nullopt : ended(run_state::rolled_back, run_.reason);
  }
  /// Also of one that is only checked: it may be in the pool without the run's knowing.
  provisioning_effect take_out(const provisioning_step& step) const {
    if (find_in(facts_.target, step.address) == nullptr || step.state == step_state::requested)
      return {};
    return delete_pool_address{run_.pool, step.address};
  }
  provisioning_effect bring_back(const provisioning_step& step) const {
    if (facts_.target == nullptr)
      return {};
    const auto* const entry = find_in(facts_.target, step.address);
    if (entry == nullptr) {
      if (!step.leaves)
        return {};
      pool_address back;
      back.address = step.address;
      back.node = step.node;
      back.weight = step.weight;
      back.plan = step.plan;
      if (!step.quarantine.empty()) {
        back.state = address_state::quarantined;
        back.reason = step.quarantine;
        back.changed_at = facts_.now;
      }
      return put_pool_address{run_.pool, std::move(back)};
    }
    const bool is_ours = entry->state == address_state::draining && entry->reason == drain_reason();
    if (is_ours && entry->weight != step.weight) {
      auto back = *entry;
      back.weight = step.weight;
      return put_pool_address{run_.pool, std::move(back)};
    }
    if (is_ours)
      return set_address_state{step.address, address_state::active, {}, run_.pool};
    return {};
  }

  const provisioning& run_;
  const provisioning_facts& facts_;
};

} // namespace

std::optional<provisioning_move> next_move(const provisioning& run,
                                           const provisioning_facts& facts) {
  return look{run, facts}.next();
}

std::string waits_for(const provisioning& run, const provisioning_step& step) {
  if (is_over(run.state))
    return {};
  if (run.state == run_state::paused)
    return "the run is paused";
  switch (step.state) {
  case step_state::requested: {
    if (step.removes)
      return "a new IP has to outlive its first day";
    const auto first = std::ranges::find_if(run.steps, [](const provisioning_step& each) {
      return is_added(each) && each.state == step_state::requested;
    });
    const bool has_room = std::ranges::count_if(run.steps, is_before_its_gate) < run.parallel;
    return has_room && first != run.steps.end() && first->address == step.address
               ? "node " + step.node.str() + " has to begin with it"
               : "its turn has not come";
  }
  case step_state::checking:
    return step.reason.empty() ? "it is being checked" : step.reason;
  case step_state::canary:
    return "its first day of the plan";
  case step_state::warming:
    return step.gate_passed || run.gate_day == 0
               ? "the last day of its plan"
               : "day " + std::to_string(run.gate_day) + " of its plan, its gate";
  case step_state::draining:
    return "the other IPs have to carry its mail for a whole day";
  default:
    return {};
  }
}

} // namespace warmfront
