// Actions by hand on many mails that wait: counted first, then confirmed, then done in the
// background on every node.
#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "admin/api/across.hpp"
#include "admin/api/across_queues.hpp"
#include "admin/api/handlers.hpp"
#include "admin/api/queue_confirmation.hpp"
#include "admin/api/target.hpp"
#include "cluster-config/values.hpp"

namespace warmfront::admin::handlers {

namespace {

std::optional<task_id> task_number(const std::string& text) {
  std::uint64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (!text.empty() && (parsed.ec != std::errc{} || parsed.ptr != end || number == 0)) {
    return std::nullopt;
  }
  return task_id{number};
}

std::string lower_case(std::string text) {
  for (auto& c : text) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return text;
}

/// The filter of a checked body or query, without a time.
result<queue_filter> filter_in(const json& from) {
  queue_filter filter;
  filter.pool = pool_name{text_of(from, "pool")};
  filter.provider = provider_name{text_of(from, "provider")};
  filter.reason = text_of(from, "reason");
  filter.sender_domain = domain_name{lower_case(text_of(from, "sender_domain"))};
  const auto task = task_number(text_of(from, "task"));
  if (!task) {
    return error{errc::invalid_argument, "The task is not a number.", "give a task's number",
                 "task"};
  }
  filter.task = *task;
  return filter;
}

/// Accepted at least so long before `now`.
result<wall_time> before_of(const json& filter, wall_time now) {
  const auto text = text_of(filter, "older_than");
  if (text.empty()) {
    return now;
  }
  const auto age = config::parse_duration(text);
  if (!age) {
    return error{errc::invalid_argument, "older_than is not a time span.",
                 "give one such as 30m, 6h or 2d", "filter.older_than"};
  }
  return now - *age;
}

std::string target_of(std::string path, queue_action action, const queue_filter& filter) {
  path += fmt::format("?action={}", to_string(action));
  const auto add = [&path](const char* name, const std::string& value) {
    if (!value.empty()) {
      path += fmt::format("&{}={}", name, percent_encode(value));
    }
  };
  add("pool", filter.pool.str());
  add("provider", filter.provider.str());
  add("reason", filter.reason);
  add("sender_domain", filter.sender_domain.str());
  if (filter.task != task_id::none) {
    add("task", std::to_string(static_cast<std::uint64_t>(filter.task)));
  }
  if (filter.accepted_before) {
    add("before", to_rfc3339(*filter.accepted_before));
  }
  return path;
}

ordered_json filter_json(const queue_filter& filter) {
  ordered_json target;
  target["pool"] = filter.pool.str();
  target["provider"] = filter.provider.str();
  target["reason"] = filter.reason;
  target["sender_domain"] = filter.sender_domain.str();
  target["task"] = filter.task == task_id::none
                       ? std::string{}
                       : std::to_string(static_cast<std::uint64_t>(filter.task));
  target["before"] = optional_time(filter.accepted_before);
  return target;
}

ordered_json counts_json(const waiting_counts& value) {
  ordered_json target;
  target["matches"] = value.messages;
  target["recipients"] = value.recipients;
  target["oldest"] = optional_time(value.oldest);
  target["complete"] = value.complete;
  target["sample"] = ordered_json::array();
  for (const auto& each : value.sample) {
    ordered_json shown;
    shown["id"] = each.message.str();
    shown["from"] = each.from;
    shown["to"] = each.recipient;
    shown["accepted_at"] = to_rfc3339(each.accepted_at);
    shown["last_reply"] = each.last_reply;
    target["sample"].push_back(std::move(shown));
  }
  return target;
}

ordered_json action_json(const queue_action_report& value) {
  ordered_json target;
  target["id"] = value.id;
  target["action"] = to_string(value.action);
  target["state"] = value.finished_at ? "done" : "running";
  target["expected"] = value.expected;
  target["recipients"] = value.recipients;
  target["busy"] = value.busy;
  target["by"] = value.by;
  target["started_at"] = to_rfc3339(value.started_at);
  target["finished_at"] = optional_time(value.finished_at);
  target["filter"] = filter_json(value.filter);
  return target;
}

/// All that a confirmation holds for.
std::string about_of(const call& request) {
  json filter = request.body.value("filter", json::object());
  return fmt::format("\n{}\n{}\n{}", request.who.key_id, text_of(request.body, "action"),
                     filter.dump());
}

/// Names the nodes that may have more of it.
void name_missing(ordered_json& target, const std::vector<peer_answer>& others) {
  ordered_json missing = ordered_json::array();
  for (const auto& each : others) {
    if (!each.ended && (each.value.status < 200 || each.value.status >= 300)) {
      missing.push_back(each.peer.str());
    }
  }
  if (!missing.empty()) {
    target["unanswered"] = std::move(missing);
  }
}

/// Whom nobody has counted: nothing is done there, since nobody has seen what there is.
std::string uncounted(const answers& given) {
  std::string names;
  if (given.size() > 1) {
    for (const auto& each : answer_at<std::vector<peer_answer>>(given, 1)) {
      if (each.value.status < 200 || each.value.status >= 300) {
        names += (names.empty() ? "" : ",") + each.peer.str();
      }
    }
  }
  return names;
}

bool names_node(const std::string& names, const std::string& node) {
  return (',' + names + ',').find(',' + node + ',') != std::string::npos;
}

outcome not_counted() {
  return fail({409, "not_counted", "This node gave no answer when it was counted.", "confirm",
               "send the request without confirm, then with what the answer says"});
}

/// A question to this node, and the same to all others.
template <class Question>
std::vector<ask> everywhere(const call& request, Question own, const char* method,
                            std::string target) {
  std::vector<ask> questions{std::move(own)};
  if (!request.node->alone) {
    questions.emplace_back(ask_peers{
        std::make_shared<const inquiry>(inquiry{method, std::move(target), request.who})});
  }
  return questions;
}

ordered_json sum_of(ordered_json sum, const answers& given,
                    void (*add)(ordered_json&, const ordered_json&)) {
  if (given.size() < 2) {
    return sum;
  }
  const auto& others = answer_at<std::vector<peer_answer>>(given, 1);
  for (const auto& each : others) {
    if (const auto part = read_answer(each)) {
      add(sum, *part);
    }
  }
  name_missing(sum, others);
  return sum;
}

outcome count_first(const call& request, const answers& given, queue_action action,
                    queue_filter filter) {
  const queue_confirmation counted{std::chrono::floor<std::chrono::milliseconds>(request.now), 0,
                                   uncounted(given)};
  if (given.empty()) {
    const auto before = before_of(request.body.value("filter", json::object()), counted.counted_at);
    if (!before) {
      return fail(to_problem(before.error()));
    }
    filter.accepted_before = before.value();
    auto target = target_of("/v1/queues/matches", action, filter);
    return everywhere(request, count_waiting{action, std::move(filter)}, "GET", std::move(target));
  }
  auto sum = sum_of(counts_json(answer_at<waiting_counts>(given, 0)), given, add_waiting);
  ordered_json body;
  body["action"] = to_string(action);
  body.update(sum);
  body["confirm"] = to_token({counted.counted_at, number_in(sum, "recipients"), counted.without},
                             about_of(request));
  body["confirm_until"] = to_rfc3339(counted.counted_at + confirmed_within);
  auto response = respond(request, body);
  response.status = request.where->status_of_proposals;
  return response;
}

outcome do_confirmed(const call& request, const answers& given, queue_action action,
                     queue_filter filter, const std::string& token) {
  if (!given.empty()) {
    return respond(request, sum_of(action_json(answer_at<queue_action_report>(given, 0)), given,
                                   add_queue_action));
  }
  const auto confirmed = read_token(token, about_of(request), request.now);
  if (!confirmed) {
    return fail({409, "not_confirmed",
                 "What is to be confirmed is another request, of another key, or older than ten "
                 "minutes.",
                 "confirm", "send the request without confirm, then with what the answer says"});
  }
  const auto before =
      before_of(request.body.value("filter", json::object()), confirmed->counted_at);
  if (!before) {
    return fail(to_problem(before.error()));
  }
  filter.accepted_before = before.value();
  if (names_node(confirmed->without, request.node->node)) {
    return not_counted();
  }
  auto id = action_id_of(token);
  auto target = target_of("/v1/queues/actions/" + id + "/parts", action, filter);
  if (!confirmed->without.empty()) {
    target += "&without=" + percent_encode(confirmed->without);
  }
  return everywhere(request,
                    start_queue_action{std::move(id), action, std::move(filter), request.who.key_id,
                                       confirmed->recipients},
                    "POST", std::move(target));
}

result<queue_filter> filter_in_query(const json& query) {
  WARMFRONT_TRY(filter, filter_in(query));
  if (const auto before = text_of(query, "before"); !before.empty()) {
    filter.accepted_before = parse_rfc3339(before);
  }
  return filter;
}

} // namespace

outcome act_on_queues(call& request, const answers& given) {
  const auto action = parse_queue_action(text_of(request.body, "action"));
  auto filter = filter_in(request.body.value("filter", json::object()));
  if (!filter) {
    return fail(to_problem(filter.error()));
  }
  const auto token = text_of(request.body, "confirm");
  return token.empty() ? count_first(request, given, *action, std::move(filter).value())
                       : do_confirmed(request, given, *action, std::move(filter).value(), token);
}

outcome count_matches(call& request, const answers& given) {
  if (!given.empty()) {
    return respond(request, counts_json(answer_at<waiting_counts>(given, 0)));
  }
  auto filter = filter_in_query(request.query);
  if (!filter) {
    return fail(to_problem(filter.error()));
  }
  return then(count_waiting{*parse_queue_action(text_of(request.query, "action")),
                            std::move(filter).value()});
}

outcome show_queue_action(call& request, const answers& given) {
  if (given.empty()) {
    return then(warmfront::show_queue_action{request.parameters.front()});
  }
  return respond(request, action_json(answer_at<queue_action_report>(given, 0)));
}

outcome begin_queue_part(call& request, const answers& given) {
  if (!request.by_peer) {
    return fail(
        {409, "for_nodes", "Nodes ask this of each other.", "", "use POST /v1/queues/actions"});
  }
  if (!given.empty()) {
    return respond(request, action_json(answer_at<queue_action_report>(given, 0)));
  }
  if (names_node(text_of(request.query, "without"), request.node->node)) {
    return not_counted();
  }
  auto filter = filter_in_query(request.query);
  if (!filter) {
    return fail(to_problem(filter.error()));
  }
  return then(start_queue_action{request.parameters.front(),
                                 *parse_queue_action(text_of(request.query, "action")),
                                 std::move(filter).value(), request.who.key_id, 0});
}

} // namespace warmfront::admin::handlers
