#include "actors/templates/template_book.hpp"

#include <algorithm>
#include <charconv>

#include "net/mime/header_text.hpp"

namespace warmfront {

namespace {

constexpr std::size_t versions_kept = 50;
constexpr std::size_t templates_max = 10'000;

error no_template(const template_name& name) {
  return {errc::not_found, "there is no template `" + name.str() + "`",
          "list them with `template list`", "template"};
}

} // namespace

bool is_title(std::string_view text) {
  const auto characters = std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  });
  return characters >= 1 && characters <= 100 && text.find('/') == std::string_view::npos &&
         text.find('\t') == std::string_view::npos && text.front() != ' ' && text.back() != ' ' &&
         mime::check_header_text(text, "name").has_value();
}

// ---- what the store says ------------------------------------------------------------------

result<void> template_book::load(const storage::control_snapshot& all) {
  templates_.clear();
  last_id_ = 0;
  last_id_at_ = 0;
  auto outcome = success();
  for (const auto& record : all.records)
    if (auto applied = apply({record, false}); !applied)
      outcome = applied;
  return outcome;
}

result<void> template_book::apply(const storage::control_event& event) {
  const auto& record = event.record;
  if (record.key == last_template_key()) {
    last_id_at_ = event.deleted ? 0 : record.modified;
    std::from_chars(record.value.data(), record.value.data() + record.value.size(), last_id_);
    return success();
  }
  const auto path = std::string_view{record.key}.substr(templates_prefix.size());
  const auto slash = path.find('/');
  if (slash == std::string_view::npos)
    return success(); // of a later release
  const identity name{account_name{std::string{path.substr(0, slash)}},
                      template_name{std::string{path.substr(slash + 1)}}};
  templates_.erase(name);
  if (event.deleted)
    return success();
  WARMFRONT_TRY(value, decode_template(record.key, record.value));
  templates_.emplace(name, stored{std::move(value), record.modified});
  return success();
}

// ---- what commands change -----------------------------------------------------------------

storage::control_transaction template_book::replace(const stored& before,
                                                    const template_report& changed) const {
  const auto key = template_key(changed.account, changed.name);
  storage::control_transaction transaction;
  transaction.when.push_back({key, before.at});
  transaction.then.push_back({key, encode(changed)});
  return transaction;
}

result<storage::control_transaction> template_book::build(const put_template& command,
                                                          const template_draft& draft,
                                                          bool reviewed, wall_time now) const {
  template_version version{1, draft.content, draft.octets, now, draft.required, draft.optional};
  const auto state = reviewed ? template_state::waiting : template_state::approved;
  const auto found = templates_.find({command.account, command.name});
  if (found != templates_.end()) {
    if (command.must_be_new)
      return error{errc::already_exists, "there is a template `" + command.name.str() + "` already",
                   "change it, or choose another name", "name"};
    auto changed = found->second.value;
    if (changed.current().content == draft.content)
      return storage::control_transaction{};
    version.number = changed.current().number + 1;
    changed.versions.push_back(std::move(version));
    if (changed.versions.size() > versions_kept)
      changed.versions.erase(changed.versions.begin());
    changed.state = state;
    changed.reason.clear();
    return replace(found->second, changed);
  }
  if (!is_title(command.name.str()))
    return error{errc::invalid_argument, "`" + command.name.str() + "` is not a template's name",
                 "use 1 to 100 characters without a slash", "name"};
  const auto own = std::ranges::count_if(
      templates_, [&](const auto& each) { return each.first.first == command.account; });
  if (static_cast<std::size_t>(own) >= templates_max)
    return error{errc::limit_exceeded,
                 "the account has " + std::to_string(templates_max) +
                     " templates, the most allowed",
                 "delete some"};
  template_report made{command.account, command.name, last_id_ + 1, state, {}, now, {version}};
  storage::control_transaction transaction;
  const auto key = template_key(command.account, command.name);
  transaction.when = {{key, 0}, {last_template_key(), last_id_at_}};
  transaction.then = {{key, encode(made)}, {last_template_key(), std::to_string(made.id)}};
  return transaction;
}

result<const template_book::stored*> template_book::require(const account_name& account,
                                                            const template_name& name) const {
  const auto found = templates_.find({account, name});
  if (found == templates_.end())
    return no_template(name);
  return &found->second;
}

result<storage::control_transaction> template_book::build(const delete_template& command) const {
  WARMFRONT_TRY(found, require(command.account, command.name));
  const auto key = template_key(command.account, command.name);
  storage::control_transaction transaction;
  transaction.when.push_back({key, found->at});
  transaction.then.push_back({key, std::nullopt});
  return transaction;
}

result<storage::control_transaction> template_book::build(const review_template& command) const {
  WARMFRONT_TRY(found, require(command.account, command.name));
  auto changed = found->value;
  changed.state = command.verdict;
  changed.reason = command.verdict == template_state::rejected ? command.reason : std::string{};
  if (changed == found->value)
    return storage::control_transaction{};
  return replace(*found, changed);
}

// ---- what is so ---------------------------------------------------------------------------

const template_report* template_book::find(const account_name& account,
                                           const template_name& name) const {
  const auto found = templates_.find({account, name});
  return found == templates_.end() ? nullptr : &found->second.value;
}

result<std::vector<template_report>> template_book::list(const list_templates& filter) const {
  std::vector<template_report> found;
  for (const auto& [name, each] : templates_)
    if ((filter.account.empty() || name.first == filter.account) &&
        (filter.name.empty() || name.second == filter.name))
      found.push_back(each.value);
  if (found.empty() && !filter.name.empty())
    return no_template(filter.name);
  return found;
}

result<std::pair<const template_report*, const template_version*>>
template_book::choose(const use_template& question) const {
  WARMFRONT_TRY(found, require(question.account, question.name));
  const auto& value = found->value;
  if (question.for_sending && value.state != template_state::approved)
    return error{errc::refused,
                 "the template `" + value.name.str() + "` is " +
                     (value.state == template_state::waiting ? "waiting for its review"
                                                             : "rejected: " + value.reason),
                 value.state == template_state::waiting ? "have it approved" : "change it",
                 "template"};
  if (!question.version)
    return std::pair{&value, &value.current()};
  const auto version =
      std::ranges::find(value.versions, *question.version, &template_version::number);
  if (version == value.versions.end())
    return error{errc::not_found,
                 "the template `" + value.name.str() + "` has no version " +
                     std::to_string(*question.version) + " (any more)",
                 "leave it out to use version " + std::to_string(value.current().number),
                 "version"};
  return std::pair{&value, &*version};
}

} // namespace warmfront
