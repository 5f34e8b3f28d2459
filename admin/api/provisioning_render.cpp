// Runs and proposals as JSON.
#include <limits>

#include "actors/provisioning/provisioning_rules.hpp"
#include "admin/api/render.hpp"

namespace warmfront::admin {

namespace {

ordered_json step_to_json(const provisioning& run, const provisioning_step& step) {
  ordered_json target;
  target["address"] = step.address.str();
  target["node"] = step.node.str();
  target["plan"] = step.plan.str();
  target["action"] = step.removes ? "remove" : "add";
  target["state"] = to_string(step.state);
  target["since"] = to_rfc3339(step.since);
  target["gate_passed"] = step.gate_passed;
  target["waits_for"] = waits_for(run, step);
  target["reason"] = step.reason;
  target["checks"] = ordered_json::array();
  for (const auto& each : step.checks) {
    target["checks"].push_back(to_json(each));
  }
  return target;
}

} // namespace

ordered_json to_json(const address_check& value) {
  ordered_json target;
  target["name"] = value.name;
  target["verdict"] = to_string(value.verdict);
  target["text"] = value.text;
  return target;
}

ordered_json to_json(const provisioning& run) {
  ordered_json target;
  target["id"] = run.id;
  target["pool"] = run.pool.str();
  target["state"] = to_string(run.state);
  target["reason"] = run.reason;
  target["parallel"] = run.parallel;
  target["gate_day"] = run.gate_day == 0 ? ordered_json(nullptr) : ordered_json(run.gate_day);
  target["on_failure"] = run.failure == on_failure::pause ? "pause" : "rollback";
  target["waived"] = run.waived;
  target["created_at"] = to_rfc3339(run.created_at);
  target["changed_at"] = to_rfc3339(run.changed_at);
  target["steps"] = ordered_json::array();
  for (const auto& each : run.steps) {
    target["steps"].push_back(step_to_json(run, each));
  }
  target["proposal"] = nullptr;
  return target;
}

ordered_json to_json(const address_proposal& value) {
  constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();
  ordered_json target;
  target["present_daily"] =
      value.present_daily == unlimited ? ordered_json(nullptr) : ordered_json(value.present_daily);
  target["ips"] = ordered_json::array();
  for (const auto& each : value.steps) {
    ordered_json step;
    step["daily"] = each.daily;
    step["starts_at"] = optional_time(each.starts_at);
    step["gate_at"] = optional_time(each.gate_at);
    step["ready_at"] = optional_time(each.ready_at);
    target["ips"].push_back(std::move(step));
  }
  target["ready_at"] = optional_time(value.ready_at);
  return target;
}

} // namespace warmfront::admin
