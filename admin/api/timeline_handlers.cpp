// What happened to a message.
#include <algorithm>

#include <fmt/core.h>

#include "admin/api/handlers.hpp"

namespace warmfront::admin::handlers {

namespace {

std::string name_of_node(const std::vector<node_report>& nodes, std::uint16_t number) {
  const auto found = std::ranges::find(nodes, number, &node_report::number);
  // One that was forgotten still has its number in what it did.
  return found == nodes.end() ? fmt::format("node {}", number) : found->name.str();
}

ordered_json tls_json(const told_tls& value) {
  if (value.version.empty()) {
    return nullptr;
  }
  ordered_json target;
  target["version"] = value.version;
  target["cipher"] = value.cipher;
  target["verified_by"] = value.verified_by;
  return target;
}

ordered_json reply_json(const std::optional<told_reply>& value) {
  if (!value) {
    return nullptr;
  }
  ordered_json target;
  target["code"] = value->code == 0 ? ordered_json(nullptr) : ordered_json(value->code);
  target["enhanced"] = value->enhanced;
  target["text"] = value->text;
  return target;
}

ordered_json item_json(const timeline_item& value, const std::string& node) {
  ordered_json target;
  target["at"] = to_rfc3339(value.at);
  target["kind"] = to_string(value.kind);
  target["node"] = node;
  target["recipient"] = value.recipient;
  target["attempt"] = value.attempt;
  target["ip"] = value.source.str();
  target["provider"] = value.provider.str();
  target["mx"] = value.mx;
  target["tls"] = tls_json(value.tls);
  target["reply"] = reply_json(value.reply);
  target["ledger"] = value.ledger.str();
  target["day"] = value.day ? ordered_json(*value.day) : ordered_json(nullptr);
  target["next_attempt_at"] = optional_time(value.next_attempt_at);
  target["text"] = value.text;
  return target;
}

} // namespace

outcome show_timeline(call& request, const answers& given) {
  if (given.empty()) {
    return then(tell_timeline{message_id::parse(request.parameters.front()).value_or(message_id{}),
                              text_of(request.query, "to")});
  }
  const auto& story = answer_at<message_timeline>(given, 0);
  if (request.who.role == key_role::sender && request.who.account != story.account) {
    return fail(not_found("message", request.parameters.front()));
  }
  // Alone it is who did all of it.
  const bool alone = request.node->alone;
  if (given.size() == 1 && !alone) {
    return then(list_nodes{});
  }
  const auto node_of = [&](const timeline_item& item) {
    return alone ? request.node->node
                 : name_of_node(answer_at<std::vector<node_report>>(given, 1), item.node);
  };
  ordered_json body;
  body["id"] = story.id.str();
  body["complete"] = story.complete;
  body["items"] = ordered_json::array();
  for (const auto& each : story.items) {
    body["items"].push_back(item_json(each, node_of(each)));
  }
  return respond(request, body);
}

outcome retry_message(call& request, const answers& given) {
  if (given.empty()) {
    return then(warmfront::retry_message{
        message_id::parse(request.parameters.front()).value_or(message_id{})});
  }
  return respond(request, to_json(answer_at<message_report>(given, 0)));
}

} // namespace warmfront::admin::handlers
