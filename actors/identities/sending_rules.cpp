#include "actors/identities/sending_rules.hpp"

#include <algorithm>

#include "net/dns/reverse.hpp"

namespace warmfront {

namespace {

using dns::record_type;

/// An address has a name or two; whoever publishes hundreds is not asked about all of them.
constexpr std::size_t names_max = 8;

sending_rule rule(std::string name, bool is_met, std::string why) {
  return {std::move(name), is_met, std::move(why), std::nullopt};
}

const dns_record_wanted* find_record(const std::vector<dns_record_wanted>& records,
                                     std::string_view purpose, const domain_name& name) {
  for (const auto& each : records)
    if (each.purpose == purpose && (name.empty() || each.name == name))
      return &each;
  return nullptr;
}

sending_rule dkim_rule(const sending_subject& of, const sending_site& site, bool is_strict) {
  if (!of.identity)
    return rule("dkim", false,
                of.from.str() + " is not one of the account's sender domains: add it, so that its "
                                "mail is signed");
  const auto keys = signing_keys_of(of.identity->keys);
  const bool is_signed = std::ranges::any_of(keys, [](const stored_signing_key& key) {
    return key.state == signing_key_state::active && !key.missing_since;
  });
  if (!is_signed) {
    auto made = rule("dkim", false,
                     "mail from " + of.from.str() + " is not signed: no key of " +
                         of.identity->domain.str() + " has its record in the DNS");
    const auto wanted = records_wanted(*of.identity, site);
    if (const auto* const record = find_record(wanted, "dkim", {}))
      made.publish = *record;
    return made;
  }
  if (!is_aligned(of.from, of.identity->domain, is_strict))
    return rule("dkim", false,
                "its DMARC record has adkim=s, and mail is signed for " +
                    of.identity->domain.str() + ", not for " + of.from.str() +
                    ": add that as a sender domain of its own");
  return rule("dkim", true, "mail is signed for " + of.identity->domain.str());
}

dns_record_wanted spf_to_publish(const sending_subject& of, const domain_name& at,
                                 const sending_site& site) {
  auto about = of.identity.value_or(identity_subject{of.from, {}, {}, {}, {}});
  about.sources = of.sources;
  const auto wanted = records_wanted(about, site);
  auto made = *find_record(wanted, "spf", about.domain);
  made.name = at;
  return made;
}

std::optional<std::vector<ip_address>>
leaving_from(const sending_subject& of, const sending_site& site, dns_answers& answers) {
  if (!of.sources.empty())
    return of.sources;
  const auto* const four = answers.want(site.hostname, record_type::a);
  const auto* const six = answers.want(site.hostname, record_type::aaaa);
  if (four == nullptr || six == nullptr)
    return std::nullopt;
  std::vector<ip_address> found;
  for (const auto* const each : {four, six})
    for (const auto& value : each->values)
      found.emplace_back(value);
  return found;
}

std::optional<sending_rule> spf_rule(const sending_subject& of, const sending_site& site,
                                     const std::vector<ip_address>& sources, bool is_strict,
                                     dns_answers& answers) {
  const auto& path = of.return_path.empty() ? of.from : of.return_path;
  sending_rule made = rule("spf", true, "SPF of " + path.str() + " passes for every address");
  bool is_complete = true;
  for (const auto& each : sources) {
    const auto found = spf_of(path, each, site.hostname, answers);
    is_complete = is_complete && found.has_value();
    if (!found || found->what == finding::right || !made.is_met)
      continue;
    const bool passed_before = of.last && std::ranges::find(of.last->passing_sources, each) !=
                                              of.last->passing_sources.end();
    if (found->what == finding::unknown && passed_before)
      continue;
    made = rule("spf", false, found->why);
    made.publish = spf_to_publish(of, path, site);
  }
  if (!is_complete)
    return std::nullopt;
  if (sources.empty())
    return rule("spf", false,
                "it is not known from which address mail leaves: add one to the pool, or publish "
                "one for " +
                    site.hostname);
  if (made.is_met && !is_aligned(of.from, path, is_strict))
    return rule("spf", false,
                "its DMARC record has aspf=s, and bounces go to " + path.str() + ", not to " +
                    of.from.str());
  return made;
}

sending_rule dmarc_rule(const sending_subject& of, const dmarc_finding& found) {
  if (found.what == finding::right)
    return rule("dmarc", true, "there is a DMARC record at " + found.at.str());
  if (found.what == finding::unknown && of.last)
    if (const auto* const before = find_record(of.last->records, "dmarc", {});
        before != nullptr && before->is_right)
      return rule("dmarc", true, "there was a DMARC record at the last look");
  auto made = rule("dmarc", false, found.why);
  dns_record_wanted record;
  record.purpose = "dmarc";
  record.type = "TXT";
  record.name = domain_name{"_dmarc." + of.from.str()};
  record.expected = "v=DMARC1; p=none";
  record.found = found.found;
  record.is_required = false;
  record.why = found.why;
  made.publish = record;
  return made;
}

/// Whether an address has a name that has it; empty `why`: it has.
struct name_finding {
  finding what = finding::wrong;
  std::string why;
};
std::optional<name_finding> name_of(const ip_address& source, dns_answers& answers) {
  const auto* const names = answers.want(dns::reverse_name(source.str()), record_type::ptr);
  if (names == nullptr)
    return std::nullopt;
  if (names->kind == dns::answer_kind::failed)
    return name_finding{finding::unknown, {}};
  const auto family =
      source.str().find(':') == std::string::npos ? record_type::a : record_type::aaaa;
  bool is_complete = true;
  auto what = finding::wrong;
  for (std::size_t i = 0; i < std::min(names->values.size(), names_max); ++i) {
    const auto* const forward = answers.want(names->values[i], family);
    if (forward == nullptr) {
      is_complete = false;
      continue;
    }
    if (std::ranges::find(forward->values, source.str()) != forward->values.end())
      return name_finding{finding::right, {}};
    if (forward->kind == dns::answer_kind::failed)
      what = finding::unknown;
  }
  if (!is_complete)
    return std::nullopt;
  return name_finding{what, names->values.empty()
                                ? source.str() + " has no reverse name"
                                : "the reverse name " + names->values.front() + " of " +
                                      source.str() + " does not have this address"};
}

std::optional<sending_rule> fcrdns_rule(const std::vector<ip_address>& sources,
                                        const sending_site& site, dns_answers& answers) {
  auto made = rule("fcrdns", true, "every address has a name that has it");
  bool is_complete = true;
  for (const auto& each : sources) {
    const auto found = name_of(each, answers);
    is_complete = is_complete && found.has_value();
    // What nobody answers now is no reason to hold a batch: provisioning has looked before.
    if (!found || found->what != finding::wrong || !made.is_met)
      continue;
    made = rule("fcrdns", false,
                found->why + ": let its provider set a PTR record that names this mail host");
    dns_record_wanted record;
    record.purpose = "fcrdns";
    record.type = "PTR";
    record.name = domain_name{dns::reverse_name(each.str())};
    record.expected = site.hostname;
    record.is_required = false;
    made.publish = record;
  }
  return is_complete ? std::optional{made} : std::nullopt;
}

} // namespace

std::optional<sending_check> check_rules(const sending_subject& of, const sending_site& site,
                                         dns_answers& answers) {
  const auto policy = dmarc_of(of.from, answers);
  const auto sources = leaving_from(of, site, answers);
  if (!policy || !sources)
    return std::nullopt;
  const auto spf = spf_rule(of, site, *sources, policy->strict_spf, answers);
  const auto fcrdns = fcrdns_rule(*sources, site, answers);
  if (!spf || !fcrdns)
    return std::nullopt;
  sending_check made;
  made.rules.push_back(dkim_rule(of, site, policy->strict_dkim));
  made.rules.push_back(*spf);
  made.rules.push_back(dmarc_rule(of, *policy));
  made.rules.push_back(of.is_batch && !of.has_one_click
                           ? rule("one_click", false,
                                  "batch mail needs List-Unsubscribe and List-Unsubscribe-Post "
                                  "(RFC 8058): let the node add them")
                           : rule("one_click", true,
                                  of.is_batch ? "mail can be unsubscribed from with one click"
                                              : "it is only wanted of batches"));
  made.rules.push_back(*fcrdns);
  made.rules.push_back(rule("tls", true, "TLS is used wherever a receiver offers it"));
  return made;
}

} // namespace warmfront
