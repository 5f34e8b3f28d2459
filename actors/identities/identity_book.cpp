#include "actors/identities/identity_book.hpp"

#include <algorithm>

#include "actors/core/address.hpp"
#include "actors/core/displayable.hpp"
#include "net/dns/address_form.hpp"
#include "net/dns/mx_route.hpp"
#include "net/mime/header_text.hpp"

namespace warmfront {

namespace {

constexpr std::size_t domains_max = 1'000;
constexpr std::size_t senders_max = 10'000;
constexpr std::size_t display_name_octets_max = 255;

error no_identity(const domain_name& domain) {
  return {errc::not_found, "there is no sender domain `" + domain.str() + "`",
          "list them with `identity list`", "domain"};
}

error no_sender(std::string_view address) {
  return {errc::not_found, "there is no sender address `" + std::string{address} + "`",
          "list them with `identity senders`", "address"};
}

result<void> check_tags(const add_identity& command) {
  constexpr std::size_t tags_max = 50;
  constexpr std::size_t tag_octets_max = 256;
  const auto fits = [](const std::string& text) {
    return text.size() <= tag_octets_max && mime::check_header_text(text, "tags").has_value();
  };
  const bool good =
      command.tags.size() <= tags_max && std::ranges::all_of(command.tags, [&](const auto& each) {
        return !each.first.empty() && fits(each.first) && fits(each.second);
      });
  if (!good)
    return error{errc::invalid_argument, "these tags cannot be kept",
                 "use at most 50, each name and value a line of at most 256 octets", "tags"};
  return success();
}

} // namespace

result<domain_name> sender_domain_of(std::string_view text) {
  auto labels = dns::to_a_labels(text);
  if (!labels || !is_domain(labels.value(), false) ||
      labels.value().find('.') == std::string::npos || dns::is_address(labels.value()))
    return error{errc::invalid_argument,
                 "`" + displayable(text.substr(0, 255)) + "` is not a domain",
                 "give one as in news.example.net", "domain"};
  return domain_name{std::move(labels).value()};
}

// ---- what the store says ------------------------------------------------------------------

result<void> identity_book::load(const storage::control_snapshot& all) {
  domains_.clear();
  senders_.clear();
  keys_.clear();
  checks_.clear();
  auto outcome = success();
  for (const auto& record : all.records)
    if (auto applied = apply({record, false}); !applied)
      outcome = applied;
  return outcome;
}

result<void> identity_book::apply(const storage::control_event& event) {
  const auto& record = event.record;
  if (const auto name = domain_of_identity_key(record.key); !name.empty()) {
    const domain_name domain{std::string{name}};
    domains_.erase(domain);
    if (event.deleted)
      return success();
    WARMFRONT_TRY(value, decode_identity(record.value));
    domains_.emplace(domain, held<stored_identity>{std::move(value), record.modified});
    return success();
  }
  if (parse_signing_key_key(record.key))
    return apply_key(event);
  if (!domain_of_check_key(record.key).empty())
    return apply_check(event);
  const auto address = address_of_sender_key(record.key);
  if (address.empty())
    return success(); // of a later release
  const domain_name domain{domain_of(address)};
  auto& of_domain = senders_[domain];
  of_domain.erase(std::string{address});
  if (event.deleted) {
    if (of_domain.empty())
      senders_.erase(domain);
    return success();
  }
  WARMFRONT_TRY(value, decode_sender(record.value));
  of_domain.emplace(address, held<stored_sender>{std::move(value), record.modified});
  return success();
}

// ---- what commands change -----------------------------------------------------------------

result<storage::control_transaction> identity_book::build(const add_identity& command,
                                                          wall_time now,
                                                          const std::vector<made_signing_key>& keys,
                                                          const key_sealer& seal) const {
  WARMFRONT_TRY(domain, sender_domain_of(command.domain.str()));
  WARMFRONT_TRY(check_tags(command));
  WARMFRONT_TRY(check_new(domain, command.account));
  const auto own = std::ranges::count_if(
      domains_, [&](const auto& each) { return each.second.value.account == command.account; });
  if (static_cast<std::size_t>(own) >= domains_max)
    return error{errc::limit_exceeded,
                 "the account has " + std::to_string(domains_max) + " domains, the most allowed",
                 "remove some"};
  stored_identity made{command.account, now, 0, command.tags};
  storage::control_transaction transaction;
  transaction.when.push_back({identity_key(domain), 0});
  WARMFRONT_TRY(add_keys(transaction, domain, made, keys, seal, now));
  transaction.then.push_back({identity_key(domain), encode(made)});
  return transaction;
}

result<void> identity_book::check_new(const domain_name& domain,
                                      const account_name& account) const {
  // Whoever had it would have the mail of all domains below it.
  if (is_public_suffix(domain))
    return error{errc::invalid_argument, "`" + domain.str() + "` is nobody's own domain",
                 "give one below it", "domain"};
  const auto* const above = covering(domains_, domain);
  if (above == nullptr || (above->second.value.account == account && above->first != domain))
    return success();
  if (above->second.value.account == account)
    return error{errc::already_exists,
                 "the account has the domain `" + domain.str() + "` already",
                 {},
                 "domain"};
  return error{errc::conflict, "the domain `" + above->first.str() + "` belongs to another account",
               "have it removed there first", "domain"};
}

result<storage::control_transaction> identity_book::build(const remove_identity& command) const {
  WARMFRONT_TRY(domain, sender_domain_of(command.domain.str()));
  WARMFRONT_TRY(found, require(command.account, domain));
  if (found->value.senders > 0)
    return error{errc::conflict, "the domain `" + domain.str() + "` has sender addresses",
                 "remove them first", "domain"};
  storage::control_transaction transaction;
  transaction.when.push_back({identity_key(domain), found->at});
  transaction.then.push_back({identity_key(domain), std::nullopt});
  for (const auto& [selector, key] : keys_of(domain))
    transaction.then.push_back({signing_key_key(domain, selector), std::nullopt});
  transaction.then.push_back({check_key(domain), std::nullopt});
  return transaction;
}

// The domain counts its addresses: so it cannot be removed while one is added.
result<storage::control_transaction> identity_book::build(const add_sender& command,
                                                          wall_time now) const {
  const auto address = dns::comparable_address(command.address);
  if (!address)
    return error{errc::invalid_argument, address.error().what, address.error().remedy, "address"};
  if (command.display_name.size() > display_name_octets_max)
    return error{errc::invalid_argument, "the name is too long", "use at most 255 octets",
                 "display_name"};
  WARMFRONT_TRY(mime::check_header_text(command.display_name, "display_name"));
  const domain_name domain{domain_of(address.value())};
  WARMFRONT_TRY(found, require(command.account, domain));
  if (find(address.value()) != nullptr)
    return error{errc::already_exists,
                 "there is a sender address `" + address.value() + "` already",
                 {},
                 "address"};
  if (found->value.senders >= senders_max)
    return error{errc::limit_exceeded,
                 "the domain has " + std::to_string(senders_max) + " addresses, the most allowed",
                 "remove some"};
  auto changed = found->value;
  ++changed.senders;
  storage::control_transaction transaction;
  transaction.when = {{identity_key(domain), found->at}, {sender_key(address.value()), 0}};
  transaction.then = {
      {identity_key(domain), encode(changed)},
      {sender_key(address.value()), encode(stored_sender{command.display_name, now, {}})}};
  return transaction;
}

result<storage::control_transaction> identity_book::build(const remove_sender& command) const {
  WARMFRONT_TRY(found, require_sender(command.account, command.address));
  auto changed = found.domain->value;
  changed.senders -= std::min<std::uint64_t>(changed.senders, 1);
  const auto domain = identity_key(found.of);
  const auto sender = sender_key(found.address);
  storage::control_transaction transaction;
  transaction.when = {{domain, found.domain->at}, {sender, found.sender->at}};
  transaction.then = {{domain, encode(changed)}, {sender, std::nullopt}};
  return transaction;
}

result<storage::control_transaction> identity_book::build(const set_sender_password& command,
                                                          const password_hash& made) const {
  WARMFRONT_TRY(found, require_sender(command.account, command.address));
  auto changed = found.sender->value;
  changed.password = made;
  const auto key = sender_key(found.address);
  storage::control_transaction transaction;
  transaction.when.push_back({key, found.sender->at});
  transaction.then.push_back({key, encode(changed)});
  return transaction;
}

// ---- what is so ---------------------------------------------------------------------------

const identity_book::held<stored_identity>* identity_book::find(const domain_name& domain) const {
  const auto found = domains_.find(domain);
  return found == domains_.end() ? nullptr : &found->second;
}

const identity_book::held<stored_sender>* identity_book::find(std::string_view address) const {
  const auto of = senders_.find(domain_name{domain_of(address)});
  if (of == senders_.end())
    return nullptr;
  const auto found = of->second.find(address);
  return found == of->second.end() ? nullptr : &found->second;
}

// To others a domain of another account is as one that there is not.
result<const identity_book::held<stored_identity>*>
identity_book::require(const account_name& account, const domain_name& domain) const {
  const auto* found = find(domain);
  if (found == nullptr || found->value.account != account)
    return no_identity(domain);
  return found;
}

result<identity_book::found_sender> identity_book::require_sender(const account_name& account,
                                                                  std::string_view address) const {
  const auto form = dns::comparable_address(address);
  if (!form)
    return no_sender(displayable(address.substr(0, 320)));
  domain_name domain{domain_of(form.value())};
  const auto* of = find(domain);
  const auto* found = find(form.value());
  if (of == nullptr || found == nullptr || of->value.account != account)
    return no_sender(form.value());
  return found_sender{of, found, form.value(), std::move(domain)};
}

result<identity_report> identity_book::identity(const account_name& account,
                                                const domain_name& domain) const {
  WARMFRONT_TRY(form, require_domain(account, domain));
  return report(form, find(form)->value);
}

result<sender_report> identity_book::sender(const account_name& account,
                                            std::string_view address) const {
  WARMFRONT_TRY(found, require_sender(account, address));
  const auto& value = found.sender->value;
  return sender_report{account, found.address, value.display_name, value.created_at,
                       value.password.is_set()};
}

result<std::vector<identity_report>> identity_book::list(const list_identities& filter) const {
  std::vector<identity_report> found;
  const auto matches = [&](const stored_identity& each) {
    return filter.account.empty() || each.account == filter.account;
  };
  if (!filter.domain.empty()) {
    WARMFRONT_TRY(domain, sender_domain_of(filter.domain.str()));
    const auto* one = find(domain);
    if (one == nullptr || !matches(one->value))
      return no_identity(domain);
    found.push_back(report(domain, one->value));
    return found;
  }
  for (const auto& [domain, each] : domains_)
    if (matches(each.value))
      found.push_back(report(domain, each.value));
  return found;
}

result<std::vector<sender_report>> identity_book::list(const list_senders& filter) const {
  list_identities domains{filter.account, filter.domain};
  WARMFRONT_TRY(of, list(domains));
  std::vector<sender_report> found;
  for (const auto& domain : of)
    if (const auto all = senders_.find(domain.domain); all != senders_.end())
      for (const auto& [address, each] : all->second)
        found.push_back({domain.account, address, each.value.display_name, each.value.created_at,
                         each.value.password.is_set()});
  return found;
}

password_hash identity_book::password_of(std::string_view address) const {
  const auto* found = find(address);
  return found == nullptr || owner_of(address).empty() ? password_hash{} : found->value.password;
}

account_name identity_book::owner_of(std::string_view address) const {
  const auto* of = find(domain_name{domain_of(address)});
  return of == nullptr || find(address) == nullptr ? account_name{} : of->value.account;
}

} // namespace warmfront
