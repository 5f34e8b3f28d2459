// Templates as JSON.
#include "admin/api/render.hpp"

namespace warmfront::admin {

ordered_json to_json(const template_report& value) {
  ordered_json target;
  target["name"] = value.name.str();
  target["account"] = value.account.str();
  target["id"] = value.id;
  target["state"] = to_string(value.state);
  target["reason"] = value.reason;
  target["created_at"] = to_rfc3339(value.created_at);
  target["changed_at"] = to_rfc3339(value.current().created_at);
  target["version"] = value.current().number;
  target["required"] = value.current().required;
  target["optional"] = value.current().optional;
  return target;
}

ordered_json to_json(const compiled_template& value) {
  auto target = to_json(value.about);
  target["shown_version"] = value.version;
  target["subject"] = value.source.subject;
  target["html"] = value.source.html;
  target["text"] = value.source.text;
  target["versions"] = ordered_json::array();
  for (const auto& each : value.about.versions) {
    ordered_json version;
    version["version"] = each.number;
    version["created_at"] = to_rfc3339(each.created_at);
    version["octets"] = each.octets;
    version["required"] = each.required;
    version["optional"] = each.optional;
    target["versions"].push_back(std::move(version));
  }
  return target;
}

} // namespace warmfront::admin
