// Recipient groups as JSON.
#include "admin/api/render.hpp"

namespace warmfront::admin {

ordered_json to_json(const group_report& value) {
  ordered_json target;
  target["name"] = value.name.str();
  target["account"] = value.account.str();
  target["id"] = value.id;
  target["description"] = value.description;
  target["version"] = value.version;
  target["recipients"] = value.recipients;
  target["variables"] = ordered_json::array();
  for (const auto& each : value.variables) {
    target["variables"].push_back({{"name", each.name}, {"recipients", each.recipients}});
  }
  target["created_at"] = to_rfc3339(value.created_at);
  target["changed_at"] = to_rfc3339(value.changed_at);
  return target;
}

ordered_json to_json(const import_report& value) {
  ordered_json target;
  target["group"] = to_json(value.group);
  target["lines"] = value.lines;
  target["accepted"] = value.accepted;
  target["repeated"] = value.repeated;
  target["rejected"] = value.rejected;
  target["rejections"] = ordered_json::array();
  for (const auto& each : value.rejections) {
    target["rejections"].push_back(
        {{"line", each.line}, {"reason", each.reason}, {"excerpt", each.excerpt}});
  }
  target["repeated_lines"] = value.repeated_lines;
  return target;
}

} // namespace warmfront::admin
