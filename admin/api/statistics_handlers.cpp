// What became of mail, on all nodes.
#include <fmt/core.h>

#include "actors/core/address.hpp"
#include "admin/api/handlers.hpp"
#include "admin/api/statistics_splits.hpp"
#include "admin/api/target.hpp"

namespace warmfront::admin::handlers {

namespace {

constexpr std::chrono::days shown_by_default{30};

std::vector<counted_by> splits_of(const sum_statistics& question) {
  std::vector<counted_by> by{question.by};
  by.insert(by.end(), question.further_by.begin(), question.further_by.end());
  return by;
}

/// A question in the query of a request, by a key that may see it.
result<sum_statistics> question_in(const call& request) {
  const auto& query = request.query;
  sum_statistics question;
  WARMFRONT_TRY(account, accounts_in(request));
  WARMFRONT_TRY(by, parse_splits(text_of(query, "by")));
  question.account = account;
  question.to = parse_date(text_of(query, "to")).value_or(day_of(request.now));
  question.from = parse_date(text_of(query, "from"))
                      .value_or(question.to - shown_by_default + std::chrono::days{1});
  question.sender_domain = domain_name{in_lower_case(text_of(query, "domain"))};
  question.receiver = domain_name{in_lower_case(text_of(query, "receiver"))};
  question.by = by.front();
  question.further_by.assign(by.begin() + 1, by.end());
  question.provider = provider_name{text_of(query, "provider")};
  if (query.contains("ip")) {
    question.source = address_in(text_of(query, "ip"));
  }
  if (query.contains("task")) {
    question.task = task_id{number_of(query, "task", 0)};
  }
  question.from_template = template_name{text_of(query, "template")};
  question.here_only = request.by_peer;
  return question;
}

/// Names a row, in an order of its own: no part of it has a comma.
std::string token_of_row(const statistics_row& row) {
  auto token = percent_encode(row.of);
  for (const auto& each : row.further) {
    token += ',' + percent_encode(each);
  }
  return token;
}

/// RFC 4180: quoted where it has to be.
std::string csv_field(const ordered_json& value) {
  if (value.is_null()) {
    return {};
  }
  if (!value.is_string()) {
    return value.dump();
  }
  const auto text = value.get<std::string>();
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string quoted{'"'};
  for (const char c : text) {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + '"';
}

/// A table with a line of names, as spreadsheets take it. All rows: a table has no pages.
http_response as_csv(const std::vector<shown_row>& rows, const std::vector<counted_by>& by) {
  const statistics_row nothing{{}, {}, std::vector<std::string>(by.size() - 1)};
  std::string text;
  const auto add_line = [&text](const ordered_json& row, bool is_names) {
    std::string_view separator;
    for (const auto& [name, value] : row.items()) {
      text.append(separator).append(is_names ? name : csv_field(value));
      separator = ",";
    }
    text += "\r\n";
  };
  add_line(to_json(shown_row{by, nothing}), true);
  for (const auto& row : rows) {
    add_line(to_json(row), false);
  }
  return {200, "text/csv; charset=utf-8", std::move(text), {}};
}

} // namespace

outcome show_statistics(call& request, const answers& given) {
  const auto question = question_in(request);
  if (!question) {
    return fail(to_problem(question.error()));
  }
  if (given.empty()) {
    return then(question.value());
  }
  const auto& report = answer_at<statistics_report>(given, 0);
  const auto by = splits_of(question.value());
  std::vector<shown_row> rows;
  for (const auto& each : report.rows) {
    rows.push_back({by, each});
  }
  if (request.wants_csv) {
    return as_csv(rows, by);
  }
  std::vector<std::string> unanswered;
  for (const auto& each : report.unanswered) {
    unanswered.push_back(each.str());
  }
  return page(
      request, std::move(rows), [](const auto& each) { return token_of_row(each.row); },
      unanswered);
}

} // namespace warmfront::admin::handlers
