// The event stream: pages of this node's log. `admin_actor_events` makes a stream of them.
#include <algorithm>
#include <optional>
#include <string_view>

#include "actors/webhooks/event_json.hpp"
#include "admin/api/event_position.hpp"
#include "admin/api/handlers.hpp"

namespace warmfront::admin::handlers {

namespace {

result<std::vector<event_kind>> kinds_of(std::string_view text) {
  std::vector<event_kind> kinds;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const auto kind = parse_event_kind(text.substr(0, comma));
    if (!kind)
      return error{errc::invalid_argument,
                   "\"" + std::string{text.substr(0, comma)} + "\" is no kind of event",
                   "write them as in delivered,bounced", "kinds"};
    kinds.push_back(*kind);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return kinds;
}

} // namespace

result<read_events> events_asked_for(const call& request) {
  WARMFRONT_TRY(account, accounts_in(request));
  WARMFRONT_TRY(kinds, kinds_of(text_of(request.query, "kinds")));
  const auto positions = parse_positions(text_of(request.query, "after"));
  if (!positions)
    return error{errc::invalid_argument, "this is no position in the log of events",
                 "take it from `next` of an earlier answer", "after"};
  read_events what;
  what.account = account;
  what.kinds = std::move(kinds);
  what.after = position_of(*positions, request.node->node);
  what.limit = static_cast<std::uint32_t>(number_of(request.query, "limit", items_per_page));
  return what;
}

bool is_followed(const call& request) {
  return !request.by_peer && text_of(request.query, "follow", "true") == "true";
}

outcome list_events(call& request, const answers& given) {
  if (given.empty()) {
    auto asked = events_asked_for(request);
    if (!asked)
      return fail(to_problem(asked.error()));
    // What stays open is written by whoever answers, a page after the other.
    if (is_followed(request))
      return http_response{200, "application/x-ndjson", "", {}};
    return then(std::move(asked).value());
  }
  const auto& found = answer_at<event_page>(given, 0);
  std::string body = "{\"items\":[";
  for (const auto& each : found.items)
    body += (body.back() == '[' ? "" : ",") + event_line(each, request.node->node);
  event_positions next;
  next.emplace(request.node->node, found.next);
  body += "],\"next\":\"" + to_text(next) + "\"}";
  return http_response{200, "application/json", std::move(body), {}};
}

} // namespace warmfront::admin::handlers
