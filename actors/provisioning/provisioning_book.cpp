#include "actors/provisioning/provisioning_book.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/core.h>

#include "actors/core/ip.hpp"

namespace warmfront {

namespace {

constexpr std::size_t steps_max = 256;
constexpr std::size_t kept_runs_max = 100;
/// Not the id of a run: every run that begins changes it.
constexpr std::string_view last_begun = "last";
constexpr std::array<std::string_view, 3> waivable{"reverse_dns", "helo", "dns_list"};

error no_run(const std::string& id) {
  return {errc::not_found, "there is no provisioning `" + id + "`",
          "list them with `provision list`", "id"};
}

const pool* find_pool(const std::vector<pool>& pools, const pool_name& name) {
  const auto found = std::ranges::find(pools, name, &pool::name);
  return found == pools.end() ? nullptr : &*found;
}

bool has(const pool& of, const ip_address& address) {
  return std::ranges::find(of.addresses, address, &pool_address::address) != of.addresses.end();
}

bool names(const provisioning& run, const ip_address& address) {
  return std::ranges::find(run.steps, address, &provisioning_step::address) != run.steps.end();
}

result<void> check_waived(const std::vector<std::string>& waived) {
  for (const auto& each : waived)
    if (std::ranges::find(waivable, std::string_view{each}.substr(0, each.find(':'))) ==
        waivable.end())
      return error{errc::invalid_argument, "`" + each + "` is not a check that can be waived",
                   "waive reverse_dns, helo, dns_list or dns_list:ZONE", "waive"};
  return success();
}

/// Whether an address that may send is left when the run is over.
bool leaves_one(const pool& target, const std::vector<provisioning_step>& steps) {
  if (std::ranges::any_of(steps, [](const auto& each) { return !each.removes; }))
    return true;
  return std::ranges::any_of(target.addresses, [&](const pool_address& each) {
    return each.weight > 0 && each.state == address_state::active &&
           std::ranges::find(steps, each.address, &provisioning_step::address) == steps.end();
  });
}

/// A step as it is stored at the beginning: who is removed is remembered, so that it can come back.
provisioning_step first_form(const provisioning_step& wanted, const pool& target,
                             const provisioning_surroundings& around) {
  provisioning_step step;
  step.address = ip_address{canonical_ip(wanted.address.str()).value_or(wanted.address.str())};
  step.node = wanted.node.empty() ? around.self : wanted.node;
  step.plan = wanted.plan;
  step.weight = wanted.weight;
  step.removes = wanted.removes;
  step.since = around.now;
  if (!step.removes)
    return step;
  const auto known = std::ranges::find(target.addresses, step.address, &pool_address::address);
  if (known != target.addresses.end()) {
    step.node = known->node;
    step.plan = known->plan;
    step.weight = known->weight;
  }
  return step;
}

} // namespace

std::string provisioning_id(wall_time now) {
  return fmt::format("{:016x}", now.time_since_epoch().count());
}

// ---- what the store says ------------------------------------------------------------------

result<void> provisioning_book::load(const storage::control_snapshot& all) {
  runs_.clear();
  last_begun_at_ = 0;
  auto outcome = success();
  for (const auto& record : all.records)
    if (auto applied = apply({record, false}); !applied)
      outcome = applied;
  return outcome;
}

result<void> provisioning_book::apply(const storage::control_event& event) {
  auto id = event.record.key.substr(provisioning_prefix.size());
  if (id == last_begun) {
    last_begun_at_ = event.deleted ? 0 : event.record.modified;
    return success();
  }
  // A run that cannot be read is left alone until it can.
  runs_.erase(id);
  if (event.deleted)
    return success();
  WARMFRONT_TRY(value, decode_provisioning(id, event.record.value));
  runs_.emplace(std::move(id), stored{std::move(value), event.record.modified});
  return success();
}

// ---- commands -----------------------------------------------------------------------------

result<void> provisioning_book::check_free(const ip_address& address) const {
  for (const auto& [id, run] : runs_)
    if (!is_over(run.value.state) && names(run.value, address))
      return error{errc::conflict, address.str() + " is in provisioning `" + id + "`",
                   "wait for its end, or roll it back", "address"};
  return success();
}

result<void> provisioning_book::check_step(const provisioning_step& step, const pool& target,
                                           const provisioning_surroundings& around) const {
  const auto& text = step.address.str();
  if (!canonical_ip(text))
    return error{errc::invalid_argument, "`" + text + "` is not an IPv4 or IPv6 address",
                 "write it as 192.0.2.1 or 2001:db8::1", "address"};
  WARMFRONT_TRY(check_free(step.address));
  if (step.removes)
    return has(target, step.address) ? result<void>{success()}
                                     : error{errc::not_found,
                                             text + " is not in pool `" + target.name.str() + "`",
                                             {},
                                             "remove"};
  if (has(target, step.address))
    return error{errc::conflict, text + " is in pool `" + target.name.str() + "` already",
                 "what is to warm up anew needs `warmup set-day` instead", "add"};
  for (const auto& other : *around.pools)
    if ((other.kind == pool_kind::dedicated || target.kind == pool_kind::dedicated) &&
        has(other, step.address))
      return error{errc::conflict,
                   text + " is in the " + std::string{to_string(other.kind)} + " pool `" +
                       other.name.str() + "`",
                   "remove it there first: an address is in one dedicated pool, or in shared ones",
                   "add"};
  if (!step.plan.empty() &&
      std::ranges::find(*around.plans, step.plan, &plan::name) == around.plans->end())
    return error{errc::not_found, "there is no plan `" + step.plan.str() + "`",
                 "use standard, conservative, warm or a plan of your own", "plan"};
  return success();
}

result<storage::control_transaction>
provisioning_book::build(const start_provisioning& command, const std::string& id,
                         const provisioning_surroundings& around) const {
  const auto& wanted = command.wanted;
  const auto* const target = find_pool(*around.pools, wanted.pool);
  if (target == nullptr)
    return error{errc::not_found, "there is no pool `" + wanted.pool.str() + "`", "create it first",
                 "pool"};
  if (wanted.steps.empty() || wanted.steps.size() > steps_max)
    return error{errc::invalid_argument, "a provisioning has 1 to 256 addresses",
                 "name IPs to add or to remove", "add"};
  WARMFRONT_TRY(check_waived(wanted.waived));
  provisioning run = wanted;
  run.id = id;
  run.parallel = std::max(1U, wanted.parallel);
  run.state = run_state::running;
  run.reason.clear();
  run.created_at = run.changed_at = around.now;
  run.steps.clear();
  std::set<ip_address> seen;
  for (const auto& each : wanted.steps) {
    auto step = first_form(each, *target, around);
    WARMFRONT_TRY(check_step(step, *target, around));
    if (!seen.insert(step.address).second)
      return error{errc::invalid_argument, step.address.str() + " is named twice", {}, "address"};
    run.steps.push_back(std::move(step));
  }
  if (!leaves_one(*target, run.steps))
    return error{errc::conflict,
                 "pool `" + target->name.str() + "` would be left without an address",
                 "add one in the same run", "remove"};
  storage::control_transaction transaction;
  transaction.when.push_back({provisioning_key(id), 0});
  transaction.then.push_back({provisioning_key(id), encode(run)});
  guard_addresses(transaction, id);
  forget_oldest(transaction);
  return transaction;
}

/// Two runs that begin at the same time must not both take an address: one of them begins again.
void provisioning_book::guard_addresses(storage::control_transaction& transaction,
                                        const std::string& id) const {
  const auto key = provisioning_key(std::string{last_begun});
  transaction.when.push_back({key, last_begun_at_});
  transaction.then.push_back({key, id});
}

void provisioning_book::forget_oldest(storage::control_transaction& transaction) const {
  auto over = std::ranges::count_if(
      runs_, [](const auto& each) { return is_over(each.second.value.state); });
  for (const auto& [id, run] : runs_) {
    if (static_cast<std::size_t>(over) < kept_runs_max)
      return;
    if (is_over(run.value.state)) {
      transaction.then.push_back({provisioning_key(id), std::nullopt});
      return; // one for each that begins
    }
  }
}

result<storage::control_transaction> provisioning_book::build(const act_on_provisioning& command,
                                                              wall_time now) const {
  const auto* const before = find(command.id);
  if (before == nullptr)
    return no_run(command.id);
  const bool is_resumed = command.what == provisioning_change::resume;
  const auto wanted = command.what == provisioning_change::pause       ? run_state::paused
                      : command.what == provisioning_change::roll_back ? run_state::rolling_back
                                                                       : run_state::running;
  if (before->state == wanted)
    return storage::control_transaction{};
  if (is_over(before->state) || before->state == run_state::rolling_back)
    return error{errc::conflict,
                 "provisioning `" + command.id + "` is " + std::string{to_string(before->state)},
                 "begin another one", "id"};
  auto changed = *before;
  changed.state = wanted;
  changed.reason = is_resumed ? std::string{} : std::string{"by hand"};
  changed.changed_at = now;
  if (is_resumed) // what paused it was seen
    for (auto& step : changed.steps)
      step.judged_from = now;
  return replace(*before, changed);
}

storage::control_transaction provisioning_book::replace(const provisioning& before,
                                                        const provisioning& changed) const {
  storage::control_transaction transaction;
  const auto found = runs_.find(before.id);
  if (found == runs_.end() || found->second.value != before || before == changed)
    return transaction;
  const auto key = provisioning_key(before.id);
  transaction.when.push_back({key, found->second.at});
  transaction.then.push_back({key, encode(changed)});
  return transaction;
}

// ---- what is so ---------------------------------------------------------------------------

const provisioning* provisioning_book::find(const std::string& id) const {
  const auto found = runs_.find(id);
  return found == runs_.end() ? nullptr : &found->second.value;
}

result<std::vector<provisioning>> provisioning_book::list(const std::string& id) const {
  std::vector<provisioning> listed;
  if (!id.empty()) {
    const auto* const found = find(id);
    if (found == nullptr)
      return no_run(id);
    listed.push_back(*found);
    return listed;
  }
  for (auto at = runs_.rbegin(); at != runs_.rend(); ++at)
    listed.push_back(at->second.value);
  return listed;
}

const provisioning* provisioning_book::last_about(const ip_address& address) const {
  for (auto at = runs_.rbegin(); at != runs_.rend(); ++at)
    if (names(at->second.value, address))
      return &at->second.value;
  return nullptr;
}

std::vector<provisioning> provisioning_book::under_way() const {
  std::vector<provisioning> found;
  for (const auto& [id, run] : runs_)
    if (!is_over(run.value.state))
      found.push_back(run.value);
  return found;
}

} // namespace warmfront
