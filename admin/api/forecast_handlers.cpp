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

/// Of a group, the group; else nothing.
const group_report* group_of(const call& request, const answers& given) {
  return request.body.contains("group") ? &answer_at<std::vector<group_report>>(given, 0).front()
                                        : nullptr;
}

void add_wishes(warmfront::forecast_batch& question, const json& body, const group_report* group) {
  question.sender_domain = domain_name{text_of(body, "from_domain")};
  question.recipients = group == nullptr ? number_of(body, "recipients", 1) : group->recipients;
  // Checked before: it is a time.
  question.start_at = parse_rfc3339(text_of(body, "start_at")).value_or(wall_time{});
  if (const auto providers = body.find("providers"); providers != body.end()) {
    for (const auto& [provider, count] : providers->items()) {
      question.providers[provider_name{provider}] = count.get<std::uint64_t>();
    }
  }
}

} // namespace

warmfront::forecast_batch question_about(const what_waits& waits, const pool& from,
                                         mail_class importance) {
  warmfront::forecast_batch question;
  add_sources(question.sources, &from);
  add_sources(question.sources, find_pool(waits.pools, overflow_pool(from).str()));
  question.importance = importance;
  question.ahead = ahead_of(waits.queues, from.name, importance);
  return question;
}

outcome forecast_batch(call& request, const answers& given) {
  const auto& body = request.body;
  const bool by_group = body.contains("group");
  if (by_group == body.contains("recipients")) {
    return fail(bad_field("recipients", "Either recipients or a group is to be given.",
                          "give how many recipients, or the name of a group"));
  }
  if (by_group && given.empty()) {
    return then(warmfront::list_groups{request.who.account, group_name{text_of(body, "group")}});
  }
  // Answers about what waits come behind the group's.
  const std::size_t before = by_group ? 1 : 0;
  if (given.size() == before) {
    return ask_what_waits(request);
  }
  const auto* const group = group_of(request, given);
  if (group != nullptr && group->recipients == 0) {
    return fail(bad_field("group", "The group has no recipients.", "import a list first"));
  }
  const answers others{given.begin() + static_cast<std::ptrdiff_t>(before), given.end()};
  const auto waits = read_what_waits(request, others);
  const pool_name name{text_of(body, "pool")};
  const auto* const from = find_pool(waits.pools, name.str());
  if (from == nullptr) {
    return fail(not_found("pool", name.str()));
  }
  const auto first = answers_of_what_waits(request);
  auto question = question_about(
      waits, *from,
      text_of(body, "class", "batch") == "batch" ? mail_class::batch : mail_class::triggered);
  add_wishes(question, body, group);
  if (others.size() == first) {
    return then(std::move(question));
  }
  auto told = to_json(answer_at<batch_forecast>(others, first));
  told["ahead"] = question.ahead;
  return respond(request, told);
}

} // namespace warmfront::admin::handlers
