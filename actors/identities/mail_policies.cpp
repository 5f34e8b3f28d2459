#include "actors/identities/mail_policies.hpp"

#include <utility>

#include "net/dkim/key_record.hpp"
#include "net/dmarc/discovery.hpp"
#include "net/dmarc/organizational_domain.hpp"
#include "net/spf/check_host.hpp"

namespace warmfront {

domain_name key_record_name(const domain_name& domain, const std::string& selector) {
  return domain_name{selector + "._domainkey." + domain.str()};
}

std::optional<key_record_finding> key_record_of(const domain_name& domain,
                                                const std::string& selector,
                                                const std::string& expected, dns_answers& answers) {
  const auto* const texts =
      answers.want(key_record_name(domain, selector).str(), dns::record_type::txt);
  if (texts == nullptr)
    return std::nullopt;
  key_record_finding found;
  for (const auto& each : texts->values)
    found.found += (found.found.empty() ? "" : " | ") + each;
  if (texts->kind == dns::answer_kind::failed) {
    found.key = {key_sighting::unknown, "the DNS does not tell: " + texts->why};
    return found;
  }
  auto compared = dkim::compare_key_record(texts->values, expected);
  const bool is_right = compared.kind == dkim::key_finding_kind::right;
  found.key = {is_right ? key_sighting::seen : key_sighting::wrong, std::move(compared.why)};
  return found;
}

namespace {

/// What a receiver's verdict means to the owner of a domain, as a sentence.
std::string reason_of(const spf::verdict& verdict, const ip_address& source) {
  auto text = "SPF gives `" + std::string{spf::to_string(verdict.what)} + "` for " + source.str();
  if (!verdict.mechanism.empty())
    text += " by `" + verdict.mechanism + "` of " + verdict.domain;
  if (!verdict.why.empty())
    text += ": " + verdict.why;
  return text;
}

dmarc::alignment alignment_of(bool is_strict) {
  return is_strict ? dmarc::alignment::strict : dmarc::alignment::relaxed;
}

} // namespace

std::optional<spf_finding> spf_of(const domain_name& domain, const ip_address& source,
                                  const std::string& helo, dns_answers& answers) {
  const spf::client who{source.str(), "postmaster@" + domain.str(), helo};
  spf::answers known;
  for (;;) {
    const auto step = spf::check_host(who, known);
    if (step.decided) {
      const auto& verdict = *step.decided;
      if (verdict.what == spf::outcome::pass)
        return spf_finding{finding::right, {}};
      return spf_finding{verdict.what == spf::outcome::temperror ? finding::unknown
                                                                 : finding::wrong,
                         reason_of(verdict, source)};
    }
    bool has_all = true;
    for (const auto& each : step.wanted) {
      const auto* const found = answers.want(each.name, each.type);
      has_all = has_all && found != nullptr;
      if (found != nullptr)
        known[each] = *found;
    }
    if (!has_all)
      return std::nullopt;
  }
}

std::optional<dmarc_finding> dmarc_of(const domain_name& domain, dns_answers& answers) {
  dmarc::txt_answers known;
  for (;;) {
    const auto step = dmarc::discover(domain.str(), known);
    if (!step.decided) {
      const auto* const found = answers.want(step.wanted, dns::record_type::txt);
      if (found == nullptr)
        return std::nullopt;
      known[step.wanted] = *found;
      continue;
    }
    const auto& decided = *step.decided;
    dmarc_finding made;
    made.at = domain_name{decided.name};
    made.why = decided.why;
    made.what = decided.found          ? finding::right
                : decided.is_temporary ? finding::unknown
                                       : finding::wrong;
    if (const auto texts = known.find(decided.name); texts != known.end())
      for (const auto& each : texts->second.values)
        if (dmarc::is_record(each))
          made.found += (made.found.empty() ? "" : " | ") + each;
    if (decided.found) {
      made.strict_dkim = decided.found->dkim == dmarc::alignment::strict;
      made.strict_spf = decided.found->spf == dmarc::alignment::strict;
    }
    return made;
  }
}

bool is_aligned(const domain_name& from, const domain_name& authenticated, bool strict) {
  return dmarc::is_aligned(from.str(), authenticated.str(), alignment_of(strict));
}

bool is_public_suffix(const domain_name& domain) {
  return dmarc::is_public_suffix(domain.str());
}

} // namespace warmfront
