// Keys of sender domains, what looks at the DNS found, and what other roles have to know of both.
#include <algorithm>

#include "actors/core/address.hpp"
#include "actors/core/displayable.hpp"
#include "actors/identities/identity_book.hpp"
#include "net/dns/mx_route.hpp"

namespace warmfront {

namespace {

/// Two algorithms, each with a key that signs, one that is to follow and some that are over. With
/// its other records a domain stays within one transaction.
constexpr std::size_t keys_max = 12;

error no_key(std::string_view selector) {
  return {errc::not_found, "there is no key with the selector `" + displayable(selector) + "`",
          "see `identity show`", "selector"};
}

/// A selector as it stands in names: labels of letters, digits and hyphens, in lower case.
result<std::string> selector_form(std::string_view text) {
  constexpr std::size_t octets_max = 63;
  const auto form = in_lower_case(text);
  if (form.size() > octets_max || !is_domain(form, false) || form.ends_with('.') ||
      form.find('/') != std::string::npos)
    return error{errc::invalid_argument,
                 "`" + displayable(text.substr(0, 100)) + "` is no selector",
                 "use letters, digits and hyphens, as in news2026", "selector"};
  return form;
}

std::string numbered_selector(std::uint32_t number, signing_algorithm of) {
  return "wf" + std::to_string(number) + (of == signing_algorithm::rsa_sha256 ? "r" : "e");
}

} // namespace

std::string signing_key_purpose(const domain_name& domain, std::string_view selector) {
  return "dkim/" + domain.str() + '/' + std::string{selector};
}

// ---- what the store says ------------------------------------------------------------------

result<void> identity_book::apply_key(const storage::control_event& event) {
  const auto name = *parse_signing_key_key(event.record.key);
  auto& of_domain = keys_[name.domain];
  of_domain.erase(name.selector);
  if (event.deleted) {
    if (of_domain.empty())
      keys_.erase(name.domain);
    return success();
  }
  WARMFRONT_TRY(value, decode_signing_key(name.selector, event.record.value));
  of_domain.emplace(name.selector,
                    held<stored_signing_key>{std::move(value), event.record.modified});
  return success();
}

result<void> identity_book::apply_check(const storage::control_event& event) {
  const domain_name domain{std::string{domain_of_check_key(event.record.key)}};
  checks_.erase(domain);
  if (event.deleted)
    return success();
  WARMFRONT_TRY(value, decode_check(event.record.value));
  checks_.emplace(domain, held<stored_check>{std::move(value), event.record.modified});
  return success();
}

// ---- what commands change -----------------------------------------------------------------

result<void> identity_book::add_keys(storage::control_transaction& transaction,
                                     const domain_name& domain, stored_identity& changed,
                                     const std::vector<made_signing_key>& made,
                                     const key_sealer& seal, wall_time now) const {
  const auto& present = keys_of(domain);
  if (present.size() + made.size() > keys_max)
    return error{errc::limit_exceeded,
                 "the domain has " + std::to_string(present.size()) + " keys, too many for another",
                 "retire some, and remove their records"};
  // The keys of one rotation have the same number.
  auto number = changed.last_selector + 1;
  const auto is_free = [&](std::uint32_t candidate) {
    return std::ranges::none_of(made, [&](const auto& each) {
      return present.contains(numbered_selector(candidate, each.algorithm));
    });
  };
  while (!is_free(number))
    ++number;
  for (const auto& each : made) {
    stored_signing_key key;
    key.selector = each.selector;
    if (key.selector.empty()) {
      key.selector = numbered_selector(number, each.algorithm);
      changed.last_selector = number;
    }
    if (present.contains(key.selector))
      return error{errc::already_exists, "the selector `" + key.selector + "` is in use",
                   "choose another one", "selector"};
    key.algorithm = each.algorithm;
    key.created_at = now;
    key.changed_at = now;
    key.published = each.published;
    WARMFRONT_TRY(sealed, seal(each.private_key, signing_key_purpose(domain, key.selector)));
    key.sealed = std::move(sealed);
    transaction.when.push_back({signing_key_key(domain, key.selector), 0});
    transaction.then.push_back({signing_key_key(domain, key.selector), encode(key)});
  }
  return success();
}

result<storage::control_transaction> identity_book::build(const add_signing_key& command,
                                                          const made_signing_key& made,
                                                          const key_sealer& seal,
                                                          wall_time now) const {
  WARMFRONT_TRY(domain, require_domain(command.account, command.domain));
  auto key = made;
  if (!command.selector.empty()) {
    WARMFRONT_TRY(selector, selector_form(command.selector));
    key.selector = selector;
  }
  const auto* const found = find(domain);
  auto changed = found->value;
  storage::control_transaction transaction;
  transaction.when.push_back({identity_key(domain), found->at});
  WARMFRONT_TRY(add_keys(transaction, domain, changed, {key}, seal, now));
  transaction.then.push_back({identity_key(domain), encode(changed)});
  return transaction;
}

result<storage::control_transaction>
identity_book::build_due(const domain_name& domain, const std::vector<made_signing_key>& made,
                         const key_sealer& seal, wall_time now) const {
  storage::control_transaction transaction;
  const auto* const found = find(domain);
  if (found == nullptr)
    return transaction;
  std::vector<made_signing_key> wanted;
  for (const auto& each : made)
    if (std::ranges::none_of(keys_of(domain), [&](const auto& key) {
          return key.second.value.algorithm == each.algorithm &&
                 key.second.value.state == signing_key_state::pending;
        }))
      wanted.push_back(each);
  if (wanted.empty())
    return transaction;
  auto changed = found->value;
  transaction.when.push_back({identity_key(domain), found->at});
  WARMFRONT_TRY(add_keys(transaction, domain, changed, wanted, seal, now));
  transaction.then.push_back({identity_key(domain), encode(changed)});
  return transaction;
}

result<storage::control_transaction> identity_book::build(const retire_signing_key& command,
                                                          wall_time now) const {
  WARMFRONT_TRY(domain, require_domain(command.account, command.domain));
  const auto& keys = keys_of(domain);
  const auto found = keys.find(in_lower_case(command.selector));
  if (found == keys.end())
    return no_key(command.selector);
  auto changed = found->second.value;
  const auto key = signing_key_key(domain, changed.selector);
  storage::control_transaction transaction;
  transaction.when.push_back({key, found->second.at});
  std::optional<std::string> left;
  if (changed.state == signing_key_state::active) {
    const bool has_other = std::ranges::any_of(keys, [&](const auto& each) {
      return each.first != changed.selector &&
             each.second.value.state == signing_key_state::active &&
             !each.second.value.missing_since;
    });
    if (!has_other)
      return error{errc::conflict,
                   "mail of the domain is signed with `" + changed.selector + "` alone",
                   "add a key, publish its record and verify the domain first", "selector"};
    // The other one has to stay as it is for this: two at once must not end each other's.
    for (const auto& [selector, each] : keys)
      if (selector != changed.selector && each.value.state == signing_key_state::active)
        transaction.when.push_back({signing_key_key(domain, selector), each.at});
    changed.state = signing_key_state::retiring;
    changed.changed_at = now;
    left = encode(changed);
  } else if (changed.state == signing_key_state::retiring) {
    changed.state = signing_key_state::retired;
    changed.changed_at = now;
    changed.sealed.clear();
    left = encode(changed);
  }
  transaction.then.push_back({key, left});
  return transaction;
}

result<storage::control_transaction> identity_book::build(const change_identity& command) const {
  WARMFRONT_TRY(domain, require_domain(command.account, command.domain));
  const auto* const found = find(domain);
  auto changed = found->value;
  if (command.return_path) {
    WARMFRONT_TRY(below, sender_domain_of(command.return_path->str()));
    // Else its SPF would not be aligned (RFC 7489 §3.1.2).
    if (!below.str().ends_with('.' + domain.str()))
      return error{errc::invalid_argument,
                   "the return path `" + below.str() + "` is not below " + domain.str(),
                   "give one as in bounce." + domain.str(), "return_path"};
    changed.return_path = below;
  }
  if (command.tracking_host) {
    if (command.tracking_host->empty()) {
      changed.tracking_host = {};
    } else {
      WARMFRONT_TRY(host, sender_domain_of(command.tracking_host->str()));
      if (host != domain && !host.str().ends_with('.' + domain.str()))
        return error{errc::invalid_argument,
                     "the tracking host `" + host.str() + "` is not of " + domain.str(),
                     "give one as in links." + domain.str(), "tracking_host"};
      changed.tracking_host = host;
    }
  }
  storage::control_transaction transaction;
  if (changed == found->value)
    return transaction;
  transaction.when.push_back({identity_key(domain), found->at});
  transaction.then.push_back({identity_key(domain), encode(changed)});
  return transaction;
}

result<storage::control_transaction> identity_book::build_look(const domain_name& domain,
                                                               const identity_findings& found,
                                                               wall_time looked_at, bool by_hand,
                                                               const rotation_rules& rules) const {
  const auto* const identity = find(domain);
  storage::control_transaction transaction;
  if (identity == nullptr)
    return error{errc::not_found, "the domain `" + domain.str() + "` was removed", {}, "domain"};
  const auto last = checks_.find(domain);
  const auto* const before = last == checks_.end() ? nullptr : &last->second;
  if (before != nullptr && before->value.checked_at > looked_at &&
      before->value.checked_at - looked_at <= clock_slack)
    return transaction;
  const auto rotated = rotate(key_list(domain), found.keys, looked_at, by_hand, rules);
  transaction.when.push_back({identity_key(domain), identity->at});
  transaction.when.push_back({check_key(domain), before == nullptr ? 0 : before->at});
  for (const auto& [selector, key] : keys_of(domain)) {
    const auto left = std::ranges::find(rotated.keys, selector, &stored_signing_key::selector);
    if (left != rotated.keys.end() && *left == key.value)
      continue;
    const auto name = signing_key_key(domain, selector);
    transaction.when.push_back({name, key.at});
    transaction.then.push_back(
        {name, left == rotated.keys.end() ? std::nullopt : std::optional{encode(*left)}});
  }
  const auto check =
      judge_identity(found, rotated.keys, before == nullptr ? nullptr : &before->value, looked_at);
  transaction.then.push_back({check_key(domain), encode(check)});
  return transaction;
}

} // namespace warmfront
