// Recipient groups, which the API calls receivers and knows by number.
#include <set>

#include <fmt/core.h>

#include "actors/core/address.hpp"
#include "actors/templates/template_book.hpp"
#include "admin/tencent/handlers.hpp"
#include "admin/tencent/naive_time.hpp"
#include "admin/tencent/parameters.hpp"
#include "net/mime/template_text.hpp"

namespace warmfront::admin::tencent::handlers {

namespace {

using group_list = std::vector<group_report>;

constexpr std::size_t details_at_once_max = 20'000;
constexpr std::uint64_t group_recipients_max = 50'000;
constexpr std::size_t data_octets_max = 800;
constexpr std::size_t address_octets_max = 254; // RFC 5321 §4.5.3.1.3, without the angle brackets

/// What the API calls how far a list is.
enum class receiver_status : std::uint8_t { to_upload = 1, uploading, done };

receiver_status status_of(const group_report& group) {
  return group.version == 0 ? receiver_status::to_upload : receiver_status::done;
}

list_groups own_groups(const call& request) {
  return {request.who.account, {}};
}

gateway_error no_such_receiver() {
  return {"OperationDenied.ReceiverNotExist", "There is no recipient group of that number."};
}

const group_report* named_group(const call& request, const answers& given) {
  return with_number(answer_at<group_list>(given, 0), number_of(request.body, "ReceiverId", 0));
}

// ---- lists --------------------------------------------------------------------------------

/// A list on its way into a group, as NDJSON, and what was left out of it.
struct upload {
  std::string lines;
  std::set<std::string> names; ///< of variables
  std::uint64_t total = 0;
  std::uint64_t empty = 0;
  std::uint64_t too_long = 0;

  /// Whether the address is worth a line.
  [[nodiscard]] bool counts(const std::string& address) {
    ++total;
    empty += address.empty() ? 1 : 0;
    too_long += address.size() > address_octets_max ? 1 : 0;
    return !address.empty() && address.size() <= address_octets_max;
  }
  void add(const std::string& address, const template_data& data) {
    ordered_json line{{"email", address}, {"variables", ordered_json::object()}};
    for (const auto& [name, value] : data)
      line["variables"][name] = value;
    lines += dump(line) + '\n';
  }
};

checked<template_data> read_receiver_data(const json& entry) {
  const auto text = text_of(entry, "TemplateData");
  if (text.size() > data_octets_max)
    return gateway_error{
        "InvalidParameterValue.TemplateDataLenLimit",
        fmt::format("The data of one recipient has more than {} octets.", data_octets_max)};
  WARMFRONT_TRY(data, read_template_data(text, "InvalidParameterValue.TemplateDataError"));
  if (const auto checked_values = mime::check_template_values(data); !checked_values)
    return gateway_error{"InvalidParameterValue.TemplateDataError",
                         to_string(checked_values.error())};
  for (const auto& [name, value] : data)
    if (value.find('<') != std::string::npos && value.find('>') != std::string::npos)
      return gateway_error{"InvalidParameterValue.InValidTemplateData",
                           fmt::format("The value of `{}` has HTML in it.", name)};
  return data;
}

std::set<std::string> names_in(const template_data& data) {
  std::set<std::string> names;
  for (const auto& each : data)
    names.insert(each.first);
  return names;
}

checked<void> check_count(std::size_t count) {
  if (count == 0)
    return gateway_error{"MissingParameter.EmailsNecessary", "There is no address."};
  if (count > details_at_once_max)
    return gateway_error{"LimitExceeded.ReceiverDetailRequestLimit",
                         fmt::format("There are {} addresses in one call; {} are allowed.", count,
                                     details_at_once_max)};
  return passed();
}

checked<upload> read_emails(const call& request) {
  const auto emails = texts_of(request.body, "Emails");
  WARMFRONT_TRY(check_count(emails.size()));
  upload list;
  for (const auto& each : emails)
    if (list.counts(each))
      list.add(each, {});
  return list;
}

checked<upload> read_datas(const call& request) {
  const auto& datas = request.body["Datas"];
  WARMFRONT_TRY(check_count(datas.size()));
  upload list;
  bool is_first = true;
  for (const auto& each : datas) {
    const auto address = text_of(each, "Email");
    WARMFRONT_TRY(data, read_receiver_data(each));
    const auto names = names_in(data);
    if (!std::exchange(is_first, false) && names != list.names)
      return gateway_error{"InvalidParameterValue.TemplateDataInconsistent",
                           "The recipients do not all have the same variables."};
    list.names = names;
    if (!list.counts(address))
      continue;
    if (!parse_address(address, true))
      return gateway_error{"InvalidParameterValue.ReceiverEmailInvalid",
                           fmt::format("`{}` is not an address.", shown_name(address))};
    list.add(address, data);
  }
  return list;
}

/// What is in the group has to have the same variables.
checked<void> check_fits(const group_report& group, const upload& list) {
  if (group.recipients + list.total > group_recipients_max)
    return gateway_error{"LimitExceeded.ReceiverDetailCountLimit",
                         fmt::format("The group has {} recipients; {} are allowed.",
                                     group.recipients, group_recipients_max)};
  std::set<std::string> names;
  for (const auto& each : group.variables)
    names.insert(each.name);
  if (group.recipients > 0 && names != list.names)
    return gateway_error{"InvalidParameterValue.TemplateDataInconsistent",
                         "The group's recipients have other variables."};
  return passed();
}

step upload_to_group(const call& request, const answers& given, checked<upload> read) {
  if (!read)
    return read.error();
  if (given.empty())
    return ask_for(own_groups(request));
  auto& list = read.value();
  if (given.size() == 1) {
    const auto* const group = named_group(request, given);
    if (group == nullptr)
      return no_such_receiver();
    if (const auto fits = check_fits(*group, list); !fits)
      return fits.error();
    import_list question{request.who.account, group->name, list_format::ndjson, false, {}};
    question.octets = std::make_shared<octets_in_memory>(std::move(list.lines));
    return ask_for(std::move(question));
  }
  const auto& report = answer_at<import_report>(given, 1);
  ordered_json target;
  target["TotalCount"] = list.total;
  target["ValidCount"] = report.accepted;
  target["TooLongCount"] = list.too_long;
  target["EmptyEmailCount"] = list.empty;
  target["RepeatCount"] = report.repeated;
  return target;
}

ordered_json to_receiver(const group_report& value, std::chrono::minutes zone) {
  ordered_json target;
  target["ReceiverId"] = value.id;
  target["ReceiversName"] = value.name.str();
  target["Count"] = value.recipients;
  target["Desc"] = value.description;
  target["ReceiversStatus"] = static_cast<int>(status_of(value));
  target["CreateTime"] = to_naive(value.created_at, zone);
  target["InvalidCount"] = 0;
  return target;
}

ordered_json to_detail(const group_report& group, const group_recipient& value,
                       std::uint64_t number, std::chrono::minutes zone) {
  ordered_json target;
  target["Email"] = value.address;
  // A list has one time: that of its version.
  target["CreateTime"] = to_naive(group.changed_at, zone);
  target["TemplateData"] = value.variables.empty() ? "" : to_json_text(value.variables);
  target["Reason"] = "";
  target["Status"] = 1;
  target["EmailId"] = number;
  return target;
}

/// Whether the time of the list is within what was asked for.
checked<bool> is_of_that_time(const call& request, const group_report& group) {
  const auto zone = request.node->cloud.time_zone;
  for (const auto* const name : {"CreateTimeBegin", "CreateTimeEnd"}) {
    const auto text = text_of(request.body, name);
    if (text.empty())
      continue;
    const auto when = parse_naive(text, zone);
    if (!when)
      return gateway_error{"InvalidParameterValue.WrongDate",
                           fmt::format("`{}` is not a time as in 2026-11-24 08:30:00.", name)};
    const bool fits = name == std::string_view{"CreateTimeBegin"} ? group.changed_at >= *when
                                                                  : group.changed_at <= *when;
    if (!fits)
      return false;
  }
  return true;
}

} // namespace

step create_receiver(call& request, const answers& given) {
  constexpr std::size_t description_characters_max = 300;
  if (!given.empty())
    return ordered_json{{"ReceiverId", answer_at<group_report>(given, 0).id}};
  const auto name = text_of(request.body, "ReceiversName");
  const auto description = text_of(request.body, "Desc");
  if (!is_title(name))
    return gateway_error{"InvalidParameterValue.ReceiverNameIllegal",
                         "A group's name has 1 to 100 characters on one line and no slash."};
  if (characters_in(description) > description_characters_max)
    return gateway_error{
        "InvalidParameterValue.ReceiverDescIllegal",
        fmt::format("The description has more than {} characters.", description_characters_max)};
  return ask_for(create_group{request.who.account, group_name{name}, description});
}

step create_receiver_detail(call& request, const answers& given) {
  return upload_to_group(request, given, read_emails(request));
}

step create_receiver_detail_with_data(call& request, const answers& given) {
  return upload_to_group(request, given, read_datas(request));
}

step list_receivers(call& request, const answers& given) {
  const auto range = row_range_of(request.body);
  if (!range)
    return range.error();
  if (given.empty())
    return ask_for(own_groups(request));
  auto all = answer_at<group_list>(given, 0);
  const auto word = text_of(request.body, "KeyWord");
  const auto status = number_of(request.body, "Status", 0);
  std::erase_if(all, [&](const group_report& each) {
    return each.name.str().find(word) == std::string::npos ||
           (status != 0 && status != static_cast<std::uint64_t>(status_of(each)));
  });
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id > b.id; });
  ordered_json target;
  target["TotalCount"] = all.size();
  target["Data"] = ordered_json::array();
  for (const auto& each : in_range(all, range.value()))
    target["Data"].push_back(to_receiver(each, request.node->cloud.time_zone));
  return target;
}

step list_receiver_details(call& request, const answers& given) {
  const auto range = row_range_of(request.body);
  if (!range)
    return range.error();
  if (given.empty())
    return ask_for(own_groups(request));
  const auto* const group = named_group(request, given);
  if (group == nullptr)
    return no_such_receiver();
  const auto of_that_time = is_of_that_time(request, *group);
  if (!of_that_time)
    return of_that_time.error();
  const auto part = text_of(request.body, "Email");
  if (given.size() == 1) {
    // Who looks for a part of an address looks at all that this API puts into a group.
    const auto& [offset, limit] = range.value();
    return ask_for(part.empty() ? list_recipients{request.who.account, group->name, offset, limit}
                                : list_recipients{request.who.account, group->name, 0,
                                                  static_cast<std::size_t>(group_recipients_max)});
  }
  const auto& page = answer_at<recipient_page>(given, 1);
  ordered_json rows = ordered_json::array();
  const bool has_rows = of_that_time.value() && number_of(request.body, "Status", 1) != 2;
  auto number = part.empty() ? range.value().offset : 0;
  std::uint64_t found = 0;
  for (const auto& each : page.items) {
    ++number;
    if (!has_rows || each.address.find(part) == std::string::npos)
      continue;
    const bool is_shown = part.empty() || (found >= range.value().offset &&
                                           found < range.value().offset + range.value().limit);
    ++found;
    if (is_shown)
      rows.push_back(to_detail(page.group, each, number, request.node->cloud.time_zone));
  }
  ordered_json target;
  target["TotalCount"] = !has_rows ? 0 : part.empty() ? page.group.recipients : found;
  target["Data"] = std::move(rows);
  target["ValidCount"] = page.group.recipients;
  target["InvalidCount"] = 0;
  return target;
}

step delete_receiver(call& request, const answers& given) {
  if (given.empty())
    return ask_for(own_groups(request));
  if (given.size() == 2)
    return nothing_to_tell();
  const auto* const found = named_group(request, given);
  return found == nullptr ? step{no_such_receiver()}
                          : ask_for(delete_group{request.who.account, found->name});
}

} // namespace warmfront::admin::tencent::handlers
