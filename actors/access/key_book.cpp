#include "actors/access/key_book.hpp"

#include <algorithm>

#include "storage/formats/control.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t schema = 1;
constexpr std::string_view accounts_infix = "accounts/";
constexpr std::string_view keys_infix = "keys/";

bool is_account_name(std::string_view text) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-_";
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_role(key_role role) {
  return role >= key_role::admin && role <= key_role::viewer;
}

error not_a_name(const account_name& name, const char* field) {
  return {errc::invalid_argument, "`" + name.str() + "` is not an account's name",
          "use 1 to 64 lower-case letters, digits, hyphens and underscores", field};
}

error no_key() {
  return {errc::refused, "the key or its secret is wrong", {}};
}

} // namespace

std::string account_key(const account_name& name) {
  return std::string{access_prefix}.append(accounts_infix).append(name.str());
}

std::string key_key(std::string_view id) {
  return std::string{access_prefix}.append(keys_infix).append(id);
}

std::string encode(const key_record& value) {
  formats::key_record record;
  record.set_schema(schema);
  record.set_account(value.account.str());
  record.set_role(static_cast<std::uint32_t>(value.role));
  record.set_kind(value.kind);
  if (value.kind == signature_kind)
    record.set_sealed_secret(value.sealed);
  else
    record.set_secret_sha256(value.digest.data(), value.digest.size());
  record.set_created_at(storage::stored_time(value.created_at));
  return record.SerializeAsString();
}

std::string encode_account(wall_time created_at) {
  formats::account_record record;
  record.set_schema(schema);
  record.set_created_at(storage::stored_time(created_at));
  return record.SerializeAsString();
}

result<key_record> decode_key(std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::key_record>(octets, schema, "a key"));
  key_record value;
  value.account = account_name{record.account()};
  value.role = static_cast<key_role>(record.role());
  value.kind = record.kind();
  value.created_at = storage::read_time(record.created_at());
  value.sealed = record.sealed_secret();
  const bool signs = value.kind == signature_kind;
  if (record.secret_sha256().size() != (signs ? 0 : value.digest.size()) ||
      signs == value.sealed.empty() || record.role() > 255 || !is_role(value.role))
    return error{errc::storage_corrupt, "read a key: its fields make no sense", {}};
  std::ranges::copy(record.secret_sha256(), value.digest.begin());
  return value;
}

// ---- what the store says ------------------------------------------------------------------

result<void> key_book::load(const storage::control_snapshot& all) {
  keys_.clear();
  accounts_.clear();
  auto outcome = success();
  for (const auto& record : all.records)
    if (auto applied = apply({record, false}); !applied)
      outcome = applied;
  return outcome;
}

// An account exists by its key; what its record says is only shown.
result<void> key_book::apply_account(const account_name& account,
                                     const storage::control_event& event) {
  if (event.deleted) {
    accounts_.erase(account);
    return success();
  }
  auto& known = accounts_[account];
  known.at = event.record.modified;
  WARMFRONT_TRY(record, storage::parse_record<formats::account_record>(event.record.value, schema,
                                                                       "an account"));
  known.created_at = storage::read_time(record.created_at());
  return success();
}

result<void> key_book::apply(const storage::control_event& event) {
  auto name = std::string_view{event.record.key}.substr(access_prefix.size());
  if (name.starts_with(accounts_infix)) {
    const account_name account{std::string{name.substr(accounts_infix.size())}};
    return apply_account(account, event);
  }
  if (!name.starts_with(keys_infix))
    return success(); // of a later release
  const std::string id{name.substr(keys_infix.size())};
  if (event.deleted) {
    keys_.erase(id);
    return success();
  }
  auto value = decode_key(event.record.value);
  if (!value) {
    keys_[id] = {{}, event.record.modified, false};
    return value.error();
  }
  keys_[id] = {std::move(value).value(), event.record.modified, true};
  return success();
}

// ---- what commands change -----------------------------------------------------------------

result<storage::control_transaction> key_book::build(const create_key& command,
                                                     std::string_view secret, wall_time now,
                                                     std::string_view sealed) const {
  if (!is_account_name(command.account.str()))
    return not_a_name(command.account, "account");
  if (!is_role(command.role))
    return error{errc::invalid_argument, "this is not a role",
                 "use admin, operator, sender or viewer", "role"};
  const auto id = id_of_secret(secret);
  if (!id)
    return error{errc::invalid_argument, "this is not a key's secret",
                 "it has 16 hexadecimal digits, a dot and 43 letters, digits, - and _", "secret"};
  const bool signs = command.kind == signature_kind;
  if ((!signs && command.kind != bearer_kind) || signs == sealed.empty())
    return error{errc::invalid_argument, "this is not a kind of keys", "use bearer or signature",
                 "kind"};
  storage::control_transaction transaction;
  const key_record record{command.account,
                          command.role,
                          command.kind,
                          signs ? secret_digest{} : digest_of(secret),
                          now,
                          std::string{sealed}};
  transaction.when.push_back({key_key(*id), 0});
  transaction.then.push_back({key_key(*id), encode(record)});
  // Compared, so that the account cannot be deleted meanwhile: nor can it while a key is made.
  const auto account = accounts_.find(command.account);
  const bool is_new = account == accounts_.end();
  transaction.when.push_back({account_key(command.account), is_new ? 0 : account->second.at});
  transaction.then.push_back(
      {account_key(command.account), encode_account(is_new ? now : account->second.created_at)});
  return transaction;
}

result<storage::control_transaction> key_book::build_first(std::string_view secret,
                                                           wall_time now) const {
  if (has_keys())
    return error{errc::already_exists, "make the first key: there are keys", {}};
  const create_key first{account_name{std::string{default_account_name}}, key_role::admin};
  // Two nodes that start at once both write the account and compare its revision: one wins.
  return build(first, secret, now);
}

result<storage::control_transaction> key_book::build(const revoke_key& command) const {
  const auto found = keys_.find(command.id);
  if (found == keys_.end())
    return error{errc::not_found, "there is no key `" + command.id + "`", {}, "id"};
  storage::control_transaction transaction;
  if (found->second.value.role == key_role::admin) {
    // Compared as well, so that two admin keys cannot revoke each other at the same time.
    for (const auto& [id, other] : keys_)
      if (id != command.id && other.usable && other.value.role == key_role::admin) {
        transaction.when.push_back({key_key(id), other.at});
        break;
      }
    if (transaction.when.empty() && found->second.usable)
      return error{errc::refused, "revoke key `" + command.id + "`: it is the last admin key",
                   "make another admin key first", "id"};
  }
  transaction.when.push_back({key_key(command.id), found->second.at});
  transaction.then.push_back({key_key(command.id), std::nullopt});
  return transaction;
}

result<storage::control_transaction> key_book::build(const create_account& command,
                                                     wall_time now) const {
  if (!is_account_name(command.name.str()))
    return not_a_name(command.name, "name");
  if (accounts_.contains(command.name))
    return error{
        errc::already_exists, "there is an account `" + command.name.str() + "`", {}, "name"};
  storage::control_transaction transaction;
  transaction.when.push_back({account_key(command.name), 0});
  transaction.then.push_back({account_key(command.name), encode_account(now)});
  return transaction;
}

result<storage::control_transaction> key_book::build(const delete_account& command) const {
  const auto found = accounts_.find(command.name);
  if (found == accounts_.end())
    return error{errc::not_found, "there is no account `" + command.name.str() + "`", {}, "name"};
  if (command.name.str() == default_account_name)
    return error{errc::refused, "delete account `default`: it always exists", {}, "name"};
  if (keys_of(command.name) != 0)
    return error{errc::conflict, "delete account `" + command.name.str() + "`: it has keys",
                 "revoke its keys first", "name"};
  storage::control_transaction transaction;
  transaction.when.push_back({account_key(command.name), found->second.at});
  transaction.then.push_back({account_key(command.name), std::nullopt});
  return transaction;
}

// ---- what is so ---------------------------------------------------------------------------

result<client_identity> key_book::authenticate(const authenticate_key& question) const {
  auto secret = question.secret;
  if (!question.id.empty() && secret.find('.') == std::string::npos)
    secret = question.id + '.' + secret;
  // The same work whatever was asked: a digest, a look-up, a comparison.
  const auto digest = digest_of(secret);
  const auto id = id_of_secret(secret).value_or(std::string{});
  const auto found = keys_.find(id);
  static const secret_digest nobody = digest_of("no key has this secret");
  const bool known =
      found != keys_.end() && found->second.usable && found->second.value.kind != signature_kind;
  const bool equal = equal_in_constant_time(digest, known ? found->second.value.digest : nobody);
  if (!known || !equal || (!question.id.empty() && question.id != id))
    return no_key();
  return client_identity{found->second.value.account, id, found->second.value.role};
}

result<client_identity> key_book::identify(const identify_key& question) const {
  const auto found = keys_.find(question.id);
  if (found == keys_.end() || !found->second.usable || found->second.value.kind == signature_kind)
    return error{errc::refused, "the key is there no more", {}};
  return client_identity{found->second.value.account, question.id, found->second.value.role};
}

const key_record* key_book::find_signature_key(std::string_view id) const {
  const auto found = keys_.find(id);
  return found != keys_.end() && found->second.usable && found->second.value.kind == signature_kind
             ? &found->second.value
             : nullptr;
}

std::vector<key_report> key_book::list() const {
  std::vector<key_report> reports;
  for (const auto& [id, key] : keys_)
    if (key.usable)
      reports.push_back(
          {id, key.value.account, key.value.role, key.value.kind, key.value.created_at});
  std::ranges::stable_sort(reports, {}, &key_report::created_at);
  return reports;
}

std::vector<account_report> key_book::accounts() const {
  std::map<account_name, std::uint64_t> keys;
  for (const auto& [id, key] : keys_)
    ++keys[key.value.account];
  std::vector<account_report> reports;
  for (const auto& [name, account] : accounts_)
    reports.push_back({name, account.created_at, keys[name]});
  return reports;
}

std::uint64_t key_book::keys_of(const account_name& account) const {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      keys_, [&](const auto& each) { return each.second.value.account == account; }));
}

} // namespace warmfront
