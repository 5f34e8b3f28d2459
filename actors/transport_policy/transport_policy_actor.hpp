// The actor that knows receivers' transport policies and counts sessions under them.
#pragma once

#include <functional>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "actors/transport_policy/policy_book.hpp"
#include "net/dns/resolver.hpp"
#include "net/http/http_client.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// A `transport_policy_actor` that also hears from itself.
using transport_policy_shell = transport_policy_actor::extend<caf::reacts_to<run_step>>;

/// What it works with; all of it outlives the actor.
struct transport_policy_ports {
  storage::store* store = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  /// Records of a name; calls back once, from any thread.
  std::function<void(const std::string& name, dns::record_type type, dns::record_callback done)>
      look_up = {};
  http::http_client* client = nullptr;
  policy_rules rules = {};
};

/// How long counters of sessions are kept.
inline constexpr std::chrono::days tls_counters_kept{60};

class transport_policy_state;

/// Reads the disk: to be spawned with a thread of its own.
transport_policy_shell::behavior_type
transport_policy_behavior(transport_policy_shell::stateful_pointer<transport_policy_state> self,
                          transport_policy_ports ports);

} // namespace warmfront
