// Blocklists: what bounced, and what the account does not want to send to.
#include <set>

#include <fmt/core.h>

#include "actors/core/address.hpp"
#include "admin/tencent/handlers.hpp"
#include "admin/tencent/naive_time.hpp"
#include "admin/tencent/parameters.hpp"

namespace warmfront::admin::tencent::handlers {

namespace {

/// Each is looked up.
constexpr std::size_t removed_at_once_max = 1000;
constexpr std::size_t blocked_octets_max = 254;
constexpr std::uint32_t entries_a_page = 500;
constexpr std::size_t pages_looked_through = 200;

gateway_error wrong_date(const char* name) {
  return {"InvalidParameterValue.WrongDate",
          fmt::format("`{}` is not a day as in 2026-11-24.", name)};
}

/// Until when an entry counts: the end of `ExpireDate`; without one for ever.
checked<std::optional<wall_time>> read_end(const call& request) {
  const auto text = text_of(request.body, "ExpireDate");
  if (text.empty())
    return std::optional<wall_time>{};
  const auto day = parse_date(text);
  if (!day)
    return wrong_date("ExpireDate");
  const auto end = begin_of(*day + std::chrono::days{1}, request.node->cloud.time_zone);
  if (end <= request.now)
    return gateway_error{"InvalidParameterValue.WrongDate", "`ExpireDate` is over."};
  return std::optional{end};
}

/// Removes those of `addresses` whose entries have that reason.
step remove_entries(const call& request, const answers& given,
                    const std::vector<std::string>& addresses, suppression_reason reason) {
  if (addresses.empty())
    return gateway_error{"MissingParameter.EmailsNecessary", "There is no address."};
  if (addresses.size() > removed_at_once_max)
    return gateway_error{"LimitExceeded.ReceiverDetailRequestLimit",
                         fmt::format("There are {} addresses in one call; {} are allowed.",
                                     addresses.size(), removed_at_once_max)};
  if (given.empty()) {
    std::vector<ask> questions;
    for (const auto& each : addresses) {
      list_suppressions question;
      question.account = request.who.account;
      question.address = each;
      question.reason = reason;
      questions.emplace_back(std::move(question));
    }
    return questions;
  }
  if (given.size() > addresses.size())
    return nothing_to_tell();
  remove_suppressions command{request.who.account, {}};
  for (const auto& each : given)
    for (const auto& entry : std::get_if<suppression_page>(&each)->items)
      command.addresses.push_back(entry.address);
  return command.addresses.empty() ? nothing_to_tell() : ask_for(std::move(command));
}

/// Addresses on their way onto the list, and what was left out.
struct blocklist_upload {
  std::vector<std::string> addresses;
  std::uint64_t too_long = 0;
  std::uint64_t repeated = 0;
  std::uint64_t invalid = 0;
};

blocklist_upload read_blocked(const std::vector<std::string>& emails) {
  blocklist_upload list;
  std::set<std::string> seen;
  for (const auto& each : emails) {
    if (each.size() > blocked_octets_max)
      ++list.too_long;
    else if (!parse_address(each, true))
      ++list.invalid;
    else if (!seen.insert(each).second)
      ++list.repeated;
    else
      list.addresses.push_back(each);
  }
  return list;
}

ordered_json to_detail(const suppression_report& value, const call& request) {
  const auto zone = request.node->cloud.time_zone;
  ordered_json target;
  target["Id"] = value.number;
  target["Email"] = value.address;
  target["CreateTime"] = to_naive(value.since, zone);
  target["ExpireDate"] =
      value.until ? to_date(local_day_of(*value.until - std::chrono::seconds{1}, zone)) : "";
  target["Status"] = value.counts_at(request.now) ? 1 : 0;
  return target;
}

list_suppressions own_entries(const call& request, const row_range& range) {
  list_suppressions question;
  question.account = request.who.account;
  question.reason = suppression_reason::manual;
  question.offset = range.offset;
  question.limit = static_cast<std::uint32_t>(range.limit);
  return question;
}

} // namespace

step list_black_email_address(call& request, const answers& given) {
  const auto& parameters = request.body;
  const auto range = row_range_of(parameters);
  if (!range)
    return range.error();
  const auto first = parse_date(text_of(parameters, "StartDate"));
  const auto last = parse_date(text_of(parameters, "EndDate"));
  if (!first || !last || *last < *first)
    return wrong_date(first ? "EndDate" : "StartDate");
  const auto zone = request.node->cloud.time_zone;
  if (given.empty()) {
    auto question = own_entries(request, range.value());
    question.reason = suppression_reason::hard_bounce;
    question.containing = text_of(parameters, "EmailAddress");
    question.since_from = begin_of(*first, zone);
    question.since_before = begin_of(*last + std::chrono::days{1}, zone);
    return ask_for(std::move(question));
  }
  const auto& page = answer_at<suppression_page>(given, 0);
  ordered_json target;
  target["BlackList"] = ordered_json::array();
  for (const auto& each : page.items)
    target["BlackList"].push_back({{"BounceTime", to_naive(each.since, zone)},
                                   {"EmailAddress", each.address},
                                   {"IspDesc", each.text}});
  target["TotalCount"] = page.total;
  return target;
}

step delete_black_list(call& request, const answers& given) {
  return remove_entries(request, given, texts_of(request.body, "EmailAddressList"),
                        suppression_reason::hard_bounce);
}

step create_custom_blacklist(call& request, const answers& given) {
  const auto emails = texts_of(request.body, "Emails");
  if (emails.empty())
    return gateway_error{"MissingParameter.EmailsNecessary", "There is no address."};
  if (emails.size() > suppressions_at_once_max)
    return gateway_error{"LimitExceeded.ReceiverDetailRequestLimit",
                         fmt::format("There are {} addresses in one call; {} are allowed.",
                                     emails.size(), suppressions_at_once_max)};
  const auto end = read_end(request);
  if (!end)
    return end.error();
  auto list = read_blocked(emails);
  ordered_json target;
  target["TotalCount"] = emails.size();
  target["ValidCount"] = list.addresses.size();
  target["TooLongCount"] = list.too_long;
  target["RepeatCount"] = list.repeated;
  target["InvalidCount"] = list.invalid;
  if (given.empty() && !list.addresses.empty())
    return ask_for(put_suppressions{request.who.account,
                                    suppression_reason::manual,
                                    std::move(list.addresses),
                                    end.value(),
                                    {}});
  return target;
}

step list_custom_blacklist(call& request, const answers& given) {
  const auto range = row_range_of(request.body);
  if (!range)
    return range.error();
  const auto status = number_of(request.body, "Status", 2);
  if (status > 2)
    return gateway_error{"InvalidParameterValue", "`Status` is 0, 1 or 2."};
  if (given.empty()) {
    auto question = own_entries(request, range.value());
    question.containing = text_of(request.body, "Email");
    if (status < 2)
      question.is_active = status == 1;
    return ask_for(std::move(question));
  }
  const auto& page = answer_at<suppression_page>(given, 0);
  ordered_json target;
  target["TotalCount"] = page.total;
  target["Data"] = ordered_json::array();
  for (const auto& each : page.items)
    target["Data"].push_back(to_detail(each, request));
  return target;
}

step update_custom_black_list(call& request, const answers& given) {
  if (!given.empty() && std::holds_alternative<std::vector<suppression_report>>(given.back()))
    return nothing_to_tell();
  const auto end = read_end(request);
  if (!end)
    return end.error();
  const auto number = number_of(request.body, "Id", 0);
  const auto email = text_of(request.body, "Email");
  if (!parse_address(email, true))
    return gateway_error{"InvalidParameterValue.IllegalEmailAddress", "`Email` is no address."};
  // Mostly the entry of that address is meant; else all have to be looked through.
  auto question = own_entries(request, {0, entries_a_page});
  if (given.empty()) {
    question.address = email;
    return ask_for(std::move(question));
  }
  for (const auto& each : given) {
    const auto* const page = std::get_if<suppression_page>(&each);
    if (page == nullptr)
      break;
    for (const auto& entry : page->items) {
      if (entry.number != number)
        continue;
      put_suppressions command{
          request.who.account, suppression_reason::manual, {email}, end.value(), entry.text};
      // Another address is another entry.
      return entry.address == email
                 ? ask_for(std::move(command))
                 : ask_for(remove_suppressions{request.who.account, {entry.address}},
                           std::move(command));
    }
    if (&each != &given.front() && (page->is_last || given.size() > pages_looked_through))
      return gateway_error{"ResourceNotFound", "There is no entry of that `Id`."};
    question.after = page->next;
  }
  return ask_for(std::move(question));
}

step delete_custom_black_list(call& request, const answers& given) {
  return remove_entries(request, given, texts_of(request.body, "Emails"),
                        suppression_reason::manual);
}

} // namespace warmfront::admin::tencent::handlers
