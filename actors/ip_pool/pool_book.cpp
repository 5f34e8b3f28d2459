#include "actors/ip_pool/pool_book.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "actors/ip_pool/rendezvous.hpp"

namespace warmfront {

namespace {

constexpr std::size_t addresses_max = 1000;

bool is_name(std::string_view text) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-_";
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of(allowed) == std::string_view::npos;
}

error no_pool(const pool_name& name) {
  return {errc::not_found, "there is no pool `" + name.str() + "`", {}, "name"};
}

error elsewhere(const ip_address& address, const pool& holder) {
  return {errc::conflict,
          "address " + address.str() + " is in the " + std::string{to_string(holder.kind)} +
              " pool `" + holder.name.str() + "`",
          "remove it there first: an address is in one dedicated pool, or in shared ones",
          "address"};
}

result<void> check_pool(const pool& value) {
  if (!is_name(value.name.str()))
    return error{errc::invalid_argument, "`" + value.name.str() + "` is not a pool's name",
                 "use 1 to 64 lower-case letters, digits, hyphens and underscores", "name"};
  if (value.name.str() == shared_pool_name && value.kind != pool_kind::shared)
    return error{errc::refused, "pool `shared` cannot be dedicated", "choose another name", "kind"};
  if (value.kind == pool_kind::shared && !value.account.empty())
    return error{errc::invalid_argument, "a shared pool has no account",
                 "leave `account` empty, or make the pool dedicated", "account"};
  if (!value.account.empty() && !is_name(value.account.str()))
    return error{errc::invalid_argument, "`" + value.account.str() + "` is not an account's name",
                 "use 1 to 64 lower-case letters, digits, hyphens and underscores", "account"};
  if (value.overflow == "hold" || value.overflow == "reject")
    return success();
  const auto target = overflow_pool(value);
  if (target.empty() || !is_name(target.str()))
    return error{errc::invalid_argument, "`" + value.overflow + "` is not an overflow policy",
                 "use hold, reject or pool:NAME", "overflow"};
  if (target == value.name)
    return error{errc::invalid_argument,
                 "pool `" + value.name.str() + "` cannot overflow into itself",
                 "name another pool, or hold what is over the limit", "overflow"};
  return success();
}

error not_for(const pool& target, const pool& from) {
  return {errc::conflict,
          "pool `" + target.name.str() + "` belongs to another account than pool `" +
              from.name.str() + "`, which overflows into it",
          "let it overflow into a shared pool, or one of the same account", "overflow"};
}

bool may_take(const pool& target, const pool& from) {
  return target.account.empty() || target.account == from.account;
}

} // namespace

pool_book::pool_book(node_name self) : self_{std::move(self)} {
  pool shared;
  shared.name = pool_name{std::string{shared_pool_name}};
  pools_.emplace(shared.name, stored{shared, 0});
}

// ---- what the store says ------------------------------------------------------------------

result<void> pool_book::load(const storage::control_snapshot& all) {
  *this = pool_book{self_};
  auto outcome = success();
  for (const auto& record : all.records)
    if (auto applied = apply({record, false}); !applied)
      outcome = applied;
  return outcome;
}

result<void> pool_book::apply(const storage::control_event& event) {
  const pool_name name{event.record.key.substr(pool_prefix.size())};
  if (event.deleted) {
    pools_.erase(name);
    if (name.str() == shared_pool_name)
      pools_.emplace(name, stored{pool_book{}.pools_.begin()->second.value, 0});
    return success();
  }
  auto value = decode_pool(name, event.record.value);
  if (value) {
    auto usable = usable_of(value.value());
    pools_[name] = {std::move(value).value(), event.record.modified, std::move(usable)};
    return success();
  }
  // Without its addresses nothing is sent from it; its mail waits until the record is repaired.
  pools_[name].value.name = name;
  pools_[name].value.addresses.clear();
  pools_[name].usable.clear();
  pools_[name].at = event.record.modified;
  return value.error();
}

// ---- commands -----------------------------------------------------------------------------

result<put_pool> pool_book::prepared(put_pool command) const {
  WARMFRONT_TRY(check_pool(command.value));
  if (command.value.addresses.size() > addresses_max)
    return error{errc::limit_exceeded,
                 "pool `" + command.value.name.str() + "`: more than 1000 addresses",
                 {},
                 "addresses"};
  for (auto& address : command.value.addresses) {
    WARMFRONT_TRY(stored_form, prepared(address, command.value));
    address = stored_form;
  }
  return command;
}

result<put_pool_address> pool_book::prepared(put_pool_address command) const {
  const auto* const target = find(command.name);
  if (target == nullptr)
    return no_pool(command.name);
  WARMFRONT_TRY(stored_form, prepared(command.value, *target));
  command.value = stored_form;
  return command;
}

result<pool_address> pool_book::prepared(const pool_address& value, const pool& target) const {
  WARMFRONT_TRY(stored_form, normalized(value));
  const auto* const known = find_address(target.name, stored_form.address);
  if (stored_form.node.empty())
    stored_form.node = known != nullptr && !known->node.empty() ? known->node : self_;
  if (known != nullptr) { // who changes a pool does not release an address by it
    stored_form.state = known->state;
    stored_form.reason = known->reason;
    stored_form.changed_at = known->changed_at;
  }
  if (!stored_form.plan.empty())
    return stored_form;
  if (known != nullptr)
    stored_form.plan = known->plan;
  else if (target.kind == pool_kind::dedicated)
    stored_form.plan = plan_name{"standard"};
  return stored_form;
}

std::vector<needed_ledger>
pool_book::ledgers_for(const pool_name& name, const std::vector<pool_address>& addresses) const {
  std::vector<needed_ledger> needed;
  for (const auto& address : addresses) {
    const auto* const before = find_address(name, address.address);
    if (!address.plan.empty() && (before == nullptr || before->plan != address.plan))
      needed.push_back({ledger_subject{address.address.str()}, address.plan});
  }
  return needed;
}

const pool_address* pool_book::find_address(const pool_name& name,
                                            const ip_address& address) const {
  const auto* const holder = find(name);
  if (holder == nullptr)
    return nullptr;
  const auto at = std::ranges::find(holder->addresses, address, &pool_address::address);
  return at == holder->addresses.end() ? nullptr : &*at;
}

result<void> pool_book::check_overflow(const pool& value) const {
  if (const auto name = overflow_pool(value); !name.empty()) {
    const auto* const target = find(name);
    if (target == nullptr)
      return error{errc::not_found, "there is no pool `" + name.str() + "` to overflow into",
                   "create it first, or hold what is over the limit", "overflow"};
    if (!may_take(*target, value))
      return not_for(*target, value);
  }
  for (const auto& [name, other] : pools_)
    if (overflow_pool(other.value) == value.name && name != value.name &&
        !may_take(value, other.value))
      return not_for(value, other.value);
  return success();
}

result<void> pool_book::check_addresses(const pool& value) const {
  std::set<ip_address> seen;
  for (const auto& address : value.addresses)
    if (!seen.insert(address.address).second)
      return error{errc::invalid_argument,
                   "pool `" + value.name.str() + "` names " + address.address.str() + " twice",
                   {},
                   "addresses"};
  for (const auto& [name, other] : pools_) {
    const bool excludes =
        other.value.kind == pool_kind::dedicated || value.kind == pool_kind::dedicated;
    if (name == value.name || !excludes)
      continue;
    for (const auto& address : other.value.addresses)
      if (seen.contains(address.address))
        return elsewhere(address.address, other.value);
  }
  return success();
}

void pool_book::guard_addresses(storage::control_transaction& transaction,
                                const pool& changed) const {
  // Two changes of different pools must not both take one address: whoever adds addresses says
  // which pools it looked at. More than a transaction holds are not looked at again.
  constexpr std::size_t comparisons_max = 100;
  for (const auto& [name, other] : pools_)
    if (name != changed.name && other.at != 0 && transaction.when.size() < comparisons_max)
      transaction.when.push_back({pool_key(name), other.at});
}

result<storage::control_transaction> pool_book::replace(const pool& changed) const {
  WARMFRONT_TRY(check_addresses(changed));
  const auto found = pools_.find(changed.name);
  storage::control_transaction transaction;
  transaction.when.push_back(
      {pool_key(changed.name), found == pools_.end() ? 0 : found->second.at});
  guard_addresses(transaction, changed);
  transaction.then.push_back({pool_key(changed.name), encode(changed)});
  return transaction;
}

result<storage::control_transaction> pool_book::build(const put_pool& command) const {
  WARMFRONT_TRY(check_pool(command.value));
  const auto* const before = find(command.value.name);
  if (before != nullptr && before->kind != command.value.kind && !before->addresses.empty())
    return error{errc::conflict,
                 "pool `" + command.value.name.str() + "` is " +
                     std::string{to_string(before->kind)} + " and has addresses",
                 "remove its addresses first, or make another pool", "kind"};
  WARMFRONT_TRY(check_overflow(command.value));
  return replace(command.value);
}

result<storage::control_transaction> pool_book::build(const delete_pool& command) const {
  if (command.name.str() == shared_pool_name)
    return error{errc::refused, "pool `shared` cannot be deleted",
                 "remove its addresses: mail for it is held then", "name"};
  const auto found = pools_.find(command.name);
  if (found == pools_.end())
    return no_pool(command.name);
  for (const auto& [name, other] : pools_)
    if (overflow_pool(other.value) == command.name)
      return error{errc::conflict,
                   "pool `" + name.str() + "` overflows into pool `" + command.name.str() + "`",
                   "change its overflow first", "name"};
  storage::control_transaction transaction;
  transaction.when.push_back({pool_key(command.name), found->second.at});
  // Nobody may begin to overflow into it meanwhile.
  guard_addresses(transaction, found->second.value);
  transaction.then.push_back({pool_key(command.name), std::nullopt});
  return transaction;
}

result<storage::control_transaction> pool_book::build(const put_pool_address& command) const {
  const auto* const target = find(command.name);
  if (target == nullptr)
    return no_pool(command.name);
  auto changed = *target;
  const auto at =
      std::ranges::find(changed.addresses, command.value.address, &pool_address::address);
  if (at != changed.addresses.end())
    *at = command.value;
  else if (changed.addresses.size() >= addresses_max)
    return error{errc::limit_exceeded,
                 "pool `" + command.name.str() + "` has 1000 addresses",
                 {},
                 "address"};
  else
    changed.addresses.push_back(command.value);
  return replace(changed);
}

result<storage::control_transaction> pool_book::build(const delete_pool_address& command) const {
  const auto* const target = find(command.name);
  if (target == nullptr)
    return no_pool(command.name);
  auto changed = *target;
  const auto removed = std::erase_if(
      changed.addresses, [&](const pool_address& each) { return each.address == command.address; });
  if (removed == 0)
    return error{errc::not_found,
                 "address " + command.address.str() + " is not in pool `" + command.name.str() +
                     "`",
                 {},
                 "address"};
  return replace(changed);
}

result<storage::control_transaction> pool_book::build(const set_address_state& command,
                                                      wall_time now) const {
  storage::control_transaction transaction;
  bool found = false;
  for (const auto& [name, holder] : pools_) {
    if (!command.only_in.empty() && name != command.only_in)
      continue;
    auto changed = holder.value;
    const auto at = std::ranges::find(changed.addresses, command.address, &pool_address::address);
    if (at == changed.addresses.end())
      continue;
    found = true;
    if (at->state == command.state)
      continue;
    at->state = command.state;
    at->reason = command.state == address_state::active ? std::string{} : command.reason;
    at->changed_at = now;
    transaction.when.push_back({pool_key(name), holder.at});
    transaction.then.push_back({pool_key(name), encode(changed)});
  }
  if (!found)
    return error{errc::not_found, "address " + command.address.str() + " is in no pool",
                 "add it to one first", "address"};
  return transaction;
}

// ---- what is so ---------------------------------------------------------------------------

const pool* pool_book::find(const pool_name& name) const {
  const auto found = pools_.find(name);
  return found == pools_.end() ? nullptr : &found->second.value;
}

result<std::vector<pool>> pool_book::list(const pool_name& name) const {
  std::vector<pool> listed;
  if (!name.empty()) {
    const auto* const found = find(name);
    if (found == nullptr)
      return no_pool(name);
    listed.push_back(*found);
    return listed;
  }
  for (const auto& [each, stored_pool] : pools_)
    listed.push_back(stored_pool.value);
  return listed;
}

std::vector<pool_address> pool_book::usable_of(const pool& of) const {
  std::vector<pool_address> usable;
  std::ranges::copy_if(of.addresses, std::back_inserter(usable), [this](const pool_address& each) {
    return may_send(each.state) && (self_.empty() || each.node == self_);
  });
  return usable;
}

namespace {

/// Where in a ranking the addresses begin that drain: they are last, but for a retry's own.
std::size_t first_draining(const std::vector<ip_address>& ranked,
                           const std::vector<pool_address>& addresses) {
  auto from = ranked.size();
  for (const auto& each : addresses)
    if (each.state == address_state::draining && each.weight > 0 && each.address != ranked.front())
      --from;
  return from;
}

} // namespace

permit_request pool_book::request_for(const assignment_request& assignment) const {
  permit_request request;
  request.sender_domain = assignment.sender_domain;
  request.importance = assignment.importance;
  request.charged = assignment.charged;
  request.provider = assignment.provider;
  const auto from = pools_.find(assignment.pool);
  if (from == pools_.end())
    return request;
  auto& candidates = request.candidates;
  candidates = ranked_sources(from->second.usable, assignment.recipient, assignment.previous);
  request.draining_from = first_draining(candidates, from->second.usable);
  const auto into = pools_.find(overflow_pool(from->second.value));
  if (into == pools_.end() || candidates.empty())
    return request;
  request.overflow_from = candidates.size();
  for (auto& address :
       ranked_sources(into->second.usable, assignment.recipient, assignment.previous)) {
    // A retry keeps its address, also when that is where the first attempt overflowed to.
    if (address == assignment.previous) {
      candidates.insert(candidates.begin(), std::move(address));
      ++request.overflow_from;
      ++request.draining_from;
    } else if (std::ranges::find(candidates, address) == candidates.end()) {
      candidates.push_back(std::move(address));
    }
  }
  return request;
}

} // namespace warmfront
