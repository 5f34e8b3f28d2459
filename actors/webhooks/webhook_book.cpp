#include "actors/webhooks/webhook_book.hpp"

#include <algorithm>
#include <charconv>

#include "actors/core/displayable.hpp"

namespace warmfront {

namespace {

constexpr std::size_t description_octets_max = 500;

error no_webhook(std::uint64_t number) {
  return {errc::not_found, "there is no webhook " + std::to_string(number), {}};
}

} // namespace

bool wants(const webhook& who, const mail_event& event) noexcept {
  if (who.account != event.about.account)
    return false;
  if (who.kinds.empty())
    return event.kind != event_kind::accepted;
  return std::find(who.kinds.begin(), who.kinds.end(), event.kind) != who.kinds.end();
}

// ---- what the store says ------------------------------------------------------------------

result<void> webhook_book::load(const storage::control_snapshot& all) {
  all_.clear();
  last_ = 0;
  last_at_ = 0;
  auto outcome = success();
  for (const auto& record : all.records)
    if (auto applied = apply({record, false}); !applied)
      outcome = applied;
  return outcome;
}

result<void> webhook_book::apply(const storage::control_event& event) {
  const auto& record = event.record;
  if (record.key == last_webhook_key()) {
    last_ = 0;
    last_at_ = event.deleted ? 0 : record.modified;
    std::from_chars(record.value.data(), record.value.data() + record.value.size(), last_);
    return success();
  }
  const auto number = parse_webhook_key(record.key);
  if (!number)
    return error{errc::storage_corrupt, "read the webhooks: the key " + record.key, {}};
  all_.erase(*number);
  if (event.deleted)
    return success();
  WARMFRONT_TRY(value, decode_webhook(*number, record.value));
  all_.emplace(*number, held{std::move(value), record.modified});
  return success();
}

// ---- what commands change -----------------------------------------------------------------

result<webhook_book::change> webhook_book::build(const put_webhook& command,
                                                 const std::string& sealed, wall_time now) const {
  const auto& wanted = command.value;
  if (wanted.description.size() > description_octets_max)
    return error{errc::invalid_argument, "the description is too long", "write at most 500 octets",
                 "description"};
  stored_webhook made;
  change built{wanted.number, {}};
  if (wanted.number == 0) {
    const auto of_account = std::count_if(all_.begin(), all_.end(), [&](const auto& each) {
      return each.second.value.value.account == wanted.account;
    });
    if (wanted.account.empty())
      return error{errc::invalid_argument, "a webhook needs an account", {}, "account"};
    if (static_cast<std::size_t>(of_account) >= per_account_max)
      return error{errc::limit_exceeded,
                   "the account has " + std::to_string(per_account_max) + " webhooks already",
                   "delete one that is not needed"};
    built.number = last_ + 1;
    built.transaction.when = {{last_webhook_key(), last_at_}, {webhook_key(built.number), 0}};
    built.transaction.then.push_back({last_webhook_key(), std::to_string(built.number)});
    made.value.account = wanted.account;
    made.value.created_at = now;
  } else {
    WARMFRONT_TRY(before, require(wanted.account, wanted.number));
    built.transaction.when = {{webhook_key(wanted.number), before->at}};
    made = before->value;
    if (now >= made.previous_until)
      made.previous_secret.clear();
  }
  if (wanted.number != 0 && command.new_secret) {
    made.previous_secret = made.sealed_secret;
    made.previous_until = now + rotation;
  }
  if (wanted.number == 0 || command.new_secret)
    made.sealed_secret = sealed;
  made.value.number = built.number;
  made.value.url = wanted.url;
  made.value.kinds = wanted.kinds;
  std::sort(made.value.kinds.begin(), made.value.kinds.end());
  made.value.kinds.erase(std::unique(made.value.kinds.begin(), made.value.kinds.end()),
                         made.value.kinds.end());
  made.value.description = displayable(wanted.description);
  made.value.is_active = wanted.is_active;
  if (wanted.is_active)
    made.inactive_why.clear();
  built.transaction.then.push_back({webhook_key(built.number), encode(made)});
  return built;
}

result<storage::control_transaction> webhook_book::build(const delete_webhook& command) const {
  WARMFRONT_TRY(before, require(command.account, command.number));
  return storage::control_transaction{{{webhook_key(command.number), before->at}},
                                      {{webhook_key(command.number), std::nullopt}}};
}

result<storage::control_transaction> webhook_book::build_end(std::uint64_t number,
                                                             const std::string& why) const {
  const auto found = all_.find(number);
  if (found == all_.end() || !found->second.value.value.is_active)
    return storage::control_transaction{};
  auto changed = found->second.value;
  changed.value.is_active = false;
  changed.inactive_why = displayable(why, description_octets_max);
  return storage::control_transaction{{{webhook_key(number), found->second.at}},
                                      {{webhook_key(number), encode(changed)}}};
}

// ---- what is so ---------------------------------------------------------------------------

result<const webhook_book::held*> webhook_book::require(const account_name& account,
                                                        std::uint64_t number) const {
  const auto found = all_.find(number);
  if (found == all_.end() || (!account.empty() && found->second.value.value.account != account))
    return no_webhook(number);
  return &found->second;
}

const stored_webhook* webhook_book::find(const account_name& account, std::uint64_t number) const {
  const auto found = require(account, number);
  return found ? &found.value()->value : nullptr;
}

result<std::vector<const stored_webhook*>> webhook_book::list(const list_webhooks& which) const {
  std::vector<const stored_webhook*> found;
  for (const auto& [number, each] : all_)
    if ((which.account.empty() || each.value.value.account == which.account) &&
        (which.number == 0 || number == which.number))
      found.push_back(&each.value);
  if (which.number != 0 && found.empty())
    return no_webhook(which.number);
  return found;
}

std::set<account_name> webhook_book::readers() const {
  std::set<account_name> found;
  for (const auto& [number, each] : all_)
    if (each.value.value.is_active)
      found.insert(each.value.value.account);
  return found;
}

} // namespace warmfront
