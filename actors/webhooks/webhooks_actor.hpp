// The actor behind webhooks and the event stream.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/core/random.hpp"
#include "actors/messages/handles.hpp"
#include "actors/webhooks/webhook_lane.hpp"
#include "net/http/address_rules.hpp"
#include "net/http/http_client.hpp"
#include "net/secrets/secret_seal.hpp"
#include "storage/control_store.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// A `webhooks_actor` that also hears from its own callbacks.
using webhooks_shell = webhooks_actor::extend<caf::reacts_to<run_step>>;

/// What it works with; all of it outlives the actor.
struct webhooks_ports {
  storage::store* store = nullptr;
  storage::control_store* control = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  http::http_client* http = nullptr;
  std::shared_ptr<random_source> random;
  std::optional<seal_key> sealing; ///< none: no webhook can be made or called
  http::address_rules addresses;   ///< looked at when a webhook is saved
  bool allow_plain = false;
  std::chrono::milliseconds keep{std::chrono::hours{24}}; ///< events that all have read
  webhook_rules rules;
  std::string node;
  /// Appends lines to the file of events; may wait for the disk. None: there is no file.
  std::function<result<void>(const std::string& lines)> write_file;
};

class webhooks_host;
struct webhooks_state {
  static inline const char* name = "webhooks";
  std::shared_ptr<webhooks_host> host;
};

/// Reads the webhooks, then serves; until then requests wait. To be spawned detached: it reads the
/// disk.
webhooks_shell::behavior_type
webhooks_behavior(webhooks_shell::stateful_pointer<webhooks_state> self, webhooks_ports ports);

} // namespace warmfront
