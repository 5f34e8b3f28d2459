#include "actors/identities/identity_check.hpp"

#include <algorithm>

#include "actors/core/address.hpp"

namespace warmfront {

namespace {

using dns::answer_kind;
using dns::record_type;

/// Receivers look up ten names at most; addresses cost nothing, but a record has to stay readable.
constexpr std::size_t sources_max = 64;

std::string joined(const std::vector<std::string>& values) {
  std::string text;
  for (const auto& each : values)
    text += (text.empty() ? "" : " | ") + each;
  return text;
}

std::string without_last_dot(std::string name) {
  if (name.ends_with('.'))
    name.pop_back();
  return in_lower_case(name);
}

bool shares_one(const std::vector<std::string>& some, const std::vector<std::string>& others) {
  return std::ranges::any_of(
      some, [&](const auto& each) { return std::ranges::find(others, each) != others.end(); });
}

std::string mechanism_for(const ip_address& source) {
  return (source.str().find(':') == std::string::npos ? "ip4:" : "ip6:") + source.str();
}

std::string expected_spf(const identity_subject& of, const sending_site& site) {
  std::string text = "v=spf1";
  for (const auto& each : of.sources)
    text += ' ' + mechanism_for(each);
  if (of.sources.empty())
    text += " a:" + site.hostname;
  return text + " ~all";
}

/// The addresses of a host, of both families. None: they are being asked for.
struct host_addresses {
  std::vector<std::string> values;
  bool is_known = true;
};
std::optional<host_addresses> addresses_of(const std::string& host, dns_answers& answers) {
  const auto* const four = answers.want(host, record_type::a);
  const auto* const six = answers.want(host, record_type::aaaa);
  if (four == nullptr || six == nullptr)
    return std::nullopt;
  host_addresses found;
  for (const auto* const each : {four, six}) {
    found.values.insert(found.values.end(), each->values.begin(), each->values.end());
    found.is_known = found.is_known && each->kind != answer_kind::failed;
  }
  return found;
}

/// Whether two hosts have an address in common.
std::optional<finding> is_same_host(const std::string& one, const std::string& other,
                                    dns_answers& answers) {
  const auto left = addresses_of(one, answers);
  const auto right = addresses_of(other, answers);
  if (!left || !right)
    return std::nullopt;
  if (shares_one(left->values, right->values))
    return finding::right;
  return left->is_known && right->is_known ? finding::wrong : finding::unknown;
}

void settle(dns_record_wanted& record, finding what, std::string why) {
  record.is_right = what == finding::right;
  record.why = record.is_right ? std::string{} : std::move(why);
}

// ---- SPF ----

struct spf_look {
  finding what = finding::right;
  std::string why;
  std::vector<ip_address> passing;
};

std::optional<std::vector<ip_address>> sources_of(const identity_subject& of,
                                                  const sending_site& site, dns_answers& answers) {
  if (!of.sources.empty())
    return std::vector<ip_address>{
        of.sources.begin(),
        of.sources.begin() + static_cast<std::ptrdiff_t>(std::min(of.sources.size(), sources_max))};
  const auto own = addresses_of(site.hostname, answers);
  if (!own)
    return std::nullopt;
  std::vector<ip_address> found;
  for (const auto& each : own->values)
    found.emplace_back(each);
  return found;
}

std::optional<spf_look> look_at_spf(const domain_name& domain,
                                    const std::vector<ip_address>& sources,
                                    const sending_site& site, dns_answers& answers) {
  spf_look look;
  bool is_complete = true;
  if (sources.empty())
    return spf_look{finding::unknown,
                    "no pool has an address, and " + site.hostname + " has none in the DNS",
                    {}};
  for (const auto& each : sources) {
    const auto found = spf_of(domain, each, site.hostname, answers);
    if (!found) {
      is_complete = false;
      continue;
    }
    if (found->what == finding::right) {
      look.passing.push_back(each);
    } else if (look.what != finding::wrong) {
      look.what = found->what;
      look.why = found->why + (found->what == finding::wrong
                                   ? ": add " + mechanism_for(each) + " before its `all`"
                                   : "");
    }
  }
  return is_complete ? std::optional{look} : std::nullopt;
}

/// Fills in what is at the name; none: it is being asked for.
bool fill_spf(dns_record_wanted& record, const identity_subject& of, const sending_site& site,
              dns_answers& answers, spf_look& look) {
  const auto* const texts = answers.want(record.name.str(), record_type::txt);
  const auto sources = sources_of(of, site, answers);
  if (texts == nullptr || !sources)
    return false;
  std::vector<std::string> records;
  std::ranges::copy_if(texts->values, std::back_inserter(records), [](const auto& text) {
    return in_lower_case(text.substr(0, 7)) == "v=spf1 " || in_lower_case(text) == "v=spf1";
  });
  record.found = joined(records);
  const auto found = look_at_spf(record.name, *sources, site, answers);
  if (!found)
    return false;
  look = *found;
  if (records.empty() && texts->kind != answer_kind::failed)
    look = {
        finding::wrong, "there is no SPF record: publish a TXT record at " + record.name.str(), {}};
  else if (records.size() > 1)
    look = {finding::wrong, "there are several SPF records, which count as none: leave one", {}};
  settle(record, look.what, look.why);
  return true;
}

// ---- the others ----

bool fill_key(dns_record_wanted& record, const identity_subject& of, const stored_signing_key& key,
              dns_answers& answers, identity_findings& into) {
  const auto found = key_record_of(of.domain, key.selector, key.published, answers);
  if (!found)
    return false;
  record.found = found->found;
  settle(record, found->key.what == key_sighting::seen ? finding::right : finding::wrong,
         found->key.why);
  into.keys.emplace(key.selector, found->key);
  return true;
}

bool fill_dmarc(dns_record_wanted& record, const identity_subject& of, dns_answers& answers) {
  const auto found = dmarc_of(of.domain, answers);
  if (!found)
    return false;
  record.found = found->found;
  settle(record, found->what, found->why);
  return true;
}

bool fill_return_path(dns_record_wanted& record, const sending_site& site, dns_answers& answers) {
  const auto* const found = answers.want(record.name.str(), record_type::mx);
  if (found == nullptr)
    return false;
  record.found = joined(found->values);
  auto verdict = found->kind == answer_kind::failed ? finding::unknown : finding::wrong;
  bool is_complete = true;
  for (const auto& value : found->values) {
    // As text a record is its preference and its host.
    const auto host = without_last_dot(value.substr(value.find(' ') + 1));
    if (host.empty())
      continue;
    if (host == site.hostname || std::ranges::find(site.mx_hosts, host) != site.mx_hosts.end()) {
      verdict = finding::right;
      break;
    }
    const auto same = is_same_host(host, site.hostname, answers);
    is_complete = is_complete && same.has_value();
    if (same && *same != finding::wrong && verdict != finding::right)
      verdict = *same;
  }
  if (verdict != finding::right && !is_complete)
    return false;
  settle(record, verdict,
         verdict == finding::unknown
             ? "the DNS does not tell where its mail goes: " + found->why
             : "bounces would not come back here: publish an MX record at " + record.name.str());
  return true;
}

bool fill_tracking(dns_record_wanted& record, const sending_site& site, dns_answers& answers) {
  const auto* const alias = answers.want(record.name.str(), record_type::cname);
  if (alias == nullptr)
    return false;
  record.found = joined(alias->values);
  if (!alias->values.empty() && without_last_dot(alias->values.front()) == site.public_host) {
    settle(record, finding::right, {});
    return true;
  }
  const auto same = is_same_host(record.name.str(), site.public_host, answers);
  if (!same)
    return false;
  if (record.found.empty())
    record.found = joined(addresses_of(record.name.str(), answers)->values);
  settle(record, *same,
         *same == finding::unknown
             ? "the DNS does not tell where it leads"
             : "links would not lead here: publish a CNAME record at " + record.name.str());
  return true;
}

dns_record_wanted wanted(std::string purpose, std::string type, domain_name name,
                         std::string expected, bool is_required) {
  dns_record_wanted made;
  made.purpose = std::move(purpose);
  made.type = std::move(type);
  made.name = std::move(name);
  made.expected = std::move(expected);
  made.is_required = is_required;
  return made;
}

} // namespace

std::vector<dns_record_wanted> records_wanted(const identity_subject& of,
                                              const sending_site& site) {
  std::vector<dns_record_wanted> all;
  for (const auto& key : of.keys)
    if (key.state != signing_key_state::retired)
      all.push_back(wanted("dkim", "TXT", key_record_name(of.domain, key.selector), key.published,
                           key.state != signing_key_state::retiring));
  all.push_back(wanted("spf", "TXT", of.domain, expected_spf(of, site), true));
  all.push_back(
      wanted("dmarc", "TXT", domain_name{"_dmarc." + of.domain.str()}, "v=DMARC1; p=none", false));
  if (site.takes_bounces) {
    const auto& host = site.mx_hosts.empty() ? site.hostname : site.mx_hosts.front();
    all.push_back(wanted("return_path", "MX", of.return_path, "10 " + host, false));
    all.push_back(wanted("spf", "TXT", of.return_path, expected_spf(of, site), false));
  }
  if (!of.tracking_host.empty() && !site.public_host.empty())
    all.push_back(wanted("tracking", "CNAME", of.tracking_host, site.public_host, false));
  return all;
}

std::optional<identity_findings> look_at_identity(const identity_subject& of,
                                                  const sending_site& site, dns_answers& answers) {
  identity_findings found;
  found.records = records_wanted(of, site);
  bool is_complete = true;
  for (auto& record : found.records) {
    bool is_filled = true;
    spf_look look;
    if (record.purpose == "dkim") {
      const auto key = std::ranges::find_if(of.keys, [&](const stored_signing_key& each) {
        return key_record_name(of.domain, each.selector) == record.name;
      });
      is_filled = fill_key(record, of, *key, answers, found);
    } else if (record.purpose == "spf") {
      is_filled = fill_spf(record, of, site, answers, look);
      if (record.name == of.domain) {
        found.spf = look.what;
        found.passing_sources = look.passing;
      }
    } else if (record.purpose == "dmarc") {
      is_filled = fill_dmarc(record, of, answers);
    } else if (record.purpose == "return_path") {
      is_filled = fill_return_path(record, site, answers);
    } else {
      is_filled = fill_tracking(record, site, answers);
    }
    is_complete = is_complete && is_filled;
  }
  // When its record is gone, a retired key can be forgotten.
  for (const auto& key : of.keys)
    if (key.state == signing_key_state::retired) {
      const auto left = key_record_of(of.domain, key.selector, key.published, answers);
      is_complete = is_complete && left.has_value();
      if (left)
        found.keys.emplace(key.selector, left->key);
    }
  return is_complete ? std::optional{std::move(found)} : std::nullopt;
}

stored_check judge_identity(const identity_findings& found,
                            const std::vector<stored_signing_key>& keys, const stored_check* before,
                            wall_time now) {
  stored_check made;
  made.checked_at = now;
  made.records = found.records;
  made.passing_sources = found.passing_sources;
  if (before != nullptr) {
    made.verified = before->verified;
    made.wrong_since = before->wrong_since;
    if (found.spf == finding::unknown)
      made.passing_sources = before->passing_sources;
  }
  const bool is_signed = std::ranges::any_of(keys, [](const stored_signing_key& key) {
    return key.state == signing_key_state::active && !key.missing_since;
  });
  if (is_signed && found.spf == finding::unknown)
    return made;
  if (is_signed && found.spf == finding::right) {
    made.verified = true;
    made.wrong_since.reset();
    return made;
  }
  // What never was right is not wrong since a moment.
  if (!made.verified)
    return made;
  if (!made.wrong_since)
    made.wrong_since = now;
  made.verified = now - *made.wrong_since < wrong_at_most;
  return made;
}

} // namespace warmfront
