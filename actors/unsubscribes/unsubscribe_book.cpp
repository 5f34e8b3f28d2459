#include "actors/unsubscribes/unsubscribe_book.hpp"

#include <algorithm>

#include "actors/core/address.hpp"
#include "storage/formats/control.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t unsubscribe_schema = 1;
constexpr std::size_t option_octets_max = 64;

error no_unsubscribe_setting(const std::string& address) {
  return {errc::not_found, "there is no unsubscribe setting of `" + address + "`", "make it first",
          "address"};
}

result<std::pair<account_name, std::string>> read_name(std::string_view key) {
  const auto path = key.substr(unsubscribes_prefix.size());
  const auto slash = path.find('/');
  if (slash == std::string_view::npos)
    return error{errc::storage_corrupt, "read an unsubscribe setting: its key makes no sense", {}};
  return std::pair{account_name{std::string{path.substr(0, slash)}},
                   std::string{path.substr(slash + 1)}};
}

} // namespace

std::string unsubscribe_key(const account_name& account, std::string_view address) {
  return std::string{unsubscribes_prefix}.append(account.str()).append("/").append(address);
}

std::string encode(const unsubscribe_setting& value) {
  formats::unsubscribe_record record;
  record.set_schema(unsubscribe_schema);
  record.set_option(value.option);
  record.set_enabled(value.enabled);
  return record.SerializeAsString();
}

result<unsubscribe_setting> decode_unsubscribe(std::string_view key, std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::unsubscribe_record>(
                            octets, unsubscribe_schema, "an unsubscribe setting"));
  WARMFRONT_TRY(name, read_name(key));
  return unsubscribe_setting{std::move(name.first), std::move(name.second), record.option(),
                             record.enabled()};
}

// ---- what the store says ------------------------------------------------------------------

result<void> unsubscribe_book::load(const storage::control_snapshot& all) {
  settings_.clear();
  auto outcome = success();
  for (const auto& record : all.records)
    if (auto applied = apply({record, false}); !applied)
      outcome = applied;
  return outcome;
}

result<void> unsubscribe_book::apply(const storage::control_event& event) {
  WARMFRONT_TRY(name, read_name(event.record.key));
  settings_.erase(name);
  if (event.deleted)
    return success();
  WARMFRONT_TRY(value, decode_unsubscribe(event.record.key, event.record.value));
  settings_.emplace(std::move(name), stored{std::move(value), event.record.modified});
  return success();
}

// ---- what commands change -----------------------------------------------------------------

result<storage::control_transaction>
unsubscribe_book::build(const put_unsubscribe_setting& command) const {
  const auto& value = command.value;
  const auto found = settings_.find({value.account, value.address});
  if (command.must_exist && found == settings_.end())
    return no_unsubscribe_setting(value.address);
  if (!parse_address(value.address, true) || value.address.find('/') != std::string::npos)
    return error{errc::invalid_argument, "`" + value.address + "` is not an address",
                 "give one as in news@example.net", "address"};
  if (value.option.size() > option_octets_max)
    return error{errc::invalid_argument, "the option is too long",
                 "use at most " + std::to_string(option_octets_max) + " octets", "option"};
  const auto own = std::ranges::count_if(
      settings_, [&](const auto& each) { return each.first.first == value.account; });
  if (found == settings_.end() && static_cast<std::size_t>(own) >= unsubscribe_settings_max)
    return error{errc::limit_exceeded, "the account has as many unsubscribe settings as it may",
                 "delete some"};
  storage::control_transaction transaction;
  const auto key = unsubscribe_key(value.account, value.address);
  transaction.when.push_back({key, found == settings_.end() ? 0 : found->second.at});
  transaction.then.push_back({key, encode(value)});
  return transaction;
}

result<storage::control_transaction>
unsubscribe_book::build(const delete_unsubscribe_setting& command) const {
  const auto found = settings_.find({command.account, command.address});
  if (found == settings_.end())
    return no_unsubscribe_setting(command.address);
  storage::control_transaction transaction;
  const auto key = unsubscribe_key(command.account, command.address);
  transaction.when.push_back({key, found->second.at});
  transaction.then.push_back({key, std::nullopt});
  return transaction;
}

// ---- what is so ---------------------------------------------------------------------------

std::vector<unsubscribe_setting>
unsubscribe_book::list(const list_unsubscribe_settings& filter) const {
  std::vector<unsubscribe_setting> found;
  for (const auto& [name, each] : settings_)
    if (filter.account.empty() || name.first == filter.account)
      found.push_back(each.value);
  return found;
}

} // namespace warmfront
