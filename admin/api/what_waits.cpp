// What waits on all nodes, for those who decide by it.
#include "admin/api/across.hpp"
#include "admin/api/handlers.hpp"

namespace warmfront::admin::handlers {

namespace {

/// Items of one more page than anybody asks for by hand.
constexpr const char* queues_of_a_peer = "/v1/queues?limit=500";

/// The queues in a peer's answer; none when there is none.
void add_queues(std::vector<queue_report>& to, const peer_answer& from) {
  const auto list = read_answer(from, "items");
  if (!list) {
    return;
  }
  for (const auto& each : (*list)["items"]) {
    if (text_in(each, "state") == "deferred") {
      continue; // it has its permits, or will need them for one mail at a time
    }
    queue_report report;
    report.pool = pool_name{text_in(each, "pool")};
    report.importance =
        text_in(each, "class") == "batch" ? mail_class::batch : mail_class::triggered;
    report.sender_domain = text_in(each, "sender_domain");
    report.state = text_in(each, "state");
    report.waiting = number_in(each, "waiting");
    to.push_back(std::move(report));
  }
}

} // namespace

std::vector<ask> ask_what_waits(const call& request) {
  std::vector<ask> questions{warmfront::list_pools{}, warmfront::list_queues{}};
  if (!request.node->alone) {
    // Whoever asks is told sums alone, also who may not see the queues themselves.
    auto who = request.who;
    who.role = key_role::viewer;
    questions.emplace_back(
        ask_peers{std::make_shared<const inquiry>(inquiry{"GET", queues_of_a_peer, who})});
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
