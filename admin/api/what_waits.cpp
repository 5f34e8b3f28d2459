// What waits on all nodes, for those who decide by it.
#include "admin/api/handlers.hpp"

namespace warmfront::admin::handlers {

namespace {

/// Items of one more page than anybody asks for by hand.
constexpr const char* queues_of_a_peer = "/v1/queues?limit=500";

/// Null when there is none of that name.
const json* member_of(const json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found == object.end() ? nullptr : &*found;
}

/// The queues in a peer's answer; none when there is none, or it is of another kind.
void add_queues(std::vector<queue_report>& to, const peer_answer& from) {
  const auto parsed = parse_json(from.value.body);
  const auto* const body = std::get_if<json>(&parsed);
  const auto* const items = body == nullptr ? nullptr : member_of(*body, "items");
  if (from.value.status != 200 || items == nullptr || !items->is_array()) {
    return;
  }
  for (const auto& each : *items) {
    const auto* const pool = member_of(each, "pool");
    const auto* const importance = member_of(each, "class");
    const auto* const waiting = member_of(each, "waiting");
    if (pool == nullptr || importance == nullptr || waiting == nullptr || !pool->is_string() ||
        !waiting->is_number_unsigned()) {
      continue;
    }
    queue_report report;
    report.pool = pool_name{pool->get<std::string>()};
    report.importance = *importance == "batch" ? mail_class::batch : mail_class::triggered;
    report.waiting = waiting->get<std::uint64_t>();
    to.push_back(std::move(report));
  }
}

} // namespace

std::vector<ask> ask_what_waits(const call& request) {
  std::vector<ask> questions{warmfront::list_pools{}, warmfront::list_queues{}};
  if (!request.node->alone) {
    questions.emplace_back(
        ask_peers{std::make_shared<const inquiry>(inquiry{"GET", queues_of_a_peer, request.who})});
  }
  return questions;
}

std::size_t answers_of_what_waits(const call& request) {
  return request.node->alone ? 2 : 3;
}

what_waits read_what_waits(const call& request, const answers& given) {
  what_waits waits{answer_at<std::vector<pool>>(given, 0),
                   answer_at<std::vector<queue_report>>(given, 1)};
  if (!request.node->alone) {
    for (const auto& peer : answer_at<std::vector<peer_answer>>(given, 2)) {
      add_queues(waits.queues, peer);
    }
  }
  return waits;
}

} // namespace warmfront::admin::handlers
