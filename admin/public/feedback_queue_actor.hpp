// The actor that hands what came in over public links to the feedback role, in batches.
#pragma once

#include <memory>

#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "admin/public/feedback_queue.hpp"

namespace warmfront::admin {

/// `run_step` wakes it: something waits in its queue.
using feedback_queue_actor = caf::typed_actor<caf::reacts_to<run_step>>;

struct feedback_queue_settings {
  milliseconds gather{4};   ///< what comes in meanwhile goes with the first
  milliseconds pause{1000}; ///< after the role could not be reached
  std::chrono::seconds patience{10};
  std::size_t under_way_max = 4; ///< batches
};

struct feedback_queue_state {
  static inline const char* name = "warmfront.feedback_queue";
  std::shared_ptr<feedback_queue> queue;
  feedback_actor feedback; ///< null: there is none, nothing is recorded
  event_log* log = nullptr;
  feedback_queue_settings settings;
  std::size_t under_way = 0;
  bool is_waiting = false; ///< a step of its own is on its way
  bool is_told = false;    ///< that the role does not answer; until it does
};

feedback_queue_actor::behavior_type
feedback_queue_behavior(feedback_queue_actor::stateful_pointer<feedback_queue_state> self,
                        std::shared_ptr<feedback_queue> queue, feedback_actor feedback,
                        event_log* log, feedback_queue_settings settings);

/// From any thread: something waits in its queue.
void wake(const feedback_queue_actor& whom);
/// Ends the actor, and its handle.
void end(feedback_queue_actor& whom);

} // namespace warmfront::admin
