#include "actors/webhooks/event_json.hpp"

#include <nlohmann/json.hpp>

namespace warmfront {

namespace {

using event_object = nlohmann::ordered_json;

/// What is not known is left out.
void set(event_object& to, const char* name, const std::string& value) {
  if (!value.empty())
    to[name] = value;
}

event_object data_of(const mail_event& event) {
  const auto& about = event.about;
  event_object data;
  data["message"] = about.recipient.message.str();
  data["recipient"] = about.address;
  data["index"] = about.recipient.index;
  set(data, "account", about.account.str());
  set(data, "sender_domain", about.sender_domain.str());
  set(data, "provider", about.provider.str());
  set(data, "source", about.source.str());
  if (about.task != task_id::none)
    data["task"] = std::to_string(static_cast<std::uint64_t>(about.task));
  set(data, "template", about.from_template.str());
  set(data, "class", event.bounce_class);
  set(data, "status", event.status);
  set(data, "reply", event.reply);
  set(data, "remote_host", event.remote_host);
  set(data, "url", event.url);
  set(data, "user_agent", event.user_agent);
  set(data, "client_address", event.client_address);
  if (event.kind == event_kind::opened || event.kind == event_kind::clicked) {
    data["automated"] = event.is_automated;
    data["first"] = event.is_first;
  }
  if (event.attempt != 0)
    data["attempt"] = event.attempt;
  return data;
}

void describe(event_object& to, const mail_event& event) {
  to["type"] = "message." + std::string{to_string(event.kind)};
  to["timestamp"] = to_rfc3339(event.at);
  to["data"] = data_of(event);
}

std::string text_of(const event_object& value) {
  return value.dump(-1, ' ', false, event_object::error_handler_t::replace);
}

} // namespace

std::string webhook_body(const mail_event& event) {
  event_object body;
  describe(body, event);
  return text_of(body);
}

std::string event_line(const mail_event& event, std::string_view node) {
  event_object line;
  line["id"] = event.id();
  line["node"] = std::string{node};
  describe(line, event);
  return text_of(line);
}

std::string webhook_test_body(std::uint64_t webhook, wall_time now) {
  event_object body;
  body["type"] = "webhook.test";
  body["timestamp"] = to_rfc3339(now);
  body["data"] = {{"webhook", std::to_string(webhook)}};
  return text_of(body);
}

} // namespace warmfront
