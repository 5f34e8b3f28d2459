// What actors report, as the JSON of the API.
#pragma once

#include "actors/backup/backup_keeper.hpp"
#include "actors/messages/accounts.hpp"
#include "actors/messages/audit.hpp"
#include "actors/messages/feedback.hpp"
#include "actors/messages/groups.hpp"
#include "actors/messages/identities.hpp"
#include "actors/messages/member.hpp"
#include "actors/messages/messages.hpp"
#include "actors/messages/provisioning.hpp"
#include "actors/messages/statistics.hpp"
#include "actors/messages/suppressions.hpp"
#include "actors/messages/tasks.hpp"
#include "actors/messages/templates.hpp"
#include "actors/messages/transport_policy.hpp"
#include "admin/api/json.hpp"

namespace warmfront::admin {

[[nodiscard]] ordered_json to_json(const message_report& value);
[[nodiscard]] ordered_json to_json(const why_report& value);
[[nodiscard]] ordered_json to_json(const pool& value);
[[nodiscard]] ordered_json to_json(const plan& value);
[[nodiscard]] ordered_json to_json(const template_report& value);
[[nodiscard]] ordered_json to_json(const group_report& value);
[[nodiscard]] ordered_json to_json(const import_report& value);
[[nodiscard]] ordered_json to_json(const task_report& value);
/// An occurrence of the report's task.
[[nodiscard]] ordered_json to_json(const task_report& of, const task_occurrence& value);
/// With its texts.
[[nodiscard]] ordered_json to_json(const compiled_template& value);
[[nodiscard]] ordered_json to_json(const ledger_report& value);
[[nodiscard]] ordered_json to_json(const queue_report& value);
[[nodiscard]] ordered_json to_json(const identity_report& value);
[[nodiscard]] ordered_json to_json(const sender_report& value);
[[nodiscard]] ordered_json to_json(const dns_record_wanted& value);
[[nodiscard]] ordered_json to_json(const signing_key_report& value);
[[nodiscard]] ordered_json to_json(const sending_check& value);
/// Records as lines of a zone file (RFC 1035 §5.1), each behind a comment that says how it is.
[[nodiscard]] std::string to_zone(const std::vector<dns_record_wanted>& records);
[[nodiscard]] ordered_json to_json(const suppression_report& value);
[[nodiscard]] ordered_json to_json(const suppression_import_report& value);
/// A row, and what it is of.
struct shown_row {
  std::vector<counted_by> by;
  statistics_row row;
};
[[nodiscard]] ordered_json to_json(const shown_row& value);
/// All counts by their names, and what part of which they are in percent.
void add_counts(ordered_json& to, const daily_counts& counts);
[[nodiscard]] ordered_json to_json(const tls_report& value);
[[nodiscard]] ordered_json to_json(const webhook_report& value);
[[nodiscard]] ordered_json to_json(const dead_letter& value);
[[nodiscard]] ordered_json to_json(const storage::stored_backup& value);
[[nodiscard]] ordered_json to_json(const backup_state& value);
[[nodiscard]] ordered_json to_json(const key_report& value);
[[nodiscard]] ordered_json to_json(const created_key& value);
[[nodiscard]] ordered_json to_json(const account_report& value);
[[nodiscard]] ordered_json to_json(const audit_record& value);
/// Without `ahead`, which the question says.
[[nodiscard]] ordered_json to_json(const batch_forecast& value);
[[nodiscard]] ordered_json to_json(const address_check& value);
[[nodiscard]] ordered_json to_json(const provisioning& value);
/// Without `daily_volume`, which the question says.
[[nodiscard]] ordered_json to_json(const address_proposal& value);
/// What others know of a node; what only it knows itself is empty.
[[nodiscard]] ordered_json to_json(const node_report& value);

/// A time, or null.
[[nodiscard]] inline ordered_json optional_time(const std::optional<wall_time>& when) {
  return when ? ordered_json(to_rfc3339(*when)) : ordered_json(nullptr);
}

} // namespace warmfront::admin
