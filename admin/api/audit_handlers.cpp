// What was changed, by whom.
#include "admin/api/handlers.hpp"

namespace warmfront::admin {

ordered_json to_json(const audit_record& value) {
  ordered_json target;
  target["id"] = value.id;
  target["at"] = to_rfc3339(value.at);
  target["node"] = value.node;
  target["key_id"] = value.key_id;
  target["account"] = value.account;
  target["role"] = value.role;
  target["by_session"] = value.by_session;
  target["client_address"] = value.client_address;
  target["method"] = value.method;
  target["action"] = value.action;
  target["resource"] = value.resource;
  target["asked"] = value.asked;
  target["status"] = value.status;
  target["code"] = value.code;
  target["request_id"] = value.request_id;
  return target;
}

namespace handlers {

outcome list_audit(call& request, const answers& given) {
  if (given.empty()) {
    warmfront::list_audit asked;
    const auto& query = request.query;
    asked.from = parse_rfc3339(text_of(query, "from")).value_or(asked.from);
    asked.to = parse_rfc3339(text_of(query, "to")).value_or(asked.to);
    asked.actor = text_of(query, "actor");
    asked.resource = text_of(query, "resource");
    asked.action = text_of(query, "action");
    asked.after = text_of(query, "after");
    asked.limit = number_of(query, "limit", items_per_page);
    return then(asked);
  }
  const auto& found = answer_at<audit_page>(given, 0);
  ordered_json body;
  body["items"] = ordered_json::array();
  for (const auto& each : found.items) {
    body["items"].push_back(to_json(each));
  }
  body["next"] = found.next.empty() ? ordered_json(nullptr) : ordered_json(found.next);
  return respond(request, body);
}

} // namespace handlers

} // namespace warmfront::admin
