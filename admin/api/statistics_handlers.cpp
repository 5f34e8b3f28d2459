// What became of mail: this node's rows as a resource, and all nodes' for those who ask in one
// step.
#include <map>

#include <fmt/core.h>

#include "actors/core/address.hpp"
#include "admin/api/across.hpp"
#include "admin/api/handlers.hpp"
#include "admin/api/target.hpp"

namespace warmfront::admin::handlers {

namespace {

constexpr std::chrono::days shown_by_default{30};

counted_by by_in(const std::string& text) {
  return text == "domain"     ? counted_by::sender_domain
         : text == "receiver" ? counted_by::receiver
                              : counted_by::day;
}

const char* name_of(counted_by by) {
  return by == counted_by::sender_domain ? "domain"
         : by == counted_by::receiver    ? "receiver"
                                         : "day";
}

void add_counts(daily_counts& to, const daily_counts& more) {
  to.requests += more.requests;
  to.accepted += more.accepted;
  to.delivered += more.delivered;
  to.bounced += more.bounced;
  to.expired += more.expired;
  to.suppressed += more.suppressed;
  to.cancelled += more.cancelled;
}

daily_counts counts_in(const ordered_json& row) {
  return {number_in(row, "requests"), number_in(row, "accepted"), number_in(row, "delivered"),
          number_in(row, "bounced"),  number_in(row, "expired"),  number_in(row, "suppressed"),
          number_in(row, "cancelled")};
}

/// A question in the query of a request, by a key that may see it.
result<sum_statistics> question_in(const call& request) {
  sum_statistics question;
  WARMFRONT_TRY(account, accounts_in(request));
  question.account = account;
  question.to = parse_date(text_of(request.query, "to")).value_or(day_of(request.now));
  question.from = parse_date(text_of(request.query, "from"))
                      .value_or(question.to - shown_by_default + std::chrono::days{1});
  question.sender_domain = domain_name{in_lower_case(text_of(request.query, "domain"))};
  question.receiver = domain_name{in_lower_case(text_of(request.query, "receiver"))};
  question.by = by_in(text_of(request.query, "by"));
  return question;
}

/// What a peer is asked: the same question.
std::string target_of(const sum_statistics& question) {
  auto target = fmt::format("/v1/statistics?limit=500&from={}&to={}&by={}", to_date(question.from),
                            to_date(question.to), name_of(question.by));
  for (const auto& [name, value] : {std::pair{"account", &question.account.str()},
                                    {"domain", &question.sender_domain.str()},
                                    {"receiver", &question.receiver.str()}}) {
    if (!value->empty()) {
      target += fmt::format("&{}={}", name, percent_encode(*value));
    }
  }
  return target;
}

} // namespace

std::vector<ask> ask_statistics(const call& request, const sum_statistics& question) {
  std::vector<ask> questions{question};
  if (!request.node->alone) {
    questions.emplace_back(ask_peers{
        std::make_shared<const inquiry>(inquiry{"GET", target_of(question), request.who})});
  }
  return questions;
}

std::vector<statistics_row> read_statistics(const call& request, const sum_statistics& question,
                                            const answers& given, std::size_t first) {
  std::map<std::string, daily_counts> rows;
  for (const auto& each : answer_at<std::vector<statistics_row>>(given, first)) {
    rows.emplace(each.of, each.counts);
  }
  if (!request.node->alone) {
    for (const auto& peer : answer_at<std::vector<peer_answer>>(given, first + 1)) {
      const auto list = read_answer(peer, "items");
      if (!list) {
        continue;
      }
      for (const auto& each : (*list)["items"]) {
        add_counts(rows[text_in(each, name_of(question.by))], counts_in(each));
      }
    }
  }
  std::vector<statistics_row> all;
  for (const auto& [of, counts] : rows) {
    all.push_back({of, counts});
  }
  return all;
}

outcome show_statistics(call& request, const answers& given) {
  const auto question = question_in(request);
  if (!question) {
    return fail(to_problem(question.error()));
  }
  if (given.empty()) {
    return then(question.value());
  }
  std::vector<shown_row> rows;
  for (const auto& each : answer_at<std::vector<statistics_row>>(given, 0)) {
    rows.push_back({question.value().by, each});
  }
  return page(request, std::move(rows), [](const auto& each) { return each.row.of; });
}

} // namespace warmfront::admin::handlers
