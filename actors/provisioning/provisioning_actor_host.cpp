#include "actors/provisioning/provisioning_actor_host.hpp"

#include <algorithm>

#include "actors/messages/run_later.hpp"

namespace warmfront {

namespace {

/// Generous: the control store may be slow, and what is missed is tried again.
constexpr std::chrono::seconds answer_within{10};

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

error no_answer(const char* who) {
  return {errc::timed_out, std::string{who} + " did not answer in time", "try again"};
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
      {{},
       {},
       [this, m, promise](const surroundings& around) mutable {
         const auto kept = std::make_shared<surroundings>(around);
         const auto id = std::make_shared<std::string>();
         mirror_.change(
             [this, m, kept, id] {
               const auto now = ports_.time->wall_now();
               *id = provisioning_id(now);
               return book_.build(m, *id, {&kept->pools, &kept->plans, config_.self, now});
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
       },
       [promise](const error& why) mutable { promise.deliver(answer<provisioning>{why}); }});
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

void provisioning_host::look_around(look_around_task what) {
  const auto all = std::make_shared<look_around_task>(std::move(what));
  self_->request(ports_.ip_pool, answer_within, list_pools{})
      .then(
          [this, all](const answer<std::vector<pool>>& pools) {
            if (!pools.value)
              return all->otherwise(pools.value.error());
            all->found.pools = pools.value.value();
            ask_for_plans(all);
          },
          [all](const caf::error&) { all->otherwise(no_answer("ip_pool")); });
}

void provisioning_host::ask_for_plans(std::shared_ptr<look_around_task> what) {
  self_->request(ports_.warmup, answer_within, list_plans{})
      .then(
          [this, what](const answer<std::vector<plan>>& plans) {
            if (!plans.value)
              return what->otherwise(plans.value.error());
            what->found.plans = plans.value.value();
            ask_for_ledgers(what);
          },
          [what](const caf::error&) { what->otherwise(no_answer("warmup")); });
}

void provisioning_host::ask_for_ledgers(std::shared_ptr<look_around_task> what) {
  if (what->ledgers_of.empty())
    return what->then(what->found);
  const list_ledgers question{ledger_subject{what->ledgers_of.front().str()}};
  what->ledgers_of.pop_front();
  self_->request(ports_.warmup, answer_within, question)
      .then(
          [this, what](const answer<std::vector<ledger_report>>& ledgers) {
            if (ledgers.value)
              what->found.ledgers.insert(what->found.ledgers.end(), ledgers.value.value().begin(),
                                         ledgers.value.value().end());
            else if (ledgers.value.error().code != errc::not_found)
              return what->otherwise(ledgers.value.error());
            ask_for_ledgers(what);
          },
          [what](const caf::error&) { what->otherwise(no_answer("warmup")); });
}

std::deque<ip_address> provisioning_host::addresses_under_way() const {
  std::deque<ip_address> addresses;
  for (const auto& run : book_.under_way())
    for (const auto& step : run.steps)
      if (step.removes || step.state == step_state::canary || step.state == step_state::warming)
        addresses.push_back(step.address);
  return addresses;
}

// ---- runs ---------------------------------------------------------------------------------

void provisioning_host::look() {
  look_again_ = false;
  if (book_.under_way().empty())
    return;
  looking_ = true;
  look_around({{},
               addresses_under_way(),
               [this](const surroundings& around) { look_at_runs(around); },
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
    if (!looking_)
      look();
  });
}

void provisioning_host::look_at_runs(const surroundings& around) {
  watch_what_drains(around);
  for (const auto& run : book_.under_way())
    if (const auto move = next_move(run, facts_for(run, around)))
      return perform(run, *move);
  looked(false);
}

provisioning_facts provisioning_host::facts_for(const provisioning& run,
                                                const surroundings& around) const {
  provisioning_facts facts;
  facts.self = config_.self;
  facts.alone = config_.alone;
  facts.now = ports_.time->wall_now();
  facts.day = config_.day;
  facts.inspect_after = inspect_after(config_.day);
  const auto target = std::ranges::find(around.pools, run.pool, &pool::name);
  facts.target = target == around.pools.end() ? nullptr : &*target;
  for (const auto& each : around.ledgers)
    if (each.provider == every_other_provider.str())
      facts.ledgers.insert_or_assign(ip_address{each.subject.str()}, each);
  for (const auto& each : around.plans)
    facts.plan_days.emplace(each.name, static_cast<std::uint32_t>(each.days.size()));
  facts.inspections = &inspections_;
  facts.quiet = &quiet_;
  return facts;
}

void provisioning_host::watch_what_drains(const surroundings& around) {
  const auto now = ports_.time->wall_now();
  for (const auto& run : book_.under_way())
    for (const auto& step : run.steps) {
      if (step.state != step_state::draining)
        continue;
      for (const auto& each : around.ledgers)
        if (each.subject.str() == step.address.str() && each.provider == every_other_provider.str())
          quiet_.note(step.address, each.day, each.used, now);
    }
}

void provisioning_host::perform(const provisioning& before, const provisioning_move& move) {
  const auto& changed = move.changed;
  std::visit(
      [&](const auto& effect) {
        using type = std::decay_t<decltype(effect)>;
        if constexpr (std::is_same_v<type, std::monostate>)
          store(before, changed);
        else if constexpr (std::is_same_v<type, inspect_address>)
          inspect(before, effect.address);
        else
          tell_pools(effect, before, changed);
      },
      move.effect);
}

void provisioning_host::inspect(const provisioning& run, const ip_address& address) {
  ports_.log->write(
      log_level::info, "address_inspected",
      {{"address", std::string_view{address.str()}}, {"provisioning", std::string_view{run.id}}});
  inspector_.inspect({address, config_.helo, config_.dns_lists}, ports_.can_bind(address.str()),
                     [this, address](std::vector<address_check> checks) {
                       inspections_[address] = {std::move(checks), ports_.time->wall_now()};
                       looked(true);
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
              store(before, changed);
            else
              note_refusal(before, address_in(command), told.value.error());
          },
          [this, before, command](const caf::error&) {
            note_refusal(before, address_in(command), no_answer("ip_pool"));
          });
}

/// The step says why it does not go on, and is tried again.
void provisioning_host::note_refusal(const provisioning& before, const ip_address& address,
                                     const error& why) {
  auto changed = before;
  for (auto& step : changed.steps)
    if (step.address == address)
      step.reason = to_string(why);
  if (changed == before)
    return looked(false);
  store(before, changed);
}

void provisioning_host::store(const provisioning& before, const provisioning& changed) {
  mirror_.change([this, before, changed] { return book_.replace(before, changed); },
                 [this, before, changed](const result<void>& outcome) {
                   const auto* const now = book_.find(before.id);
                   if (outcome && now != nullptr && *now == changed)
                     log_change(before, changed);
                   looked(outcome.has_value() && before != changed);
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
