#include "actors/provisioning/provisioning_actor_host.hpp"

#include <algorithm>

#include "actors/messages/run_later.hpp"

namespace warmfront {

namespace {

/// A part of a plan day, so that trials with short days are not waited for.
std::chrono::milliseconds part_of(microseconds day, int parts, std::chrono::milliseconds most) {
  return std::clamp(std::chrono::floor<std::chrono::milliseconds>(day / parts),
                    std::chrono::milliseconds{100}, most);
}

std::chrono::milliseconds look_every(microseconds day) {
  return part_of(day, 100, std::chrono::seconds{30});
}

std::chrono::milliseconds inspect_after(microseconds day) {
  return part_of(day, 20, std::chrono::minutes{5});
}

} // namespace

provisioning_host::provisioning_host(self_pointer self, provisioning_config config,
                                     provisioning_ports ports)
    : self_{self}, config_{std::move(config)}, ports_{std::move(ports)}, run_{run_later(self)},
      mirror_{*ports_.control,
              std::string{provisioning_prefix},
              {[this](const auto& all) { seen(book_.load(all)); },
               [this](const auto& event) { seen(book_.apply(event)); }},
              run_},
      inspector_{ports_.look_up, run_} {}

void provisioning_host::start() {
  mirror_.start();
  recheck_later();
}

void provisioning_host::when_loaded(std::function<void()> work) {
  if (mirror_.is_loaded())
    return work();
  waiting_for_load_.push_back(std::move(work));
}

void provisioning_host::seen(const result<void>& outcome) {
  if (!outcome)
    ports_.log->write(log_level::error, "provisioning_record_unreadable",
                      {{"what", std::string_view{outcome.error().what}}});
  look_again_ = true;
}

void provisioning_host::flush() {
  if (!mirror_.is_loaded())
    return;
  for (const auto& work : std::exchange(waiting_for_load_, {}))
    work();
  if (look_again_ && !looking_)
    look();
}

// ---- commands -----------------------------------------------------------------------------

void provisioning_host::begin(const start_provisioning& m, run_promise promise) {
  look_around(
      {.then = [this, m,
                promise](const look_around_task& all) { begin_among(all.found, m, promise); },
       .otherwise =
           [promise](const error& why) mutable { promise.deliver(answer<provisioning>{why}); }});
}

void provisioning_host::begin_among(const surroundings& around, const start_provisioning& m,
                                    run_promise promise) {
  const auto id = std::make_shared<std::string>();
  mirror_.change(
      [this, m, around, id] {
        const auto now = ports_.time->wall_now();
        *id = provisioning_id(now);
        return book_.build(m, *id, {&around.pools, &around.plans, config_.self, now});
      },
      [this, id, promise](const result<void>& outcome) mutable {
        const auto* const begun = outcome ? book_.find(*id) : nullptr;
        if (begun != nullptr)
          promise.deliver(answer<provisioning>{*begun});
        else
          promise.deliver(answer<provisioning>{
              outcome ? error{errc::conflict, "another provisioning began at the same time",
                              "try again"}
                      : outcome.error()});
      });
}

void provisioning_host::act(const act_on_provisioning& m, run_promise promise) {
  mirror_.change(
      [this, m] { return book_.build(m, ports_.time->wall_now()); },
      [this, m, promise](const result<void>& outcome) mutable {
        const auto* const changed = book_.find(m.id);
        if (outcome && changed != nullptr)
          promise.deliver(answer<provisioning>{*changed});
        else
          promise.deliver(answer<provisioning>{
              outcome ? error{errc::not_found, "the provisioning is gone", {}} : outcome.error()});
      });
}

namespace {

std::deque<ip_address> with_ledgers(const std::vector<provisioning>& runs) {
  std::deque<ip_address> addresses;
  for (const auto& run : runs)
    for (const auto& step : run.steps)
      if (step.removes || step.state == step_state::canary || step.state == step_state::warming)
        addresses.push_back(step.address);
  return addresses;
}

} // namespace

// ---- runs ---------------------------------------------------------------------------------

void provisioning_host::look() {
  look_again_ = false;
  auto runs = book_.under_way();
  forget_what_is_over(runs);
  auto undone = rolled_back_meanwhile();
  if (runs.empty() && undone.empty())
    return;
  looking_ = true;
  auto addresses = with_ledgers(runs);
  look_around({.runs = std::move(runs),
               .undone = std::move(undone),
               .ledgers_of = std::move(addresses),
               .then = [this](const look_around_task& found) { look_at_runs(found); },
               .otherwise =
                   [this](const error& why) {
                     ports_.log->write(log_level::warn, "provisioning_waits",
                                       {{"what", std::string_view{why.what}}});
                     looked(false);
                   }});
}

void provisioning_host::looked(bool again) {
  looking_ = false;
  if (again || look_again_)
    look();
  else
    look_later();
}

void provisioning_host::look_later() {
  if (std::exchange(armed_, true))
    return;
  run_(look_every(config_.day), [this] {
    armed_ = false;
    refused_.clear();
    acts_.clear();
    if (!looking_)
      look();
  });
}

/// What was remembered of an address is of the run that it was in.
void provisioning_host::forget_what_is_over(const std::vector<provisioning>& runs) {
  std::set<ip_address> checked;
  std::set<ip_address> draining;
  for (const auto& run : runs)
    for (const auto& step : run.steps) {
      if (step.state == step_state::checking)
        checked.insert(step.address);
      if (step.state == step_state::draining)
        draining.insert(step.address);
    }
  std::erase_if(inspections_, [&](const auto& each) { return !checked.contains(each.first); });
  quiet_.keep_only(draining);
}

void provisioning_host::look_at_runs(const look_around_task& found) {
  auto facts = facts_of(found.found);
  watch_what_drains(found.runs, facts);
  const auto set_target = [&](const provisioning& run) {
    const auto target = std::ranges::find(found.found.pools, run.pool, &pool::name);
    facts.target = target == found.found.pools.end() ? nullptr : &*target;
  };
  for (const auto& run : found.runs) {
    set_target(run);
    while (const auto move = next_move(run, facts)) {
      const auto* const asked = std::get_if<inspect_address>(&move->effect);
      if (asked == nullptr)
        return perform(run, *move);
      inspect(run, asked->address); // answers later: others need not wait for it
      facts.busy.insert(asked->address);
    }
  }
  for (const auto& run : found.undone) {
    set_target(run);
    const auto move = next_move(run, facts);
    if (move && !std::holds_alternative<std::monostate>(move->effect))
      return perform(run, *move);
    if (move)
      moved_.erase(run.id);
  }
  looked(false);
}

/// Another node may roll a run back while this one tells the pools of it: what it told is undone as
/// well, for it alone knows when they had heard it.
std::vector<provisioning> provisioning_host::rolled_back_meanwhile() {
  std::vector<provisioning> undone;
  std::erase_if(moved_, [&](const std::string& id) {
    const auto* const run = book_.find(id);
    if (run != nullptr && run->state == run_state::rolled_back) {
      undone.push_back(*run);
      undone.back().state = run_state::rolling_back;
    }
    return run == nullptr || run->state == run_state::finished;
  });
  return undone;
}

provisioning_facts provisioning_host::facts_of(const surroundings& around) const {
  provisioning_facts facts;
  facts.self = config_.self;
  facts.alone = config_.alone;
  facts.now = ports_.time->wall_now();
  facts.day = config_.day;
  facts.inspect_after = inspect_after(config_.day);
  for (const auto& each : around.ledgers) // the whole ledger's report is the first of a subject
    facts.ledgers.try_emplace(ip_address{each.subject.str()}, each);
  for (const auto& each : around.plans)
    facts.plan_days.emplace(each.name, static_cast<std::uint32_t>(each.days.size()));
  facts.inspections = &inspections_;
  facts.quiet = &quiet_;
  facts.busy = inspecting_;
  facts.busy.insert(refused_.begin(), refused_.end());
  return facts;
}

void provisioning_host::watch_what_drains(const std::vector<provisioning>& runs,
                                          const provisioning_facts& facts) {
  for (const auto& run : runs)
    for (const auto& step : run.steps) {
      const auto ledger = facts.ledgers.find(step.address);
      if (step.state == step_state::draining && ledger != facts.ledgers.end())
        quiet_.note(step.address, ledger->second.day, ledger->second.used, facts.now);
    }
}

void provisioning_host::perform(const provisioning& before, const provisioning_move& move) {
  if (!std::holds_alternative<std::monostate>(move.effect))
    moved_.insert(before.id);
  std::visit(
      [&](const auto& effect) {
        using type = std::decay_t<decltype(effect)>;
        if constexpr (std::is_same_v<type, std::monostate>)
          store(before, move.changed);
        else if constexpr (!std::is_same_v<type, inspect_address>)
          tell_pools(effect, before, move.changed);
      },
      move.effect);
}

void provisioning_host::inspect(const provisioning& run, const ip_address& address) {
  inspecting_.insert(address);
  ports_.log->write(
      log_level::info, "address_inspected",
      {{"address", std::string_view{address.str()}}, {"provisioning", std::string_view{run.id}}});
  inspector_.inspect({address, config_.helo, config_.dns_lists}, ports_.can_bind(address.str()),
                     [this, address](std::vector<address_check> checks) {
                       inspecting_.erase(address);
                       inspections_[address] = {std::move(checks), ports_.time->wall_now()};
                       look_again_ = true; // `flush` looks, when nothing else does
                     });
}

namespace {

const ip_address& address_in(const put_pool_address& command) {
  return command.value.address;
}
template <class Command>
const ip_address& address_in(const Command& command) {
  return command.address;
}

} // namespace

template <class Command>
void provisioning_host::tell_pools(const Command& command, const provisioning& before,
                                   const provisioning& changed) {
  self_->request(ports_.ip_pool, answer_within, command)
      .then(
          [this, before, changed, command](const answer<done>& told) {
            // What is to go and is gone already is as it should be.
            const bool is_gone = std::is_same_v<Command, delete_pool_address> && !told.value &&
                                 told.value.error().code == errc::not_found;
            if (told.value || is_gone)
              told_pools(command, before, changed);
            else
              note_refusal(before, address_in(command), told.value.error());
          },
          [this, before, command](const caf::error&) {
            note_refusal(before, address_in(command), no_answer("ip_pool"));
          });
}

void provisioning_host::told_pools(const provisioning_effect& effect, const provisioning& before,
                                   const provisioning& changed) {
  constexpr int acts_max = 5;
  if (before != changed)
    return store(before, changed);
  // It is looked at again at once, unless that leads nowhere.
  std::visit(
      [this](const auto& command) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(command)>, std::monostate>)
          if (++acts_[address_in(command)] >= acts_max)
            refused_.insert(address_in(command));
      },
      effect);
  looked(true);
}

/// The step says why it does not go on. It is left alone until the next look; others go on.
void provisioning_host::note_refusal(const provisioning& before, const ip_address& address,
                                     const error& why) {
  refused_.insert(address);
  auto changed = before;
  for (auto& step : changed.steps)
    if (step.address == address)
      step.reason = to_string(why);
  if (changed == before)
    return looked(true);
  store(before, changed);
}

void provisioning_host::store(const provisioning& before, const provisioning& changed) {
  mirror_.change([this, before, changed] { return book_.replace(before, changed); },
                 [this, before, changed](const result<void>& outcome) {
                   const auto* const now = book_.find(before.id);
                   if (outcome && now != nullptr && *now == changed)
                     log_change(before, changed);
                   looked(outcome.has_value());
                 });
}

void provisioning_host::log_change(const provisioning& before, const provisioning& changed) {
  for (std::size_t at = 0; at < changed.steps.size(); ++at) {
    const auto& step = changed.steps[at];
    const auto& last = before.steps[at];
    if (step.state != last.state || step.gate_passed != last.gate_passed ||
        step.reason != last.reason)
      ports_.log->write(log_level::info, "provisioning_step",
                        {{"provisioning", std::string_view{changed.id}},
                         {"address", std::string_view{step.address.str()}},
                         {"from", to_string(last.state)},
                         {"to", to_string(step.state)},
                         {"gate_passed", std::string_view{step.gate_passed ? "yes" : "no"}},
                         {"reason", std::string_view{step.reason}}});
  }
  if (before.state != changed.state)
    ports_.log->write(log_level::info, "provisioning_changed",
                      {{"provisioning", std::string_view{changed.id}},
                       {"from", to_string(before.state)},
                       {"to", to_string(changed.state)},
                       {"reason", std::string_view{changed.reason}}});
}

} // namespace warmfront
