// Sender domains, suppressions and statistics as JSON.
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
    target["records"].push_back({{"purpose", each.purpose},
                                 {"type", each.type},
                                 {"name", each.name.str()},
                                 {"expected", each.expected},
                                 {"found", each.found},
                                 {"right", each.is_right}});
  }
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

ordered_json to_json(const shown_row& value) {
  const auto& [by, row] = value;
  ordered_json target;
  target[by == counted_by::day        ? "day"
         : by == counted_by::receiver ? "receiver"
                                      : "domain"] = row.of;
  target["requests"] = row.counts.requests;
  target["accepted"] = row.counts.accepted;
  target["delivered"] = row.counts.delivered;
  target["bounced"] = row.counts.bounced;
  target["expired"] = row.counts.expired;
  target["suppressed"] = row.counts.suppressed;
  target["cancelled"] = row.counts.cancelled;
  return target;
}

} // namespace warmfront::admin
