#include <algorithm>

#include "admin/api/handlers.hpp"

namespace warmfront::admin::handlers {

namespace {

ordered_json storage_json(const storage::storage_health& health) {
  ordered_json target;
  target["accepts_mail"] = health.accepts_growth && !health.failure;
  target["free_octets"] = health.free_octets;
  target["failure"] = health.failure ? to_string(*health.failure) : std::string{};
  return target;
}

/// A node as this one sees it, and of itself what nobody else knows.
ordered_json node_json(const call& request, const node_report& report) {
  auto node = to_json(report);
  if (report.self) {
    const auto problem_text = request.node->readiness();
    node["hostname"] = request.node->hostname;
    node["version"] = request.node->version;
    node["ready"] = problem_text.empty();
    node["problem"] = problem_text;
    node["storage"] = storage_json(request.node->storage());
  }
  return node;
}

node_report alone(const call& request) {
  node_report self;
  self.name = node_name{request.node->node};
  self.alive = self.self = true;
  return self;
}

/// All nodes; none: they have to be asked for.
std::optional<std::vector<node_report>> nodes_of(const call& request, const answers& given) {
  if (request.node->alone) {
    return std::vector{alone(request)};
  }
  if (given.empty()) {
    return std::nullopt;
  }
  return answer_at<std::vector<node_report>>(given, 0);
}

std::optional<node_change> change_of(std::string_view action) noexcept {
  constexpr std::pair<std::string_view, node_change> all[] = {{"drain", node_change::drain},
                                                              {"undrain", node_change::undrain},
                                                              {"remove", node_change::remove},
                                                              {"forget", node_change::forget}};
  for (const auto& [name, change] : all) {
    if (name == action) {
      return change;
    }
  }
  return std::nullopt;
}

} // namespace

outcome show_cluster(call& request, const answers& given) {
  const auto nodes = nodes_of(request, given);
  if (!nodes) {
    return then(warmfront::list_nodes{});
  }
  ordered_json body;
  body["role"] = request.node->alone ? "alone" : "member";
  body["ready"] = true;
  body["control_silent_seconds"] = silence_of_control(*request.node).count();
  body["nodes"] = ordered_json::array();
  for (const auto& each : *nodes) {
    body["nodes"].push_back(node_json(request, each));
    if (each.state != node_state::removed && !body["nodes"].back()["ready"].get<bool>()) {
      body["ready"] = false;
    }
  }
  return respond(request, body);
}

outcome show_node(call& request, const answers& given) {
  const auto nodes = nodes_of(request, given);
  if (!nodes) {
    return then(warmfront::list_nodes{});
  }
  const auto& name = request.parameters.front();
  const auto found = std::ranges::find_if(
      *nodes, [&](const node_report& each) { return each.name.str() == name; });
  return found != nodes->end() ? respond(request, node_json(request, *found))
                               : fail(not_found("node", name));
}

outcome act_on_node(call& request, const answers& given) {
  if (!given.empty()) {
    return respond(request, node_json(request, answer_at<node_report>(given, 0)));
  }
  if (request.node->alone) {
    return fail({409, "conflict", "This node is alone: there is nobody to take its mail.", "",
                 "give it a [cluster] section first"});
  }
  const auto action = text_of(request.body, "action");
  const auto change = change_of(action);
  const auto force = request.body.find("force");
  if (force != request.body.end() && change != node_change::remove) {
    return fail({422, "unknown_field", "Only the action remove takes the field force.", "force",
                 "leave it out"});
  }
  return then(change_node{node_name{request.parameters.front()},
                          change.value_or(node_change::undrain),
                          force != request.body.end() && force->get<bool>()});
}

} // namespace warmfront::admin::handlers
