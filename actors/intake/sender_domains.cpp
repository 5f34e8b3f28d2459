#include "actors/intake/sender_domains.hpp"

#include "actors/core/address.hpp"
#include "net/dns/mx_route.hpp"
#include "net/mime/author_domains.hpp"
#include "net/mime/header_block.hpp"

namespace warmfront {

namespace {

error not_theirs(std::string what, std::string remedy) {
  return {errc::refused, std::move(what), std::move(remedy), "from"};
}

} // namespace

result<void> sender_domains::check_domain(const account_name& account, const std::string& domain,
                                          bool must_be_verified) const {
  const auto* const identity = all_ ? covering(*all_, domain_name{domain}) : nullptr;
  if (identity != nullptr && identity->second.account != account)
    return not_theirs("the sender domain " + domain + " belongs to another account",
                      "send from a domain of this account");
  if (!must_be_verified)
    return success();
  if (identity == nullptr)
    return not_theirs("the sender domain " + domain + " is not one of this account",
                      "add it: POST /v1/identities, or `warmfront identity add " + domain + "`");
  if (!identity->second.verified)
    return not_theirs("the sender domain " + domain + " is not verified",
                      "publish what `warmfront identity dns " + identity->first.str() +
                          "` says, then `warmfront identity verify " + identity->first.str() + "`");
  return success();
}

result<void> sender_domains::check(const account_name& account,
                                   std::string_view reverse_path) const {
  if (reverse_path.empty())
    return success();
  const auto form = dns::to_a_labels(domain_of(reverse_path));
  return check_domain(account, form ? form.value() : domain_of(reverse_path), require_verified_);
}

result<void> sender_domains::check(const account_name& account, std::string_view reverse_path,
                                   std::string_view content) const {
  if (!require_verified_ && (!all_ || all_->empty()))
    return success(); // spares reading the header
  const bool must_be_verified = require_verified_ && !reverse_path.empty();
  bool has_author = false;
  const mime::header_block header{content};
  for (const auto& field : header) {
    if (!mime::is_same_name(field.name, "From"))
      continue;
    has_author = true;
    const auto domains = mime::author_domains(field.value);
    if (!domains && must_be_verified)
      return not_theirs("the header field From does not tell which domain the mail is from",
                        "write one address in it, as in From: Ada <ada@example.net>");
    if (domains)
      for (const auto& each : *domains) {
        WARMFRONT_TRY(check_domain(account, each, must_be_verified));
      }
  }
  return has_author ? success() : check(account, reverse_path);
}

} // namespace warmfront
