// A ledger's days, those behind it and those to come, and what a change would make of them.
#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "admin/api/across.hpp"
#include "admin/api/handlers.hpp"
#include "admin/api/ledger_history.hpp"
#include "admin/api/target.hpp"

namespace warmfront::admin::handlers {

namespace {

constexpr std::uint64_t history_days_shown = 30;
constexpr std::uint32_t preview_days_shown = 10;

ledger_subject subject_in(const call& request) {
  auto text = request.parameters.front();
  if (auto address = canonical_ip(text)) {
    return ledger_subject{std::move(*address)};
  }
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return ledger_subject{std::move(text)};
}

read_ledger_days days_asked_for(const call& request) {
  const auto days = number_of(request.query, "days", history_days_shown);
  return {subject_in(request), request.now - std::chrono::days{static_cast<int>(days)}};
}

/// Whether mail of a queue needs permits of a ledger.
bool needs(const ledger_subject& subject, const queue_report& queue, const what_waits& waits) {
  if (queue.sender_domain == subject.str()) {
    return true;
  }
  const auto sources = sources_of_pool(waits.pools, queue.pool.str());
  return std::ranges::find(sources, ip_address{subject.str()}) != sources.end();
}

/// What waits and needs permits of a ledger, by what it leaves from.
std::vector<preview_ledger::group> groups_waiting(const ledger_subject& subject,
                                                  const what_waits& waits) {
  std::map<std::pair<pool_name, std::string>, preview_ledger::group> groups;
  for (const auto& each : waits.queues) {
    if (!needs(subject, each, waits)) {
      continue;
    }
    auto& group = groups[{each.pool, each.sender_domain}];
    group.sources = sources_of_pool(waits.pools, each.pool.str());
    group.sender_domain = domain_name{each.sender_domain};
    group.waiting += each.waiting;
  }
  std::vector<preview_ledger::group> found;
  for (auto& [name, group] : groups) {
    found.push_back(std::move(group));
  }
  return found;
}

preview_ledger outlook_of(const call& request, const answers& given, std::uint32_t days) {
  preview_ledger question;
  question.subject = subject_in(request);
  question.days = days;
  question.waiting = groups_waiting(question.subject, read_what_waits(request, given));
  return question;
}

/// The days of this node: those that have ended, and the present one.
ordered_json own_rows(const std::vector<ledger_report>& reports, std::vector<ledger_day> days,
                      const std::string& provider) {
  const auto whole = std::ranges::find(reports, std::string{"*"}, &ledger_report::provider);
  if (whole == reports.end()) {
    return rows_of(days, provider);
  }
  auto today = as_ledger_day(*whole);
  for (const auto& each : reports) {
    if (each.provider != "*" && each.limit) {
      today.providers[provider_name{each.provider}] = {*each.limit, each.used};
    }
  }
  std::erase_if(days, [&](const ledger_day& each) { return each.day == today.day; });
  days.push_back(std::move(today));
  return rows_of(days, provider);
}

/// The curve of a provider's limits: the days run as the plan's.
void limit_to_provider(ordered_json& curve, const std::vector<plan>& plans, const plan_name& name,
                       const std::string& provider) {
  const auto rule = std::ranges::find(plans, name, &plan::name);
  if (rule == plans.end()) {
    return;
  }
  auto days = rule->providers.find(provider_name{provider});
  if (days == rule->providers.end()) {
    days = rule->providers.find(every_other_provider);
  }
  for (auto& each : curve) {
    const auto level = std::max<std::uint64_t>(1, number_in(each, "day"));
    each["limit"] = nullptr;
    if (days != rule->providers.end() && !days->second.empty()) {
      each["limit"] = days->second[std::min<std::size_t>(level, days->second.size()) - 1];
    }
  }
}

inquiry history_of_a_peer(const call& request) {
  auto target =
      fmt::format("/v1/ledgers/{}/history?days={}", percent_encode(request.parameters.front()),
                  number_of(request.query, "days", history_days_shown));
  if (const auto provider = text_of(request.query, "provider"); !provider.empty()) {
    target += "&provider=" + percent_encode(provider);
  }
  return {"GET", std::move(target), request.who};
}

void add_rows_of_peers(ordered_json& body, const std::vector<peer_answer>& peers) {
  constexpr unsigned not_known_there = 404;
  for (const auto& each : peers) {
    if (const auto part = read_answer(each, "days"); part && (*part)["days"].is_array()) {
      add_rows(body["days"], (*part)["days"]);
    } else if (each.value.status != not_known_there) {
      body["unanswered"].push_back(each.peer.str());
    }
  }
}

} // namespace

outcome show_ledger_history(call& request, const answers& given) {
  const auto provider = text_of(request.query, "provider");
  const auto first = request.by_peer ? 0 : answers_of_what_waits(request);
  if (given.empty()) {
    auto questions = request.by_peer ? std::vector<ask>{} : ask_what_waits(request);
    questions.emplace_back(warmfront::list_ledgers{subject_in(request)});
    questions.emplace_back(days_asked_for(request));
    if (!request.by_peer) {
      questions.emplace_back(warmfront::list_plans{});
    }
    if (!request.by_peer && !request.node->alone) {
      questions.emplace_back(
          ask_peers{std::make_shared<const inquiry>(history_of_a_peer(request))});
    }
    return questions;
  }
  const auto& reports = answer_at<std::vector<ledger_report>>(given, first);
  const auto asked = first + (request.by_peer ? 2U : request.node->alone ? 3U : 4U);
  if (given.size() == asked && !request.by_peer) {
    return then(outlook_of(request, given, history_days_shown));
  }
  ordered_json body;
  body["subject"] = subject_in(request).str();
  body["provider"] = provider.empty() ? "*" : provider;
  body["plan"] = reports.empty() ? "" : reports.front().plan.str();
  body["days"] = own_rows(reports, answer_at<std::vector<ledger_day>>(given, first + 1), provider);
  if (request.by_peer) {
    return respond(request, body);
  }
  body["unanswered"] = ordered_json::array();
  if (!request.node->alone) {
    add_rows_of_peers(body, answer_at<std::vector<peer_answer>>(given, first + 3));
  }
  auto ahead = to_json(answer_at<ledger_preview>(given, asked).before);
  body["curve"] = std::move(ahead["days"]);
  if (!provider.empty() && !reports.empty()) {
    limit_to_provider(body["curve"], answer_at<std::vector<plan>>(given, first + 2),
                      reports.front().plan, provider);
  }
  body["finish_at"] = std::move(ahead["finish_at"]);
  return respond(request, body);
}

outcome preview_ledger_change(call& request, const answers& given) {
  const bool sets_plan = request.body.contains("set_plan");
  if (sets_plan == request.body.contains("set_day")) {
    return fail(bad_field("set_plan", "Either set_plan or set_day is to be given.",
                          "give the name of a plan, or a day of the present one"));
  }
  if (given.empty()) {
    return ask_what_waits(request);
  }
  const auto first = answers_of_what_waits(request);
  if (given.size() == first) {
    auto question = outlook_of(request, given, preview_days_shown);
    question.plan = plan_name{text_of(request.body, "set_plan")};
    question.day = static_cast<std::uint32_t>(number_of(request.body, "set_day", 0));
    return then(std::move(question));
  }
  const auto& seen = answer_at<ledger_preview>(given, first);
  ordered_json body;
  body["subject"] = subject_in(request).str();
  body["exists"] = seen.exists;
  body["before"] = to_json(seen.before);
  body["after"] = to_json(seen.after);
  return respond(request, body);
}

} // namespace warmfront::admin::handlers
