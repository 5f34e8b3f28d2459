// Asks everybody what the overview is made of.
#include <fmt/core.h>

#include "admin/api/across.hpp"
#include "admin/api/handlers.hpp"
#include "admin/api/overview.hpp"

namespace warmfront::admin::handlers {

namespace {

constexpr std::size_t forecasts_of_overview_max = 20;
constexpr std::chrono::minutes minutes_looked_back{2};

/// The questions in their order: those of a node's part come first.
enum overview_answer : std::size_t {
  at_pools,
  at_queues,
  at_deliveries,
  at_permits,
  at_series,
  at_webhooks,
  after_part,
  at_ledgers = after_part,
  at_runs,
  at_identities,
  at_tasks,
  at_groups,
  at_counts,
  at_counts_of_month,
  after_own,
  at_nodes = after_own,
  at_peers,
  after_all,
};

std::vector<ask> questions_of_part(const call& request) {
  return {warmfront::list_pools{},
          warmfront::list_queues{false, true},
          count_deliveries{},
          count_permits{},
          read_series{request.now - minutes_looked_back, request.now, std::chrono::seconds{60}},
          warmfront::list_webhooks{}};
}

sum_statistics counts_of_days(const call& request, std::chrono::days days, counted_by by) {
  sum_statistics question;
  question.to = day_of(request.now);
  question.from = question.to - days + std::chrono::days{1};
  question.by = by;
  question.further_by = {counted_by::provider}; // the small table
  return question;
}

std::vector<ask> questions_of_overview(const call& request) {
  constexpr std::chrono::days month{30};
  auto questions = questions_of_part(request);
  questions.emplace_back(warmfront::list_ledgers{});
  questions.emplace_back(warmfront::list_provisionings{});
  questions.emplace_back(warmfront::list_identities{});
  questions.emplace_back(warmfront::list_tasks{});
  questions.emplace_back(warmfront::list_groups{});
  questions.emplace_back(counts_of_days(request, std::chrono::days{2}, counted_by::sender_domain));
  questions.emplace_back(counts_of_days(request, month, counted_by::day));
  if (!request.node->alone) {
    questions.emplace_back(warmfront::list_nodes{});
    questions.emplace_back(ask_peers{std::make_shared<const inquiry>(
        inquiry{"GET", std::string{request.where->pattern}, request.who})});
  }
  return questions;
}

/// An answer, or none when the role gave none: then `to` says so.
template <class T>
const T* find_answer(const answers& given, std::size_t index, std::vector<std::string>& unknown) {
  if (index >= given.size()) {
    return nullptr;
  }
  if (const auto* const failure = std::get_if<error>(&given[index])) {
    unknown.push_back(failure->what);
    return nullptr;
  }
  return std::get_if<T>(&given[index]);
}
template <class T>
void take_answer(T& to, const answers& given, std::size_t index,
                 std::vector<std::string>& unknown) {
  if (const auto* const found = find_answer<T>(given, index, unknown)) {
    to = *found;
  }
}

void add_queues_to(node_part& part, const std::vector<queue_report>& queues) {
  for (const auto& each : queues) {
    part.by_reason[each.cause.empty() ? each.state : each.cause] += each.waiting;
    part.by_pool[each.pool.str()] += each.waiting;
  }
}

node_part own_part(const call& request, const answers& given, std::vector<std::string>& unknown) {
  const auto& node = *request.node;
  node_part part;
  part.node = node.node;
  part.now = request.now;
  part.started_at = node.operation.started_at;
  part.version = node.version;
  part.problem = node.readiness ? node.readiness() : std::string{};
  if (node.storage) {
    const auto health = node.storage();
    part.accepts_mail = health.accepts_growth;
    part.free_octets = health.free_octets;
    part.storage_failure = health.failure ? to_string(*health.failure) : std::string{};
  }
  const auto& listen = node.operation.admin_listen;
  if (!listen.empty() && !node.operation.admin_tls && is_reachable_from_elsewhere(listen)) {
    part.exposed_at = listen;
  }
  if (const auto* const queues =
          find_answer<std::vector<queue_report>>(given, at_queues, unknown)) {
    add_queues_to(part, *queues);
  }
  if (const auto* const counts = find_answer<delivery_counts>(given, at_deliveries, unknown)) {
    part.single_copies = counts->single_copies;
    part.delivered = counts->delivered;
  }
  if (const auto* const permits = find_answer<permit_counts>(given, at_permits, unknown)) {
    part.used = permits->used;
  }
  if (const auto* const series = find_answer<series_report>(given, at_series, unknown);
      series != nullptr && series->last_minute) {
    const auto& minute = *series->last_minute;
    part.last_minute = {minute[0], minute[1], minute[2], minute[3]};
  }
  if (node.operation.certificates) {
    part.certificates = node.operation.certificates();
  }
  if (const auto* const hooks =
          find_answer<std::vector<webhook_report>>(given, at_webhooks, unknown)) {
    for (const auto& each : *hooks) {
      part.webhooks.push_back(
          {each.value.number, each.dead_letters, each.failing_since, each.last_error});
    }
  }
  return part;
}

void add_peers(overview_snapshot& seen, const std::vector<peer_answer>& peers) {
  for (const auto& each : peers) {
    const auto answer = read_answer(each, "node");
    auto part = answer ? read_node_part(*answer) : std::nullopt;
    if (part) {
      seen.parts.push_back(std::move(*part));
    } else if (!each.ended) {
      seen.unanswered.push_back(each.peer.str());
    }
  }
}

void add_counts_to(overview_snapshot& seen, const answers& given) {
  if (const auto* const days = find_answer<statistics_report>(given, at_counts, seen.unknown)) {
    for (const auto& each : days->rows) {
      seen.by_domain[each.of] += each.counts;
    }
  }
  if (const auto* const month =
          find_answer<statistics_report>(given, at_counts_of_month, seen.unknown)) {
    for (const auto& each : month->rows) {
      seen.has_delivered = seen.has_delivered || each.counts.delivered > 0;
    }
  }
}

overview_snapshot snapshot_of(const call& request, const answers& given) {
  overview_snapshot seen;
  seen.now = request.now;
  seen.self = request.node->node;
  seen.version = request.node->version;
  seen.operation = request.node->operation;
  seen.alone = request.node->alone;
  seen.control_silence = silence_of_control(*request.node);
  seen.parts.push_back(own_part(request, given, seen.unknown));
  std::vector<std::string> told_already; // what the part could not ask either
  take_answer(seen.permits, given, at_permits, told_already);
  take_answer(seen.pools, given, at_pools, seen.unknown);
  if (const auto* const hooks =
          find_answer<std::vector<webhook_report>>(given, at_webhooks, told_already)) {
    for (const auto& each : *hooks) {
      seen.webhooks.push_back(each.value);
    }
  }
  take_answer(seen.ledgers, given, at_ledgers, seen.unknown);
  take_answer(seen.runs, given, at_runs, seen.unknown);
  take_answer(seen.identities, given, at_identities, seen.unknown);
  take_answer(seen.tasks, given, at_tasks, seen.unknown);
  if (const auto* const groups =
          find_answer<std::vector<group_report>>(given, at_groups, seen.unknown)) {
    for (const auto& each : *groups) {
      seen.groups_with_recipients += each.recipients > 0 ? 1 : 0;
    }
  }
  add_counts_to(seen, given);
  if (request.node->alone) {
    node_report self;
    self.name = node_name{request.node->node};
    self.alive = self.self = true;
    seen.nodes.push_back(std::move(self));
    return seen;
  }
  take_answer(seen.nodes, given, at_nodes, seen.unknown);
  if (const auto* const peers =
          find_answer<std::vector<peer_answer>>(given, at_peers, seen.unknown)) {
    add_peers(seen, *peers);
  }
  return seen;
}

/// When what waits in each pool would be sent.
std::vector<ask> forecasts_of(const overview_snapshot& seen) {
  std::map<std::string, std::uint64_t> waiting;
  for (const auto& part : seen.parts) {
    for (const auto& [name, count] : part.by_pool) {
      waiting[name] += count;
    }
  }
  std::vector<ask> questions;
  const what_waits nothing_before{seen.pools, {}};
  for (const auto& [name, count] : waiting) {
    const auto* const from = find_pool(seen.pools, name);
    if (count == 0 || from == nullptr || questions.size() == forecasts_of_overview_max) {
      continue;
    }
    auto question = question_about(nothing_before, *from, mail_class::batch);
    question.recipients = count;
    questions.emplace_back(std::move(question));
  }
  return questions;
}

void add_forecasts(overview_snapshot& seen, const answers& given, std::size_t from) {
  auto last = seen.now;
  for (auto at = from; at < given.size(); ++at) {
    const auto* const looked = find_answer<batch_forecast>(given, at, seen.unknown);
    if (looked == nullptr || !looked->finish_at) {
      seen.not_drained =
          looked == nullptr ? "it is not known" : to_json(*looked)["problem"].get<std::string>();
      return;
    }
    last = std::max(last, *looked->finish_at);
  }
  seen.drained_at = last;
}

} // namespace

outcome show_overview(call& request, const answers& given) {
  if (given.empty()) {
    return request.by_peer ? questions_of_part(request) : questions_of_overview(request);
  }
  if (request.by_peer) {
    std::vector<std::string> unknown;
    return respond(request, to_json(own_part(request, given, unknown)));
  }
  auto seen = snapshot_of(request, given);
  const std::size_t asked = request.node->alone ? after_own : after_all;
  if (given.size() == asked) {
    if (auto forecasts = forecasts_of(seen); !forecasts.empty()) {
      return forecasts;
    }
  }
  add_forecasts(seen, given, asked);
  return respond(request, to_json(seen));
}

} // namespace warmfront::admin::handlers
