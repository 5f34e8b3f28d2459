// The actor that owns sender domains, their keys and their addresses.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/identities/dns_walk.hpp"
#include "actors/identities/identity_check.hpp"
#include "actors/identities/key_rotation.hpp"
#include "actors/messages/handles.hpp"
#include "net/dkim/private_key.hpp"
#include "net/secrets/secret_seal.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// An `identities_actor` that also hears from its own callbacks.
using identities_shell = identities_actor::extend<caf::reacts_to<run_step>>;

struct identities_config {
  sending_site site;
  rotation_rules rotation = {};
  std::chrono::milliseconds check_every{std::chrono::hours{1}}; ///< records, in the DNS
  /// Different on every node: who looks first at a domain spares the others the look.
  std::uint64_t seed = 0;
};

/// What it works with; all of it outlives the actor.
struct identities_ports {
  storage::control_store* control = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  /// Runs work on a thread that may be busy for a while; from any thread, in order.
  std::function<void(std::function<void()>)> run_aside;
  std::string verdict_key;              ///< random, at least 16 octets; of this process alone
  dns_walk::look_up look_up = {};       ///< null: nobody looks at the DNS
  std::optional<seal_key> sealing = {}; ///< none: there are no keys to sign with
  /// Makes keys; slow.
  std::function<result<std::shared_ptr<const dkim::private_key>>(dkim::algorithm)> make_key =
      dkim::private_key::generate;
};

class identities_host;
struct identities_state {
  identities_state() = default;
  static inline const char* name = "identities";
  std::shared_ptr<identities_host> host;
};

/// Reads domains, keys and addresses, then serves; until then requests wait.
identities_shell::behavior_type
identities_behavior(identities_shell::stateful_pointer<identities_state> self,
                    identities_config config, identities_ports ports);

} // namespace warmfront
