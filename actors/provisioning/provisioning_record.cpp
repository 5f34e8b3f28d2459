#include "actors/provisioning/provisioning_record.hpp"

#include <utility>

#include "storage/formats/control.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

using storage::read_time;
using storage::stored_time;

constexpr std::uint32_t schema = 1;

formats::provisioning_step_record to_record(const provisioning_step& step) {
  formats::provisioning_step_record record;
  record.set_address(step.address.str());
  record.set_node(step.node.str());
  record.set_plan(step.plan.str());
  record.set_weight(step.weight);
  record.set_removes(step.removes);
  record.set_state(static_cast<std::uint32_t>(step.state));
  record.set_since(stored_time(step.since));
  record.set_reason(step.reason);
  for (const auto& check : step.checks) {
    auto& added = *record.add_checks();
    added.set_name(check.name);
    added.set_verdict(static_cast<std::uint32_t>(check.verdict));
    added.set_text(check.text);
  }
  record.set_first_day(step.first_day);
  record.set_gate_passed(step.gate_passed);
  record.set_judged_from(stored_time(step.judged_from));
  record.set_leaves(step.leaves);
  record.set_quarantine(step.quarantine);
  return record;
}

provisioning_step from_record(const formats::provisioning_step_record& record) {
  provisioning_step step;
  step.address = ip_address{record.address()};
  step.node = node_name{record.node()};
  step.plan = plan_name{record.plan()};
  step.weight = record.weight();
  step.removes = record.removes();
  step.state = static_cast<step_state>(record.state());
  step.since = read_time(record.since());
  step.reason = record.reason();
  for (const auto& check : record.checks())
    step.checks.push_back(
        {check.name(), static_cast<check_verdict>(check.verdict()), check.text()});
  step.first_day = record.first_day();
  step.gate_passed = record.gate_passed();
  step.judged_from = read_time(record.judged_from());
  step.leaves = record.leaves();
  step.quarantine = record.quarantine();
  return step;
}

/// Whether every number is one that this release knows.
bool is_known(const provisioning& run) {
  for (const auto& step : run.steps)
    if (to_string(step.state) == "unknown")
      return false;
  return to_string(run.state) != "unknown";
}

} // namespace

std::string provisioning_key(const std::string& id) {
  return std::string{provisioning_prefix} + id;
}

std::string encode(const provisioning& value) {
  formats::provisioning_record record;
  record.set_schema(schema);
  record.set_pool(value.pool.str());
  record.set_parallel(value.parallel);
  record.set_gate_day(value.gate_day);
  record.set_failure(static_cast<std::uint32_t>(value.failure));
  for (const auto& name : value.waived)
    record.add_waived(name);
  record.set_state(static_cast<std::uint32_t>(value.state));
  record.set_reason(value.reason);
  record.set_created_at(stored_time(value.created_at));
  record.set_changed_at(stored_time(value.changed_at));
  for (const auto& step : value.steps)
    *record.add_steps() = to_record(step);
  return record.SerializeAsString();
}

result<provisioning> decode_provisioning(std::string id, std::string_view octets) {
  const auto what = "provisioning `" + id + "`";
  WARMFRONT_TRY(record, storage::parse_record<formats::provisioning_record>(octets, schema, what));
  provisioning value;
  value.id = std::move(id);
  value.pool = pool_name{record.pool()};
  value.parallel = record.parallel();
  value.gate_day = record.gate_day();
  value.failure = record.failure() == 0 ? on_failure::pause : on_failure::roll_back;
  value.waived.assign(record.waived().begin(), record.waived().end());
  value.state = static_cast<run_state>(record.state());
  value.reason = record.reason();
  value.created_at = read_time(record.created_at());
  value.changed_at = read_time(record.changed_at());
  for (const auto& step : record.steps())
    value.steps.push_back(from_record(step));
  if (!is_known(value))
    return error{errc::storage_newer, "read " + what + ": a state of a later release",
                 "run the release that wrote it, or a later one"};
  return value;
}

} // namespace warmfront
