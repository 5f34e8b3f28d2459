#include "actors/suppressions/suppression_book.hpp"

#include <cassert>
#include <charconv>
#include <set>

#include "actors/core/address.hpp"
#include "actors/core/displayable.hpp"
#include "net/dns/address_form.hpp"

namespace warmfront {

namespace {

constexpr std::size_t text_octets_max = 500;

std::string text_of(std::string_view given) {
  return displayable(given.substr(0, text_octets_max));
}

error too_many_at_once() {
  return {errc::invalid_argument,
          "these are more than " + std::to_string(suppressions_at_once_max) + " addresses",
          "give them in several pieces", "addresses"};
}

error too_many_entries() {
  return {errc::limit_exceeded,
          "the account would have more than " + std::to_string(suppression_book::entries_max) +
              " suppressions",
          "remove some that are over"};
}

struct suppression_path {
  account_name account;
  std::string address;
};
std::optional<suppression_path> path_of(std::string_view key) {
  const auto path = key.substr(suppressions_prefix.size());
  const auto slash = path.find('/');
  if (slash == std::string_view::npos)
    return std::nullopt;
  return suppression_path{account_name{std::string{path.substr(0, slash)}},
                          std::string{path.substr(slash + 1)}};
}

bool matches(const list_suppressions& filter, const suppression_report& each, wall_time now) {
  return (!filter.reason || each.reason == *filter.reason) &&
         (!filter.since_from || each.since >= *filter.since_from) &&
         (!filter.since_before || each.since < *filter.since_before) &&
         (!filter.is_active || each.counts_at(now) == *filter.is_active) &&
         (filter.containing.empty() ||
          each.address.find(in_lower_case(filter.containing)) != std::string::npos);
}

} // namespace

// ---- what the store says ------------------------------------------------------------------

result<void> suppression_book::load(const storage::control_snapshot& all) {
  accounts_.clear();
  last_number_ = 0;
  last_number_at_ = 0;
  auto outcome = success();
  for (const auto& record : all.records)
    if (auto applied = apply({record, false}); !applied)
      outcome = applied;
  return outcome;
}

result<void> suppression_book::apply(const storage::control_event& event) {
  const auto& record = event.record;
  if (record.key == last_suppression_key()) {
    last_number_at_ = event.deleted ? 0 : record.modified;
    std::from_chars(record.value.data(), record.value.data() + record.value.size(), last_number_);
    return success();
  }
  const auto path = path_of(record.key);
  if (!path)
    return success(); // of a later release
  auto& of = accounts_[path->account];
  of.erase(path->address);
  if (event.deleted) {
    if (of.empty())
      accounts_.erase(path->account);
    return success();
  }
  auto value = decode_suppression(record.key, record.value);
  if (!value) {
    // What cannot be read suppresses: nobody is to get a mail because of a flipped octet.
    suppression_report unread;
    unread.account = path->account;
    unread.address = path->address;
    of.emplace(path->address, stored{std::move(unread), record.modified});
    return value.error();
  }
  of.emplace(path->address, stored{std::move(value).value(), record.modified});
  return success();
}

// ---- what commands change -----------------------------------------------------------------

result<suppression_draft> suppression_book::draft(const put_suppressions& command,
                                                  wall_time now) const {
  if (command.addresses.size() > suppressions_at_once_max)
    return too_many_at_once();
  if (command.until && *command.until <= now)
    return error{errc::invalid_argument, "the time until which it counts is over",
                 "give one in the future, or none", "until"};
  suppression_draft made{command.account, command.reason, command.until, false, {}};
  std::set<std::string> seen;
  std::size_t added = 0;
  for (const auto& each : command.addresses) {
    const auto form = dns::comparable_address(each);
    if (!form)
      return error{errc::invalid_argument, form.error().what, form.error().remedy, "address"};
    if (!seen.insert(form.value()).second)
      continue;
    added += find_stored(command.account, form.value()) == nullptr ? 1 : 0;
    made.items.push_back({form.value(), text_of(command.text)});
  }
  if (size_of(command.account) + added > entries_max)
    return too_many_entries();
  return made;
}

result<storage::control_transaction>
suppression_book::build(const suppression_draft& draft,
                        std::span<const suppression_draft::item> some, wall_time now) const {
  assert(some.size() <= at_once_max);
  storage::control_transaction transaction;
  auto number = last_number_;
  for (const auto& each : some) {
    const auto* before = find_stored(draft.account, each.address);
    if (before != nullptr && draft.keeps_others && before->value.counts_at(now))
      continue;
    suppression_report made{draft.account, each.address, draft.reason,      0,
                            now,           draft.until,  text_of(each.text)};
    made.number = before != nullptr ? before->value.number : ++number;
    if (before != nullptr && before->value.counts_at(now))
      made.since = before->value.since;
    if (before != nullptr && made == before->value)
      continue;
    const auto key = suppression_key(draft.account, each.address);
    transaction.when.push_back({key, before != nullptr ? before->at : 0});
    transaction.then.push_back({key, encode(made)});
  }
  if (size_of(draft.account) + (number - last_number_) > entries_max)
    return too_many_entries();
  if (number != last_number_) {
    transaction.when.push_back({last_suppression_key(), last_number_at_});
    transaction.then.push_back({last_suppression_key(), std::to_string(number)});
  }
  return transaction;
}

result<std::vector<std::string>>
suppression_book::present(const remove_suppressions& command) const {
  if (command.addresses.size() > suppressions_at_once_max)
    return too_many_at_once();
  std::set<std::string> found;
  for (const auto& each : command.addresses)
    if (const auto form = dns::comparable_address(each);
        form && find_stored(command.account, form.value()) != nullptr)
      found.insert(form.value());
  if (found.empty())
    return error{errc::not_found,
                 command.addresses.size() == 1
                     ? "there is no suppression of `" + displayable(command.addresses.front()) + "`"
                     : "there is no suppression of any of these",
                 "list them with `suppression list`", "address"};
  return std::vector<std::string>{found.begin(), found.end()};
}

storage::control_transaction suppression_book::build(const account_name& account,
                                                     std::span<const std::string> some) const {
  assert(some.size() <= at_once_max);
  storage::control_transaction transaction;
  for (const auto& each : some)
    if (const auto* before = find_stored(account, each)) {
      transaction.when.push_back({suppression_key(account, each), before->at});
      transaction.then.push_back({suppression_key(account, each), std::nullopt});
    }
  return transaction;
}

// ---- what is so ---------------------------------------------------------------------------

const suppression_book::stored* suppression_book::find_stored(const account_name& account,
                                                              std::string_view address) const {
  const auto of = accounts_.find(account);
  if (of == accounts_.end())
    return nullptr;
  const auto found = of->second.find(address);
  return found == of->second.end() ? nullptr : &found->second;
}

const suppression_report* suppression_book::find(const account_name& account,
                                                 std::string_view address) const {
  const auto* found = find_stored(account, address);
  return found == nullptr ? nullptr : &found->value;
}

std::size_t suppression_book::size_of(const account_name& account) const {
  const auto of = accounts_.find(account);
  return of == accounts_.end() ? 0 : of->second.size();
}

suppression_page suppression_book::list(const list_suppressions& filter, wall_time now) const {
  constexpr std::uint32_t limit_max = 500;
  const auto limit = std::min(filter.limit, limit_max);
  const auto address = filter.address.empty() ? result<std::string>{std::string{}}
                                              : dns::comparable_address(filter.address);
  suppression_page page;
  const auto consider = [&](const suppression_report& each) {
    if (!matches(filter, each, now))
      return;
    ++page.total;
    if (!filter.after.empty() && each.account.str() + '/' + each.address <= filter.after)
      return;
    if (page.total <= filter.offset)
      return;
    if (page.items.size() < limit)
      page.items.push_back(each);
    else
      page.is_last = false;
  };
  for (const auto& [account, of] : accounts_) {
    if (!filter.account.empty() && account != filter.account)
      continue;
    if (filter.address.empty()) {
      for (const auto& [ignored, each] : of)
        consider(each.value);
    } else if (const auto* one = address ? find(account, address.value()) : nullptr) {
      consider(*one);
    }
  }
  return page;
}

std::vector<suppression_change> suppression_book::all() const {
  std::vector<suppression_change> changes;
  for (const auto& [account, of] : accounts_)
    for (const auto& [address, each] : of)
      changes.push_back({account, address, false, each.value.until});
  return changes;
}

std::optional<suppression_change> change_of(const storage::control_event& event,
                                            const suppression_book& after) {
  if (event.record.key == last_suppression_key())
    return std::nullopt;
  auto path = path_of(event.record.key);
  if (!path)
    return std::nullopt;
  const auto* found = after.find(path->account, path->address);
  return suppression_change{std::move(path->account), std::move(path->address), found == nullptr,
                            found == nullptr ? std::nullopt : found->until};
}

} // namespace warmfront
