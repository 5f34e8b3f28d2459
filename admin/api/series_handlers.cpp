// Curves of all nodes, added up.
#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "admin/api/across.hpp"
#include "admin/api/handlers.hpp"
#include "admin/api/target.hpp"

namespace warmfront::admin::handlers {

namespace {

constexpr std::chrono::hours shown_in_minutes{24};
constexpr std::chrono::hours shown_in_hours{24 * 30};

std::chrono::seconds step_in(const call& request) {
  const auto text = text_of(request.query, "step", "60s");
  return std::chrono::seconds{text == "1h" ? 3600 : text == "10m" ? 600 : 60};
}

/// The names with commas in the query; all when there is none. `invalid_argument` for others.
result<std::vector<std::size_t>> names_in(const call& request) {
  std::vector<std::size_t> names;
  auto rest = text_of(request.query, "names");
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    const auto name = rest.substr(0, comma);
    rest.erase(0, comma + 1);
    const auto at = std::ranges::find(series_names, std::string_view{name});
    if (at == series_names.end()) {
      return error{errc::invalid_argument, fmt::format("There is no curve \"{}\".", name),
                   "use accepted, delivered, deferred, bounced, complained, backlog or used",
                   "names"};
    }
    names.push_back(static_cast<std::size_t>(at - series_names.begin()));
  }
  for (std::size_t i = 0; names.size() < series_count && i < series_count; ++i) {
    if (request.query.contains("names")) {
      break;
    }
    names.push_back(i);
  }
  return names;
}

read_series series_asked_for(const call& request) {
  read_series question;
  question.step = step_in(request);
  question.to = parse_rfc3339(text_of(request.query, "to")).value_or(request.now);
  const auto shown = question.step >= std::chrono::hours{1} ? shown_in_hours : shown_in_minutes;
  question.from = parse_rfc3339(text_of(request.query, "from")).value_or(question.to - shown);
  return question;
}

/// Of this node alone.
ordered_json series_json(const series_report& report, const std::vector<std::size_t>& names) {
  ordered_json body;
  body["from"] = to_rfc3339(report.first);
  body["to"] = to_rfc3339(report.first + report.step * report.steps.size());
  // As it is read again: whole numbers of answers have no sign.
  body["step_seconds"] = static_cast<std::uint64_t>(report.step.count());
  body["series"] = ordered_json::array();
  for (const auto name : names) {
    ordered_json curve;
    curve["name"] = series_names[name];
    curve["values"] = ordered_json::array();
    for (const auto& step : report.steps) {
      curve["values"].push_back(step ? ordered_json((*step)[name]) : ordered_json(nullptr));
    }
    body["series"].push_back(std::move(curve));
  }
  return body;
}

/// The same step of both begins at the same time: what a part begins later or ends earlier with is
/// as if it had nothing there.
void add_values(ordered_json& to, const ordered_json& more, std::int64_t shift) {
  for (std::size_t i = 0; i < to.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i) + shift;
    if (at < 0 || at >= static_cast<std::int64_t>(more.size())) {
      continue;
    }
    const auto& value = more[static_cast<std::size_t>(at)];
    if (value.is_number_unsigned()) {
      to[i] = value.get<std::uint64_t>() + (to[i].is_null() ? 0 : to[i].get<std::uint64_t>());
    }
  }
}

void add_series(ordered_json& sum, const ordered_json& part) {
  const auto own = parse_rfc3339(text_in(sum, "from"));
  const auto other = parse_rfc3339(text_in(part, "from"));
  const auto step = static_cast<std::int64_t>(number_in(sum, "step_seconds"));
  if (!own || !other || step == 0 || !part["series"].is_array()) {
    return;
  }
  const auto shift = std::chrono::duration_cast<std::chrono::seconds>(*own - *other).count() / step;
  for (auto& curve : sum["series"]) {
    for (const auto& more : part["series"]) {
      if (more.is_object() && text_in(more, "name") == text_in(curve, "name") &&
          more.contains("values") && more["values"].is_array()) {
        add_values(curve["values"], more["values"], shift);
      }
    }
  }
}

/// The same question to others, with the times that this node made of it.
inquiry series_of_a_peer(const call& request, const read_series& question) {
  const auto names = text_of(request.query, "names");
  auto target = fmt::format(
      "/v1/series?step={}&from={}&to={}", text_of(request.query, "step", "60s"),
      percent_encode(to_rfc3339(question.from)), percent_encode(to_rfc3339(question.to)));
  if (!names.empty()) {
    target += "&names=" + percent_encode(names);
  }
  return {"GET", std::move(target), request.who};
}

} // namespace

outcome show_series(call& request, const answers& given) {
  const auto names = names_in(request);
  if (!names) {
    return fail(to_problem(names.error()));
  }
  const auto question = series_asked_for(request);
  if (question.from > question.to) {
    return fail(bad_field("from", "The time is after that of to.", "give an earlier one"));
  }
  if (given.empty()) {
    std::vector<ask> questions{question};
    if (!request.node->alone && !request.by_peer) {
      questions.emplace_back(
          ask_peers{std::make_shared<const inquiry>(series_of_a_peer(request, question))});
    }
    return questions;
  }
  auto body = series_json(answer_at<series_report>(given, 0), names.value());
  body["unanswered"] = ordered_json::array();
  if (given.size() > 1) {
    for (const auto& each : answer_at<std::vector<peer_answer>>(given, 1)) {
      if (const auto part = read_answer(each, "series")) {
        add_series(body, *part);
      } else {
        body["unanswered"].push_back(each.peer.str());
      }
    }
  }
  return respond(request, body);
}

} // namespace warmfront::admin::handlers
