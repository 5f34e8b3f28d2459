#include "admin/api/overview.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "admin/api/render.hpp"

namespace warmfront::admin {

namespace {

constexpr void (*overview_rules[])(const overview_snapshot&, found_actions&) = {
    judge_nodes,      judge_storage,      judge_addresses, judge_runs,     judge_ledgers,
    judge_identities, judge_complaints,   judge_tasks,     judge_webhooks, judge_copies,
    judge_clocks,     judge_certificates, judge_exposure};

std::uint64_t sum_of_parts(const overview_snapshot& seen, std::uint64_t node_part::*count) {
  std::uint64_t sum = 0;
  for (const auto& each : seen.parts) {
    sum += each.*count;
  }
  return sum;
}

ordered_json nodes_json(const overview_snapshot& seen) {
  std::uint64_t total = 0;
  std::uint64_t up = 0;
  std::uint64_t able = 0;
  std::uint64_t draining = 0;
  for (const auto& each : seen.nodes) {
    total += each.state != node_state::removed ? 1 : 0;
    up += each.alive && each.state != node_state::removed ? 1 : 0;
    able += each.alive && each.state == node_state::active ? 1 : 0;
    draining += each.state == node_state::draining ? 1 : 0;
  }
  ordered_json nodes;
  nodes["total"] = total;
  nodes["up"] = up;
  nodes["draining"] = draining;
  // A second copy of each mail is on one other node, which does not drain: one may go, as long as
  // another can take over.
  nodes["may_fail"] = seen.operation.replication != "none" && able > 1 ? 1 : 0;
  return nodes;
}

ordered_json today_json(const overview_snapshot& seen) {
  const auto used = sum_of_parts(seen, &node_part::used);
  ordered_json today;
  today["limit"] = nullptr;
  today["used"] = used;
  today["remaining"] = nullptr;
  if (const auto limit = seen.permits.limit) {
    today["limit"] = *limit;
    today["remaining"] = *limit - std::min(*limit, used);
  }
  today["day_ends_at"] = optional_time(seen.permits.day_ends_at);
  return today;
}

ordered_json backlog_json(const overview_snapshot& seen) {
  std::uint64_t recipients = 0;
  std::map<std::string, std::uint64_t> by_reason;
  for (const auto& part : seen.parts) {
    for (const auto& [reason, count] : part.by_reason) {
      by_reason[reason] += count;
      recipients += count;
    }
  }
  ordered_json backlog;
  backlog["recipients"] = recipients;
  backlog["by_reason"] = ordered_json::object();
  for (const auto& [reason, count] : by_reason) {
    backlog["by_reason"][reason] = count;
  }
  backlog["drained_at"] = recipients == 0 ? ordered_json(nullptr) : optional_time(seen.drained_at);
  backlog["why"] = recipients == 0 ? "nothing waits" : seen.not_drained;
  return backlog;
}

/// Of the nodes that have sampled a minute; zero when none has, since nothing was sent then either.
ordered_json rates_json(const overview_snapshot& seen) {
  constexpr std::array names{"accepted_per_minute", "delivered_per_minute", "deferred_per_minute",
                             "bounced_per_minute"};
  ordered_json rates;
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::uint64_t sum = 0;
    for (const auto& part : seen.parts) {
      sum += part.last_minute ? (*part.last_minute)[i] : 0;
    }
    rates[names[i]] = sum;
  }
  return rates;
}

std::string_view overall_state_of(const found_actions& actions) {
  const auto has = [&](severity how) {
    return std::ranges::find(actions, how, &overview_action::how) != actions.end();
  };
  return has(severity::problem) ? "trouble" : has(severity::warning) ? "attention" : "ok";
}

ordered_json action_json(const overview_action& value) {
  ordered_json target;
  target["id"] = value.id;
  target["severity"] = to_string(value.how);
  target["title"] = value.title;
  target["why"] = value.why;
  target["link"] = value.link;
  target["command"] = value.command;
  return target;
}

ordered_json item_json(const checklist_item& value) {
  ordered_json target;
  target["id"] = value.id;
  target["title"] = value.title;
  target["done"] = value.done;
  target["link"] = value.link;
  return target;
}

} // namespace

std::string_view to_string(severity value) noexcept {
  switch (value) {
  case severity::problem:
    return "problem";
  case severity::warning:
    return "warning";
  case severity::hint:
    break;
  }
  return "hint";
}

std::vector<overview_action> actions_of(const overview_snapshot& seen) {
  found_actions found;
  for (const auto rule : overview_rules) {
    rule(seen, found);
  }
  std::ranges::stable_sort(found, {}, &overview_action::how);
  return found;
}

std::vector<checklist_item> checklist_of(const overview_snapshot& seen) {
  const auto delivered = sum_of_parts(seen, &node_part::delivered) > 0 || seen.has_delivered;
  const auto members = std::ranges::count_if(
      seen.nodes, [](const node_report& each) { return each.state != node_state::removed; });
  return {
      {"pool_has_ip", "A pool has an IP",
       std::ranges::any_of(seen.pools, [](const pool& each) { return !each.addresses.empty(); }),
       "/pools"},
      {"identity_verified", "A sender domain is verified",
       std::ranges::any_of(seen.identities, &identity_report::verified), "/identities"},
      {"test_delivered", "A test mail was delivered", delivered, "/messages"},
      {"group_imported", "A group of recipients is imported", seen.groups_with_recipients > 0,
       "/groups"},
      {"task_made", "A task was made", !seen.tasks.empty(), "/tasks"},
      {"alerts_set", "A webhook hears of events", !seen.webhooks.empty(), "/webhooks"},
      {"second_node", "A second node keeps copies (optional)", members > 1, "/cluster"},
  };
}

ordered_json to_json(const overview_snapshot& seen) {
  const auto actions = actions_of(seen);
  ordered_json body;
  body["state"] = overall_state_of(actions);
  body["version"] = seen.version;
  body["started_at"] = to_rfc3339(seen.operation.started_at);
  body["nodes"] = nodes_json(seen);
  // Nodes decide by transactions of the control store: none leads them.
  body["leader"] = nullptr;
  body["control_store"]["kind"] = seen.operation.control;
  body["control_store"]["reachable"] = seen.control_silence == std::chrono::seconds{0};
  body["control_store"]["silence_seconds"] = seen.control_silence.count();
  body["replication"]["mode"] = seen.operation.replication;
  body["replication"]["single_copy_messages"] = sum_of_parts(seen, &node_part::single_copies);
  body["today"] = today_json(seen);
  body["backlog"] = backlog_json(seen);
  body["rates"] = rates_json(seen);
  body["actions"] = ordered_json::array();
  for (const auto& each : actions) {
    body["actions"].push_back(action_json(each));
  }
  body["checklist"] = ordered_json::array();
  for (const auto& each : checklist_of(seen)) {
    body["checklist"].push_back(item_json(each));
  }
  body["unanswered"] = seen.unanswered;
  body["unknown"] = seen.unknown;
  return body;
}

} // namespace warmfront::admin
