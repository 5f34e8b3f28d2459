// GetStatisticsReport and GetAbuseReport: what became of mail.
#include <algorithm>

#include <fmt/core.h>

#include "admin/tencent/handlers.hpp"
#include "admin/tencent/parameters.hpp"

namespace warmfront::admin::tencent::handlers {

namespace {

constexpr std::chrono::days report_days_max{366};

struct report_days {
  utc_day first;
  utc_day last;
};

/// `StartDate` and `EndDate`. What is counted belongs to days of UTC.
checked<report_days> read_report_days(const json& parameters) {
  const auto first = parse_date(text_of(parameters, "StartDate"));
  const auto last = parse_date(text_of(parameters, "EndDate"));
  if (!first || !last)
    return gateway_error{"InvalidParameterValue.WrongDate",
                         "`StartDate` and `EndDate` are days as in 2026-11-24."};
  if (*last < *first || *last - *first >= report_days_max)
    return gateway_error{
        "InvalidParameterValue.WrongDate",
        fmt::format("`EndDate` is at most {} days after `StartDate`.", report_days_max.count())};
  return report_days{*first, *last};
}

/// A domain, or nothing when all are meant.
checked<domain_name> domain_or_all(const json& parameters, const char* name) {
  const auto text = text_of(parameters, name);
  if (text.empty())
    return domain_name{};
  auto domain = read_domain(text);
  if (!domain)
    return gateway_error{"InvalidParameterValue", fmt::format("`{}` is not a domain.", name)};
  return std::move(*domain);
}

ordered_json to_volume(utc_day day, const daily_counts& counts) {
  ordered_json target;
  target["SendDate"] = to_date(day);
  target["RequestCount"] = counts.requests;
  target["AcceptedCount"] = counts.accepted;
  target["DeliveredCount"] = counts.delivered;
  target["OpenedCount"] = counts.opened_unique;
  target["ClickedCount"] = counts.clicked_unique;
  target["BounceCount"] = counts.bounced;
  target["UnsubscribeCount"] = counts.unsubscribed;
  return target;
}

} // namespace

step get_statistics_report(call& request, const answers& given) {
  const auto days = read_report_days(request.body);
  if (!days)
    return days.error();
  const auto& [first, last] = days.value();
  const auto sender_domain = domain_or_all(request.body, "Domain");
  const auto receiver = domain_or_all(request.body, "ReceivingMailboxType");
  if (!sender_domain || !receiver)
    return sender_domain ? receiver.error() : sender_domain.error();
  const sum_statistics question{request.who.account, first,          last, sender_domain.value(),
                                receiver.value(),    counted_by::day};
  if (given.empty())
    return ask_for(question);
  const auto& rows = answer_at<statistics_report>(given, 0).rows;
  daily_counts all;
  ordered_json target;
  target["DailyVolumes"] = ordered_json::array();
  for (auto day = first; day <= last; day += std::chrono::days{1}) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const statistics_row& each) {
      return each.of == to_date(day);
    });
    const auto counts = found == rows.end() ? daily_counts{} : found->counts;
    all += counts;
    target["DailyVolumes"].push_back(to_volume(day, counts));
  }
  target["OverallVolume"] = to_volume(first, all);
  return target;
}

// Nobody reports complaints to this release: there are none.
step get_abuse_report(call& request, const answers&) {
  constexpr std::int64_t reports_max = 1000;
  if (!parse_date(text_of(request.body, "StartTime")))
    return gateway_error{"InvalidParameter.InvalidStartTimeFormat",
                         "`StartTime` is not a day as in 2026-11-24."};
  if (!parse_date(text_of(request.body, "EndTime")))
    return gateway_error{"InvalidParameter.InvalidEndTimeFormat",
                         "`EndTime` is not a day as in 2026-11-24."};
  const auto limit = integer_of(request.body, "Limit", reports_max);
  if (limit < 0 || limit > reports_max || integer_of(request.body, "Offset", 0) < 0)
    return gateway_error{"FailedOperation.InvalidLimit",
                         fmt::format("`Limit` is at most {}.", reports_max)};
  return ordered_json{{"Data", ordered_json::array()}, {"TotalCount", 0}};
}

} // namespace warmfront::admin::tencent::handlers
