// How connections fared under receivers' transport policies: question, rows and their form.
#include <algorithm>
#include <string>

#include <fmt/core.h>

#include "actors/core/address.hpp"
#include "admin/api/handlers.hpp"
#include "admin/api/response_fields.hpp"
#include "admin/api/schemas.hpp"

namespace warmfront::admin {

namespace {

constexpr std::chrono::days reports_by_default{7};

/// Orders rows and names them, so that those of several nodes can be added up.
std::string row_name(const tls_report& value) {
  return fmt::format("{} {} {}", to_date(value.day), value.domain.str(), to_string(value.policy));
}

std::string member_name(trust::tls_result value) {
  std::string name{to_string(value)};
  std::ranges::replace(name, '-', '_');
  return name;
}

} // namespace

ordered_json to_json(const tls_report& value) {
  ordered_json target;
  target["name"] = row_name(value);
  target["day"] = to_date(value.day);
  target["domain"] = value.domain.str();
  target["policy"] = to_string(value.policy);
  target["success"] = value.successes;
  for (std::uint8_t number = 1; number < trust::tls_results; ++number) {
    target[member_name(*trust::to_tls_result(number))] = std::uint64_t{0};
  }
  for (const auto& [result, count] : value.failures) {
    target[member_name(result)] = count;
  }
  return target;
}

namespace handlers {

outcome list_tls_reports(call& request, const answers& given) {
  if (given.empty()) {
    warmfront::list_tls_reports question;
    question.to = parse_date(text_of(request.query, "to")).value_or(day_of(request.now));
    question.from = parse_date(text_of(request.query, "from"))
                        .value_or(question.to - reports_by_default + std::chrono::days{1});
    question.domain = domain_name{in_lower_case(text_of(request.query, "domain"))};
    return then(std::move(question));
  }
  auto rows = answer_at<std::vector<tls_report>>(given, 0);
  std::ranges::sort(rows, {}, row_name);
  return page(request, std::move(rows), row_name);
}

} // namespace handlers

namespace schemas {

namespace {

constexpr field rows_limit{.name = "limit",
                           .about = "how many items at most",
                           .kind = value_kind::number,
                           .least = 1,
                           .most = 500};
constexpr field rows_after{.name = "after", .about = "the `next` of the page before", .most = 600};
constexpr field tls_report_query_fields[] = {
    {.name = "from",
     .about = "the first day (UTC); six days before the last by default",
     .rule = text_rule::date},
    {.name = "to", .about = "the last day; today by default", .rule = text_rule::date},
    {.name = "domain", .about = "only of this domain's policies", .rule = text_rule::subject},
    rows_limit,
    rows_after,
};
constexpr field tls_report_fields[] = {
    text_of("name", "the row's name: day, domain and policy"),
    {.name = "day", .about = "the day (UTC)", .rule = text_rule::date, .required = true},
    text_of("domain", "whose policy it is"),
    text_of("policy", "sts, tlsa or no-policy-found"),
    number_of("success", "connections that were as the policy wants"),
    number_of("starttls_not_supported", "hosts without STARTTLS"),
    number_of("certificate_host_mismatch", "certificates for other names"),
    number_of("certificate_expired", "certificates out of their time"),
    number_of("certificate_not_trusted", "certificates of unknown authorities"),
    number_of("validation_failure", "other failures"),
    number_of("tlsa_invalid", "TLSA records that cannot be used"),
    number_of("dnssec_invalid", "TLSA answers that do not validate"),
    number_of("dane_required", "hosts without the TLSA records that are demanded"),
    number_of("sts_policy_fetch_error", "policies that could not be fetched"),
    number_of("sts_policy_invalid", "policies or records that cannot be read"),
    number_of("sts_webpki_invalid", "policy hosts with a bad certificate"),
};

} // namespace

const schema tls_report_query{"tls_report_query", "Which days, and whose policies.",
                              tls_report_query_fields};
const schema tls_report{"tls_report", "How connections fared under a policy on a day.",
                        tls_report_fields};

} // namespace schemas

} // namespace warmfront::admin
