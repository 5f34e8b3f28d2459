#include <algorithm>
#include <map>

#include "admin/api/handlers.hpp"

namespace warmfront::admin::handlers {

namespace {

using admin::to_json;

/// An IP with all that is known about it, from the pools and ledgers.
struct known_address {
  std::string address;
  std::string node;
  address_state state = address_state::active; ///< the worst of its pools
  std::string reason;                          ///< of the state
  std::vector<std::string> pools;
  std::vector<ledger_report> ledgers;
  const provisioning* run = nullptr; ///< the last one that was about it
  const provisioning_step* step = nullptr;
};

std::string_view state_of(const known_address& value) noexcept {
  if (value.state != address_state::active) {
    return to_string(value.state);
  }
  const bool is_canary = value.step != nullptr && value.step->state == step_state::canary &&
                         !is_over(value.run->state);
  std::string_view state = is_canary ? "canary" : "active";
  for (const auto& ledger : value.ledgers) {
    if (ledger.state == ledger_state::paused || ledger.state == ledger_state::blocked) {
      return to_string(ledger.state);
    }
    if (ledger.state == ledger_state::exhausted) {
      state = "exhausted";
    } else if (ledger.limit && state == "active") {
      state = "warming";
    }
  }
  return state;
}

ordered_json to_json(const known_address& value) {
  ordered_json target;
  target["address"] = value.address;
  target["state"] = state_of(value);
  target["reason"] = value.reason;
  target["node"] = value.node;
  target["pools"] = value.pools;
  target["ledgers"] = ordered_json::array();
  for (const auto& each : value.ledgers) {
    target["ledgers"].push_back(to_json(each));
  }
  target["provisioning"] = value.run != nullptr ? value.run->id : "";
  target["checks"] = ordered_json::array();
  if (value.step != nullptr) {
    for (const auto& each : value.step->checks) {
      target["checks"].push_back(to_json(each));
    }
  }
  return target;
}

std::vector<known_address> join(const std::vector<pool>& pools,
                                const std::vector<ledger_report>& ledgers,
                                const std::vector<provisioning>& runs) {
  std::map<std::string, known_address> known;
  for (const auto& each : pools) {
    for (const auto& member : each.addresses) {
      auto& entry = known[member.address.str()];
      entry.address = member.address.str();
      entry.node = member.node.str();
      entry.pools.push_back(each.name.str());
      // What keeps it from sending counts more than what lets it send last.
      if (entry.state != address_state::quarantined && member.state != address_state::active) {
        entry.state = member.state;
        entry.reason = member.reason.empty() ? "by hand" : member.reason;
      }
    }
  }
  for (const auto& ledger : ledgers) {
    if (const auto found = known.find(ledger.subject.str()); found != known.end()) {
      found->second.ledgers.push_back(ledger);
    }
  }
  // Newest first: the first run that names an address is the last one that was about it.
  for (const auto& run : runs) {
    for (const auto& step : run.steps) {
      const auto found = known.find(step.address.str());
      if (found != known.end() && found->second.run == nullptr) {
        found->second.run = &run;
        found->second.step = &step;
      }
    }
  }
  std::vector<known_address> joined;
  joined.reserve(known.size());
  for (auto& [address, entry] : known) {
    joined.push_back(std::move(entry));
  }
  return joined;
}

outcome ask_for_addresses() {
  return std::vector<ask>{warmfront::list_pools{}, warmfront::list_ledgers{},
                          warmfront::list_provisionings{}};
}

/// The answers to that, from `first` on.
std::vector<known_address> joined_from(const answers& given, std::size_t first) {
  return join(answer_at<std::vector<pool>>(given, first),
              answer_at<std::vector<ledger_report>>(given, first + 1),
              answer_at<std::vector<provisioning>>(given, first + 2));
}

} // namespace

outcome list_addresses(call& request, const answers& given) {
  if (given.empty()) {
    return ask_for_addresses();
  }
  return page(request, joined_from(given, 0),
              [](const known_address& each) { return each.address; });
}

outcome act_on_address(call& request, const answers& given) {
  const auto address = address_in(request.parameters.front());
  if (given.empty()) {
    const bool out = text_of(request.body, "action") == "quarantine";
    return then(set_address_state{address, out ? address_state::quarantined : address_state::active,
                                  text_of(request.body, "reason", "by hand")});
  }
  if (given.size() == 1) {
    return ask_for_addresses();
  }
  for (const auto& each : joined_from(given, 1)) {
    if (each.address == address.str()) {
      return respond(request, to_json(each));
    }
  }
  return fail(not_found("IP", address.str()));
}

outcome show_address(call& request, const answers& given) {
  if (given.empty()) {
    return ask_for_addresses();
  }
  const auto wanted = address_in(request.parameters.front()).str();
  for (const auto& each : joined_from(given, 0)) {
    if (each.address == wanted) {
      return respond(request, to_json(each));
    }
  }
  return fail(not_found("IP", wanted));
}

outcome show_binding(call& request, const answers& given) {
  const auto address = address_in(request.parameters.front());
  if (given.empty()) {
    return then(report_binding{address});
  }
  const auto& found = answer_at<source_binding>(given, 0);
  if (!found.can_send) {
    return fail({404, "not_found", found.reason + ".", "address",
                 "add it to a network interface of a node"});
  }
  ordered_json target;
  target["address"] = address.str();
  target["node"] = found.node.str();
  return respond(request, target);
}

} // namespace warmfront::admin::handlers
