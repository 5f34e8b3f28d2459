// The actor that reads the mail that comes in at port 25 and has it recorded.
#pragma once

#include <memory>
#include <string>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/core/random.hpp"
#include "actors/messages/handles.hpp"
#include "net/feedback/token.hpp"

namespace warmfront {

/// From the listener: each mail is answered through its own callback, once what it says is durable.
/// There is no other answer to it: nothing that comes in is answered with mail.
using inbound_actor = caf::typed_actor<caf::reacts_to<submit_mails>>;

/// What it works with; all of it outlives the actor.
struct inbound_ports {
  std::shared_ptr<const feedback::token_key> tokens; ///< not null
  feedback_actor feedback;
  const clock* time = nullptr;
  event_log* log = nullptr;
  std::shared_ptr<random_source> random;
  std::uint16_t node = 0;
};

/// Reads whole mails in its own turn: to be spawned detached.
inbound_actor::behavior_type inbound_behavior(inbound_actor::pointer self, inbound_ports ports);

} // namespace warmfront
