#include <algorithm>

#include "actors/core/clock.hpp"
#include "admin/api/handlers.hpp"

namespace warmfront::admin::handlers {

namespace {

void add_sources(std::vector<ip_address>& to, const pool* from) {
  if (from == nullptr) {
    return;
  }
  for (const auto& each : from->addresses) {
    if (each.weight > 0 && may_send(each.state) &&
        std::find(to.begin(), to.end(), each.address) == to.end()) {
      to.push_back(each.address);
    }
  }
}

/// What goes before new mail of a class: triggered mail, and what came earlier.
std::uint64_t ahead_of(const std::vector<queue_report>& queues, const pool_name& name,
                       mail_class importance) {
  std::uint64_t ahead = 0;
  for (const auto& each : queues) {
    if (each.pool == name && each.importance <= importance) {
      ahead += each.waiting;
    }
  }
  return ahead;
}

warmfront::forecast_batch read_question(const call& request, const pool& from,
                                        const std::vector<pool>& pools,
                                        const std::vector<queue_report>& queues) {
  const auto& body = request.body;
  warmfront::forecast_batch question;
  add_sources(question.sources, &from);
  add_sources(question.sources, find_pool(pools, overflow_pool(from).str()));
  question.sender_domain = domain_name{text_of(body, "from_domain")};
  question.importance =
      text_of(body, "class", "batch") == "batch" ? mail_class::batch : mail_class::triggered;
  question.ahead = ahead_of(queues, from.name, question.importance);
  question.recipients = number_of(body, "recipients", 1);
  // Checked before: it is a time.
  question.start_at = parse_rfc3339(text_of(body, "start_at")).value_or(wall_time{});
  if (const auto providers = body.find("providers"); providers != body.end()) {
    for (const auto& [provider, count] : providers->items()) {
      question.providers[provider_name{provider}] = count.get<std::uint64_t>();
    }
  }
  return question;
}

} // namespace

outcome forecast_batch(call& request, const answers& given) {
  if (given.empty()) {
    return ask_what_waits(request);
  }
  const auto waits = read_what_waits(request, given);
  const pool_name name{text_of(request.body, "pool")};
  const auto* const from = find_pool(waits.pools, name.str());
  if (from == nullptr) {
    return fail(not_found("pool", name.str()));
  }
  const auto question = read_question(request, *from, waits.pools, waits.queues);
  const auto first = answers_of_what_waits(request);
  if (given.size() == first) {
    return then(question);
  }
  auto body = to_json(answer_at<batch_forecast>(given, first));
  body["ahead"] = question.ahead;
  return respond(request, body);
}

} // namespace warmfront::admin::handlers
