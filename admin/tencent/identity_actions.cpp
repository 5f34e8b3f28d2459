// Sender domains, sender addresses, and their passwords for SMTP.
#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "admin/tencent/handlers.hpp"
#include "admin/tencent/naive_time.hpp"
#include "admin/tencent/parameters.hpp"
#include "net/mime/header_text.hpp"

namespace warmfront::admin::tencent::handlers {

namespace {

using identity_list = std::vector<identity_report>;
using sender_list = std::vector<sender_report>;
using tag_map = std::map<std::string, std::string, std::less<>>;

constexpr std::size_t domains_max = 10; ///< of an account
constexpr std::size_t senders_max = 10; ///< of a domain

tag_map tags_in(const json& parameters) {
  tag_map tags;
  if (const auto found = parameters.find("TagList"); found != parameters.end())
    for (const auto& each : *found)
      tags[text_of(each, "TagKey")] = text_of(each, "TagValue");
  return tags;
}

ordered_json to_tag_list(const tag_map& tags) {
  auto list = ordered_json::array();
  for (const auto& [key, value] : tags)
    list.push_back({{"TagKey", key}, {"TagValue", value}});
  return list;
}

ordered_json to_identity(const identity_report& value) {
  ordered_json target;
  target["IdentityType"] = "DOMAIN";
  target["VerifiedForSendingStatus"] = value.verified;
  target["Attributes"] = ordered_json::array();
  for (const auto& each : value.records)
    target["Attributes"].push_back({{"Type", each.type},
                                    {"SendDomain", each.name.str()},
                                    {"ExpectedValue", each.expected},
                                    {"CurrentValue", each.found},
                                    {"Status", each.is_right}});
  return target;
}

/// The domain that `EmailIdentity` names, as a question. An empty name would ask for all.
step ask_for_domain(const call& request) {
  const auto name = text_of(request.body, "EmailIdentity");
  return name.empty() ? step{gateway_error{"InvalidParameterValue.NotExistDomain",
                                           "`EmailIdentity` is empty."}}
                      : ask_for(list_identities{request.who.account, domain_name{name}});
}

domain_name domain_in(const std::string& address) {
  return domain_name{address.substr(address.rfind('@') + 1)};
}

/// What the levels of a domain end with: those of the standard plan.
struct highest_level {
  std::uint64_t level = 0;
  std::uint64_t quota = 0;
};

highest_level highest_of(const std::vector<plan>& plans) {
  for (const auto& each : plans)
    if (each.name.str() == "standard" && !each.days.empty())
      return {each.days.size(), each.days.back()};
  return {};
}

/// A domain without a limit of its own is beyond all levels.
highest_level level_of(const domain_name& domain, const std::vector<ledger_report>& ledgers,
                       const highest_level& highest) {
  for (const auto& each : ledgers)
    if (each.provider == "*" && each.subject.str() == domain.str() && each.limit)
      return {each.day, *each.limit};
  return highest;
}

/// The IPs that only this account sends from.
ordered_json own_addresses(const std::vector<pool>& pools, const account_name& account) {
  std::set<std::string> addresses;
  for (const auto& each : pools)
    if (each.kind == pool_kind::dedicated && each.account == account)
      for (const auto& address : each.addresses)
        addresses.insert(address.address.str());
  return addresses;
}

bool has_tags(const identity_report& value, const tag_map& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& tag) {
    const auto found = value.tags.find(tag.first);
    return found != value.tags.end() && found->second == tag.second;
  });
}

checked<void> check_password(const std::string& password) {
  std::set<char> digits;
  std::size_t lower = 0;
  std::size_t upper = 0;
  for (const char c : password) {
    if (c >= '0' && c <= '9')
      digits.insert(c);
    lower += c >= 'a' && c <= 'z' ? 1 : 0;
    upper += c >= 'A' && c <= 'Z' ? 1 : 0;
  }
  if (password.size() < 10 || password.size() > 20 || digits.size() < 2 || lower < 2 || upper < 2)
    return gateway_error{"InvalidParameterValue.InvalidSmtpPassWord",
                         "A password has 10 to 20 characters; among them two different digits, "
                         "two lower-case and two upper-case letters."};
  return passed();
}

} // namespace

step create_email_identity(call& request, const answers& given) {
  if (given.empty())
    return ask_for(list_identities{request.who.account, {}});
  if (given.size() == 2)
    return to_identity(answer_at<identity_report>(given, 1));
  if (answer_at<identity_list>(given, 0).size() >= domains_max)
    return gateway_error{"OperationDenied.ExceedDomainLimit",
                         fmt::format("The account has {} domains, the most allowed.", domains_max)};
  return ask_for(add_identity{request.who.account,
                              domain_name{text_of(request.body, "EmailIdentity")},
                              tags_in(request.body)});
}

step get_email_identity(call& request, const answers& given) {
  if (given.empty())
    return ask_for_domain(request);
  const auto& found = answer_at<identity_list>(given, 0).front();
  auto target = to_identity(found);
  target["TagList"] = to_tag_list(found.tags);
  return target;
}

step update_email_identity(call& request, const answers& given) {
  if (given.empty())
    return ask_for_domain(request); // `NotExistDomain` is told before anybody looks
  if (given.size() == 1)
    return ask_for(
        verify_identity{request.who.account, answer_at<identity_list>(given, 0).front().domain});
  return to_identity(answer_at<identity_report>(given, 1));
}

step list_email_identities(call& request, const answers& given) {
  const auto range = row_range_of(request.body);
  if (!range)
    return range.error();
  if (given.empty())
    return ask_for(list_identities{request.who.account, {}}, list_pools{}, list_ledgers{},
                   list_plans{});
  auto all = answer_at<identity_list>(given, 0);
  const auto tags = tags_in(request.body);
  std::erase_if(all, [&](const identity_report& each) { return !has_tags(each, tags); });
  const auto highest = highest_of(answer_at<std::vector<plan>>(given, 3));
  const auto addresses = own_addresses(answer_at<std::vector<pool>>(given, 1), request.who.account);
  ordered_json target;
  target["EmailIdentities"] = ordered_json::array();
  for (const auto& each : in_range(all, range.value())) {
    const auto level =
        level_of(each.domain, answer_at<std::vector<ledger_report>>(given, 2), highest);
    target["EmailIdentities"].push_back(
        {{"IdentityName", each.domain.str()},
         {"IdentityType", "DOMAIN"},
         {"SendingEnabled", each.verified || !request.node->cloud.require_verified},
         {"CurrentReputationLevel", level.level},
         {"DailyQuota", level.quota},
         {"SendIp", addresses},
         {"TagList", to_tag_list(each.tags)}});
  }
  target["MaxReputationLevel"] = highest.level;
  target["MaxDailyQuota"] = highest.quota;
  target["Total"] = all.size();
  return target;
}

step delete_email_identity(call& request, const answers& given) {
  return given.empty()
             ? ask_for(remove_identity{request.who.account,
                                       domain_name{text_of(request.body, "EmailIdentity")}})
             : nothing_to_tell();
}

step create_email_address(call& request, const answers& given) {
  constexpr std::size_t name_octets_max = 255;
  if (given.size() == 2)
    return nothing_to_tell();
  const auto address = text_of(request.body, "EmailAddress");
  const auto name = text_of(request.body, "EmailSenderName");
  if (address.find('@') == std::string::npos || address.back() == '@')
    return gateway_error{"InvalidParameterValue.IllegalEmailAddress",
                         "`EmailAddress` is no address."};
  if (name.size() > name_octets_max || !mime::check_header_text(name, "EmailSenderName"))
    return gateway_error{"InvalidParameterValue.IllegalSenderName",
                         "`EmailSenderName` is not a name on one line."};
  if (given.empty())
    return ask_for(list_senders{request.who.account, domain_in(address)});
  if (answer_at<sender_list>(given, 0).size() >= senders_max)
    return gateway_error{
        "OperationDenied.ExceedSenderLimit",
        fmt::format("The domain has {} addresses, the most allowed.", senders_max)};
  return ask_for(add_sender{request.who.account, address, name});
}

step list_email_address(call& request, const answers& given) {
  if (given.empty())
    return ask_for(list_senders{request.who.account, {}});
  ordered_json target;
  target["EmailSenders"] = ordered_json::array();
  for (const auto& each : answer_at<sender_list>(given, 0))
    target["EmailSenders"].push_back({{"EmailAddress", each.address},
                                      {"EmailSenderName", each.display_name},
                                      {"CreatedTimestamp", unix_seconds(each.created_at)},
                                      {"SmtpPwdType", each.has_password ? 1 : 0}});
  return target;
}

step delete_email_address(call& request, const answers& given) {
  return given.empty()
             ? ask_for(remove_sender{request.who.account, text_of(request.body, "EmailAddress")})
             : nothing_to_tell();
}

step update_email_smtp_password(call& request, const answers& given) {
  if (!given.empty())
    return nothing_to_tell();
  const auto password = text_of(request.body, "Password");
  if (const auto fits = check_password(password); !fits)
    return fits.error();
  return ask_for(set_sender_password{request.who.account, text_of(request.body, "EmailAddress"),
                                     password, true});
}

} // namespace warmfront::admin::tencent::handlers
