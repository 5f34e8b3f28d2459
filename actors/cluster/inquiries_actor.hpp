// Puts inquiries to peers and answers theirs.
#pragma once

#include <functional>

#include <caf/actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/cluster/inquiries.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"

namespace warmfront {

/// What it works with; all of it outlives the actor.
struct inquiries_ports {
  const clock* time = nullptr;
  event_log* log = nullptr;
  std::function<void(send_frames)> send;
};

struct inquiries_state {
  // Not an aggregate: CAF would initialise the first member of one with the actor's pointer.
  inquiries_state() = default;
  static inline const char* name = "inquiries";
  inquiries rules;
  caf::actor answerer;
};

inquiries_actor::behavior_type
inquiries_behavior(inquiries_actor::stateful_pointer<inquiries_state> self, inquiries_ports ports);

} // namespace warmfront
