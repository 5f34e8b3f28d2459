// What other roles have to know of sender domains, their keys and records.
#include <algorithm>

#include "actors/identities/identity_book.hpp"

namespace warmfront {

namespace {

signing_key_report report_of(const stored_signing_key& key) {
  return {key.selector, key.algorithm, key.state, key.created_at, key.changed_at, key.why};
}

/// What the last look found of a record.
void fill_in(dns_record_wanted& wanted, const stored_check& check) {
  for (const auto& each : check.records)
    if (each.purpose == wanted.purpose && each.name == wanted.name && each.type == wanted.type) {
      wanted.found = each.found;
      wanted.is_right = each.is_right;
      wanted.why = each.why;
      return;
    }
}

} // namespace

const identity_book::signing_key_map& identity_book::keys_of(const domain_name& domain) const {
  static const signing_key_map none;
  const auto found = keys_.find(domain);
  return found == keys_.end() ? none : found->second;
}

std::vector<stored_signing_key> identity_book::key_list(const domain_name& domain) const {
  std::vector<stored_signing_key> all;
  for (const auto& [selector, key] : keys_of(domain))
    all.push_back(key.value);
  return all;
}

std::vector<ip_address> identity_book::sources_of(const account_name& account) const {
  std::vector<ip_address> found;
  if (!pools_)
    return found;
  for (const auto& of : *pools_)
    if (of.account.empty() || of.account == account)
      for (const auto& each : of.addresses)
        if (may_send(each.state) && each.weight > 0)
          found.push_back(each.address);
  std::ranges::sort(found);
  const auto again = std::ranges::unique(found);
  found.erase(again.begin(), again.end());
  return found;
}

identity_subject identity_book::subject(const domain_name& domain) const {
  const auto& value = find(domain)->value;
  return {domain,
          value.return_path.empty() ? domain_name{"bounce." + domain.str()} : value.return_path,
          value.tracking_host, key_list(domain), sources_of(value.account)};
}

result<domain_name> identity_book::require_domain(const account_name& account,
                                                  const domain_name& domain) const {
  WARMFRONT_TRY(form, sender_domain_of(domain.str()));
  const auto* const found = find(form);
  const auto whose = found == nullptr ? account_name{} : found->value.account;
  WARMFRONT_TRY(require(account.empty() ? whose : account, form));
  return form;
}

std::vector<signing_algorithm> identity_book::due_keys(const domain_name& domain, wall_time now,
                                                       const rotation_rules& rules) const {
  return rotate(key_list(domain), {}, now, false, rules).due;
}

wall_time identity_book::last_look(const domain_name& domain) const {
  if (const auto* const check = check_of(domain))
    return check->checked_at;
  const auto* const found = find(domain);
  return found == nullptr ? wall_time{} : found->value.created_at;
}

std::vector<domain_name> identity_book::domains() const {
  std::vector<domain_name> all;
  for (const auto& [domain, each] : domains_)
    all.push_back(domain);
  return all;
}

const stored_check* identity_book::check_of(const domain_name& domain) const {
  const auto found = checks_.find(domain);
  return found == checks_.end() ? nullptr : &found->second.value;
}

identity_book::owner identity_book::covering_identity(const domain_name& of) const {
  const auto* const found = covering(domains_, of);
  return found == nullptr ? owner{} : owner{found->second.value.account, found->first};
}

std::map<domain_name, sender_domain> identity_book::sender_domains() const {
  std::map<domain_name, sender_domain> all;
  for (const auto& [domain, each] : domains_) {
    sender_domain made{each.value.account, false, {}, {}};
    const auto about = report(domain, each.value);
    made.verified = about.verified;
    const auto is_right = [&](std::string_view purpose, const domain_name& name) {
      return std::ranges::any_of(about.records, [&](const dns_record_wanted& record) {
        return record.purpose == purpose && record.name == name && record.is_right;
      });
    };
    if (is_right("return_path", about.return_path) && is_right("spf", about.return_path))
      made.return_path = about.return_path;
    if (is_right("tracking", about.tracking_host))
      made.tracking_host = about.tracking_host;
    all.emplace(domain, std::move(made));
  }
  return all;
}

std::map<domain_name, std::vector<stored_signing_key>> identity_book::signing_keys() const {
  std::map<domain_name, std::vector<stored_signing_key>> all;
  for (const auto& [domain, keys] : keys_)
    if (domains_.contains(domain))
      if (auto of_domain = signing_keys_of(key_list(domain)); !of_domain.empty())
        all.emplace(domain, std::move(of_domain));
  return all;
}

identity_report identity_book::report(const domain_name& domain,
                                      const stored_identity& value) const {
  identity_report made{value.account, domain, value.created_at, false, value.senders,
                       value.tags,    {}};
  const auto about = subject(domain);
  made.records = records_wanted(about, site_);
  made.return_path = about.return_path;
  made.tracking_host = about.tracking_host;
  for (const auto& key : about.keys)
    made.keys.push_back(report_of(key));
  if (const auto* const check = check_of(domain)) {
    made.verified = check->verified;
    made.checked_at = check->checked_at;
    made.wrong_since = check->wrong_since;
    for (auto& each : made.records)
      fill_in(each, *check);
  }
  return made;
}

} // namespace warmfront
