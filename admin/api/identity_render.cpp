// Sender domains and suppressions as JSON.
#include "admin/api/render.hpp"

namespace warmfront::admin {

ordered_json to_json(const identity_report& value) {
  ordered_json target;
  target["domain"] = value.domain.str();
  target["account"] = value.account.str();
  target["created_at"] = to_rfc3339(value.created_at);
  target["verified"] = value.verified;
  target["senders"] = value.senders;
  target["tags"] = ordered_json::object();
  for (const auto& [name, content] : value.tags) {
    target["tags"][name] = content;
  }
  target["records"] = ordered_json::array();
  for (const auto& each : value.records) {
    target["records"].push_back(to_json(each));
  }
  target["keys"] = ordered_json::array();
  for (const auto& each : value.keys) {
    target["keys"].push_back(to_json(each));
  }
  target["checked_at"] = optional_time(value.checked_at);
  target["wrong_since"] = optional_time(value.wrong_since);
  target["return_path"] = value.return_path.str();
  target["tracking_host"] = value.tracking_host.str();
  return target;
}

ordered_json to_json(const sender_report& value) {
  ordered_json target;
  target["address"] = value.address;
  target["account"] = value.account.str();
  target["display_name"] = value.display_name;
  target["created_at"] = to_rfc3339(value.created_at);
  target["has_password"] = value.has_password;
  return target;
}

ordered_json to_json(const suppression_report& value) {
  ordered_json target;
  target["address"] = value.address;
  target["account"] = value.account.str();
  target["reason"] = to_string(value.reason);
  target["number"] = value.number;
  target["since"] = to_rfc3339(value.since);
  target["until"] = optional_time(value.until);
  target["text"] = value.text;
  return target;
}

ordered_json to_json(const suppression_import_report& value) {
  ordered_json target;
  target["lines"] = value.lines;
  target["added"] = value.added;
  target["changed"] = value.changed;
  target["rejected"] = value.rejected;
  target["first_rejected"] = value.first_rejected;
  return target;
}

} // namespace warmfront::admin
