// The actor that brings addresses into service: it hosts the runs and does what their rules say.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "actors/provisioning/inspector.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// A `provisioning_actor` that also hears from its own callbacks.
using provisioning_shell = provisioning_actor::extend<caf::reacts_to<run_step>>;

struct provisioning_config {
  node_name self;
  bool alone = true; ///< no other node moves anything
  std::string helo;  ///< what the node says in EHLO
  std::vector<std::string> dns_lists;
  std::chrono::milliseconds check_every{std::chrono::hours{1}}; ///< lists, of addresses in use
  microseconds day{std::chrono::hours{24}};                     ///< length of a plan day
};

/// What it works with; all of it outlives the actor.
struct provisioning_ports {
  storage::control_store* control = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  ip_pool_actor ip_pool;
  warmup_actor warmup;
  inquiries_actor inquiries; ///< null: the node is alone
  inspector::look_up look_up;
  std::function<result<void>(const std::string&)> can_bind;
};

class provisioning_host;
struct provisioning_state {
  provisioning_state() = default;
  static inline const char* name = "provisioning";
  std::shared_ptr<provisioning_host> host;
};

/// Reads the runs, then serves; until then requests wait.
provisioning_shell::behavior_type
provisioning_behavior(provisioning_shell::stateful_pointer<provisioning_state> self,
                      provisioning_config config, provisioning_ports ports);

} // namespace warmfront
