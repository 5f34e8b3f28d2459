#include "admin/public/feedback_queue_actor.hpp"

#include <utility>

#include <caf/send.hpp>

namespace warmfront::admin {

namespace {

using self_pointer = feedback_queue_actor::stateful_pointer<feedback_queue_state>;

void send_batches(self_pointer self);

void send_later(self_pointer self, milliseconds delay) {
  auto& state = self->state;
  if (std::exchange(state.is_waiting, true)) {
    return;
  }
  self->delayed_send(self, delay, run_step{[self] {
                       self->state.is_waiting = false;
                       send_batches(self);
                     }});
}

using entries = std::shared_ptr<std::vector<feedback_queue::entry>>;

void fail(self_pointer self, const entries& batch, const std::string& why) {
  auto& state = self->state;
  const auto lost = state.queue->put_back(std::move(*batch));
  if (!std::exchange(state.is_told, true) || lost > 0) {
    state.log->write(log_level::warn, "feedback_not_recorded",
                     {{"text", std::string_view{why}}, {"lost", static_cast<std::int64_t>(lost)}});
  }
  send_later(self, state.settings.pause);
}

void finish(self_pointer self, const entries& batch) {
  self->state.is_told = false;
  for (auto& each : *batch) {
    if (each.then) {
      each.then(true);
    }
  }
  if (!self->state.queue->empty()) {
    send_later(self, self->state.settings.gather);
  }
}

void send_batches(self_pointer self) {
  auto& state = self->state;
  while (state.under_way < state.settings.under_way_max) {
    auto batch = std::make_shared<std::vector<feedback_queue::entry>>(state.queue->take_batch());
    if (batch->empty()) {
      return;
    }
    if (!state.feedback) {
      return fail(self, batch, "there is nobody who records it");
    }
    record_feedback message;
    message.items.reserve(batch->size());
    for (const auto& each : *batch) {
      message.items.push_back(each.item);
    }
    ++state.under_way;
    self->request(state.feedback, state.settings.patience, std::move(message))
        .then(
            [self, batch](const answer<done>& recorded) {
              --self->state.under_way;
              if (recorded.value) {
                finish(self, batch);
              } else {
                fail(self, batch, to_string(recorded.value.error()));
              }
            },
            [self, batch](const caf::error&) {
              --self->state.under_way;
              fail(self, batch, "the feedback role does not answer");
            });
  }
}

} // namespace

feedback_queue_actor::behavior_type feedback_queue_behavior(self_pointer self,
                                                            std::shared_ptr<feedback_queue> queue,
                                                            feedback_actor feedback, event_log* log,
                                                            feedback_queue_settings settings) {
  self->state = {std::move(queue), std::move(feedback), log, settings, 0, false, false};
  return {[self](const run_step& message) {
    if (message.step) {
      message.step();
    } else {
      send_later(self, self->state.settings.gather);
    }
  }};
}

void wake(const feedback_queue_actor& whom) {
  caf::anon_send(whom, run_step{});
}

void end(feedback_queue_actor& whom) {
  if (whom) {
    caf::anon_send_exit(whom, caf::exit_reason::user_shutdown);
  }
  whom = feedback_queue_actor{};
}

} // namespace warmfront::admin
