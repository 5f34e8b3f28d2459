// Reports for machines: delivery status (RFC 3464, RFC 6533) and complaints (RFC 5965).
#include <algorithm>
#include <array>
#include <utility>

#include "actors/core/address.hpp"
#include "actors/core/displayable.hpp"
#include "net/mime/header_block.hpp"
#include "net/reports/report_readers.hpp"

namespace warmfront::reports {

namespace {

/// Blocks of fields, apart by empty lines (RFC 3464 §2.1).
std::vector<std::string_view> field_groups(std::string_view text) {
  std::vector<std::string_view> groups;
  while (!text.empty() && groups.size() < 2 * reported_recipients_max) {
    const auto size = mime::header_block{text}.body_offset();
    const auto group = text.substr(0, size);
    if (!without_blanks(group).empty() && group.find(':') != std::string_view::npos)
      groups.push_back(group);
    // A line that is no field ends a block, too: some put words in between.
    text.remove_prefix(size > 0 ? size : std::min(text.find('\n'), text.size() - 1) + 1);
  }
  return groups;
}

/// `smtp; 550 5.1.1 …` without its type (RFC 3464 §2.1.2).
std::string typed_text(const std::string& value) {
  const auto semicolon = value.find(';');
  const bool is_typed =
      semicolon != std::string::npos && semicolon < 30 && value.find(' ') > semicolon;
  return one_line(is_typed ? std::string_view{value}.substr(semicolon + 1)
                           : std::string_view{value});
}

reported_recipient read_recipient(std::string_view group) {
  reported_recipient who;
  who.address = typed_address(field_value(group, "Final-Recipient"));
  who.original_address = typed_address(field_value(group, "Original-Recipient"));
  if (who.address.empty())
    who.address = typed_address(field_value(group, "X-Actual-Recipient"));
  const auto action = in_lower_case(without_blanks(field_value(group, "Action")));
  // `failed (some words)` is seen, too.
  who.action = displayable(action.substr(0, action.find_first_of(" (;")), 20);
  who.status = find_status(field_value(group, "Status"), "245");
  who.diagnostic = typed_text(field_value(group, "Diagnostic-Code"));
  who.remote_host = typed_text(field_value(group, "Remote-MTA"));
  judge(who);
  return who;
}

report_kind kind_of(const std::string& action, const std::string& status) {
  if (action == "failed")
    return report_kind::bounce;
  if (action == "delayed" || action == "delay")
    return report_kind::delay;
  if (action == "delivered" || action == "relayed" || action == "expanded")
    return report_kind::success;
  // Without an action the class of the status says it (RFC 3463 §3).
  return status.starts_with('5')   ? report_kind::bounce
         : status.starts_with('4') ? report_kind::delay
         : status.starts_with('2') ? report_kind::success
                                   : report_kind::unknown;
}

/// The worst that is said of any recipient is what the report is about.
void keep_worst(std::vector<reported_recipient> all, report& into) {
  for (const auto kind : {report_kind::bounce, report_kind::delay, report_kind::success}) {
    for (auto& each : all)
      if (kind_of(each.action, each.status) == kind)
        into.recipients.push_back(each);
    if (!into.recipients.empty()) {
      into.kind = kind;
      return;
    }
  }
}

} // namespace

bool read_delivery_status(const incoming_mail& mail, report& into) {
  const auto* part = mail.find("message/delivery-status", "message/global-delivery-status");
  if (part == nullptr)
    return false;
  std::vector<reported_recipient> all;
  for (const auto group : field_groups(part->text)) {
    const mime::header_block fields{group};
    if (const auto reporter = fields.find("Reporting-MTA"))
      into.reporter = typed_text(mime::unfold(reporter->value));
    const bool is_recipient = fields.find("Final-Recipient") || fields.find("Original-Recipient") ||
                              fields.find("Action");
    if (is_recipient && all.size() < reported_recipients_max)
      all.push_back(read_recipient(group));
  }
  // Some leave the diagnosis to the text for people.
  const auto is_silent = [](const reported_recipient& each) { return each.diagnostic.empty(); };
  report text;
  if (std::ranges::any_of(all, is_silent) && read_plain_bounce(mail, text) &&
      !text.recipients.empty())
    for (auto& each : all)
      if (is_silent(each)) {
        each.diagnostic = text.recipients.front().diagnostic;
        judge(each);
      }
  keep_worst(std::move(all), into);
  if (into.kind == report_kind::unknown)
    into.remark = "its delivery status names no recipient and no action";
  return into.kind != report_kind::unknown;
}

bool read_complaint(const incoming_mail& mail, report& into) {
  const auto* part = mail.find("message/feedback-report");
  if (part == nullptr)
    return false;
  // The fields may begin behind an empty line.
  const auto begin = part->text.find_first_not_of("\r\n \t");
  const std::string_view fields =
      begin == std::string::npos ? std::string_view{} : std::string_view{part->text}.substr(begin);
  into.feedback_type =
      displayable(in_lower_case(without_blanks(field_value(fields, "Feedback-Type"))), 40);
  into.reporter = one_line(field_value(fields, "User-Agent"));
  into.source = one_line(field_value(fields, "Source-IP"));
  constexpr std::array<std::string_view, 6> complaints{"abuse", "fraud",   "virus",
                                                       "other", "opt-out", "opt-out-list"};
  if (std::ranges::find(complaints, into.feedback_type) == complaints.end()) {
    // `not-spam` (RFC 6430) takes one back, `auth-failure` (RFC 6591) is about our domain.
    into.remark = "its feedback type \"" + into.feedback_type + "\" is no complaint";
    return true;
  }
  into.kind = report_kind::complaint;
  for (const auto& field : mime::header_block{fields}) {
    if (!mime::is_same_name(field.name, "Original-Rcpt-To") ||
        into.recipients.size() >= reported_recipients_max)
      continue;
    reported_recipient who;
    who.address = typed_address(mime::unfold(field.value));
    if (!who.address.empty())
      into.recipients.push_back(std::move(who));
  }
  return true;
}

} // namespace warmfront::reports
