#include "actors/groups/group_book.hpp"

#include <algorithm>
#include <charconv>

#include "actors/templates/template_book.hpp"

namespace warmfront {

namespace {

constexpr std::size_t groups_max = 10'000;

} // namespace

error no_group(const group_name& name) {
  return {errc::not_found, "there is no recipient group `" + name.str() + "`",
          "list them with `group list`", "group"};
}

result<void> group_book::load(const storage::control_snapshot& all) {
  groups_.clear();
  last_id_ = 0;
  last_id_at_ = 0;
  auto outcome = success();
  for (const auto& record : all.records)
    if (auto applied = apply({record, false}); !applied)
      outcome = applied;
  return outcome;
}

result<void> group_book::apply(const storage::control_event& event) {
  const auto& record = event.record;
  if (record.key == last_group_key()) {
    last_id_at_ = event.deleted ? 0 : record.modified;
    std::from_chars(record.value.data(), record.value.data() + record.value.size(), last_id_);
    return success();
  }
  const auto path = std::string_view{record.key}.substr(groups_prefix.size());
  const auto slash = path.find('/');
  if (slash == std::string_view::npos)
    return success(); // of a later release
  const identity name{account_name{std::string{path.substr(0, slash)}},
                      group_name{std::string{path.substr(slash + 1)}}};
  groups_.erase(name);
  if (event.deleted)
    return success();
  WARMFRONT_TRY(value, decode_group(record.key, record.value));
  groups_.emplace(name, stored{std::move(value), record.modified});
  return success();
}

result<storage::control_transaction> group_book::build(const create_group& command,
                                                       wall_time now) const {
  if (groups_.contains({command.account, command.name}))
    return error{errc::already_exists,
                 "there is a recipient group `" + command.name.str() + "` already",
                 "import into it, or choose another name", "name"};
  if (!is_title(command.name.str()))
    return error{errc::invalid_argument, "`" + command.name.str() + "` is not a group's name",
                 "use 1 to 100 characters without a slash", "name"};
  const auto own = std::ranges::count_if(
      groups_, [&](const auto& each) { return each.first.first == command.account; });
  if (static_cast<std::size_t>(own) >= groups_max)
    return error{errc::limit_exceeded,
                 "the account has " + std::to_string(groups_max) + " groups, the most allowed",
                 "delete some"};
  group_report made;
  made.account = command.account;
  made.name = command.name;
  made.id = last_id_ + 1;
  made.description = command.description;
  made.created_at = made.changed_at = now;
  storage::control_transaction transaction;
  const auto key = group_key(command.account, command.name);
  transaction.when = {{key, 0}, {last_group_key(), last_id_at_}};
  transaction.then = {{key, encode(made)}, {last_group_key(), std::to_string(made.id)}};
  return transaction;
}

result<storage::control_transaction> group_book::build(const delete_group& command) const {
  const auto found = groups_.find({command.account, command.name});
  if (found == groups_.end())
    return no_group(command.name);
  const auto key = group_key(command.account, command.name);
  storage::control_transaction transaction;
  transaction.when.push_back({key, found->second.at});
  transaction.then.push_back({key, std::nullopt});
  return transaction;
}

result<storage::control_transaction> group_book::build(const account_name& account,
                                                       const group_name& name, std::uint32_t base,
                                                       const group_draft& draft,
                                                       wall_time now) const {
  const auto found = groups_.find({account, name});
  if (found == groups_.end())
    return no_group(name);
  auto changed = found->second.value;
  if (changed.version != base)
    return error{errc::conflict,
                 "the group `" + name.str() + "` was changed while the list was read",
                 "import the list again"};
  ++changed.version;
  changed.list = draft.list;
  changed.recipients = draft.recipients;
  changed.segments = draft.segments;
  changed.variables = draft.variables;
  changed.changed_at = now;
  const auto key = group_key(account, name);
  storage::control_transaction transaction;
  transaction.when.push_back({key, found->second.at});
  transaction.then.push_back({key, encode(changed)});
  return transaction;
}

const group_report* group_book::find(const account_name& account, const group_name& name) const {
  const auto found = groups_.find({account, name});
  return found == groups_.end() ? nullptr : &found->second.value;
}

result<std::vector<group_report>> group_book::list(const list_groups& filter) const {
  std::vector<group_report> found;
  for (const auto& [name, each] : groups_)
    if ((filter.account.empty() || name.first == filter.account) &&
        (filter.name.empty() || name.second == filter.name))
      found.push_back(each.value);
  if (found.empty() && !filter.name.empty())
    return no_group(filter.name);
  return found;
}

} // namespace warmfront
