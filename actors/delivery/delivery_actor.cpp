#include "actors/delivery/delivery_actor.hpp"

#include <utility>

#include <caf/typed_response_promise.hpp>

#include "actors/delivery/delivery_actor_state.hpp"
#include "actors/delivery/delivery_reports.hpp"

namespace warmfront {

namespace {

constexpr milliseconds tick_interval{200};
// The whole node has ten seconds to stop.
constexpr milliseconds drain_grace{6000};

void keep_ticking(delivery_state& state) {
  state.later(tick_interval, [&state] {
    state.flow().tick();
    keep_ticking(state);
  });
}

using self_pointer = delivery_shell::stateful_pointer<delivery_state>;

std::function<void(const result<void>&)>
answer_when_durable(caf::typed_response_promise<answer<done>> promise) {
  return [promise = std::move(promise)](const result<void>& durable) mutable {
    promise.deliver(durable ? answer<done>{done{}} : answer<done>{durable.error()});
  };
}

caf::typed_response_promise<answer<done>> adopt(self_pointer self, const adopt_mails& m) {
  auto promise = self->make_response_promise<answer<done>>();
  merges_adopted merges;
  for (const auto& each : *m.mails)
    if (const auto& record = each.mail->record; record.is_merge)
      merges.merges.push_back({record.id, record.first_lane.task});
  self->state.flow().adopt(*m.mails, std::move(*m.with),
                           [self, merges = std::move(merges),
                            answer = answer_when_durable(promise)](const result<void>& durable) {
                             if (durable && !merges.merges.empty())
                               self->state.adopted(merges);
                             answer(durable);
                           });
  return promise;
}

caf::typed_response_promise<answer<done>> place(self_pointer self, const place_copies& m) {
  auto promise = self->make_response_promise<answer<done>>();
  self->state.flow().place(*m.copies, answer_when_durable(promise));
  return promise;
}

caf::typed_response_promise<answer<yielded_mails>> yield(self_pointer self, const yield_mails& m) {
  auto promise = self->make_response_promise<answer<yielded_mails>>();
  self->state.flow().yield(m, [promise](const result<yielded_mails>& count) mutable {
    promise.deliver(answer<yielded_mails>{count});
  });
  return promise;
}

caf::typed_response_promise<answer<std::vector<queue_report>>> report(self_pointer self,
                                                                      const list_queues& m) {
  auto promise = self->make_response_promise<answer<std::vector<queue_report>>>();
  answer_queues(self, self->state, m, [promise](answer<std::vector<queue_report>> found) mutable {
    promise.deliver(std::move(found));
  });
  return promise;
}

caf::typed_response_promise<answer<message_page>> list(self_pointer self, const list_messages& m) {
  auto promise = self->make_response_promise<answer<message_page>>();
  answer_list(self->state, m,
              [promise](answer<message_page> found) mutable { promise.deliver(std::move(found)); });
  return promise;
}

/// Answers when `ask` calls back.
template <class T, class Ask>
caf::typed_response_promise<answer<T>> answered(self_pointer self, const Ask& ask) {
  auto promise = self->make_response_promise<answer<T>>();
  ask([promise](answer<T> found) mutable { promise.deliver(std::move(found)); });
  return promise;
}

caf::typed_response_promise<answer<message_report>> retry(self_pointer self,
                                                          const retry_message& m) {
  return answered<message_report>(
      self, [&](auto then) { answer_retry(self->state, m.id, std::move(then)); });
}

caf::typed_response_promise<answer<message_report>> cancel(self_pointer self,
                                                           const cancel_message& m) {
  return answered<message_report>(
      self, [&](auto then) { answer_cancel(self->state, m.id, std::move(then)); });
}

caf::typed_response_promise<answer<message_timeline>> tell(self_pointer self,
                                                           const tell_timeline& m) {
  return answered<message_timeline>(
      self, [&](auto then) { answer_timeline(self->state, m, std::move(then)); });
}

caf::typed_response_promise<answer<waiting_counts>> count(self_pointer self,
                                                          const count_waiting& m) {
  return answered<waiting_counts>(self, [&](auto then) {
    self->state.flow().count_waiting(
        m, [then](const result<waiting_counts>& found) mutable { then({found}); });
  });
}

caf::typed_response_promise<answer<queue_action_report>> start(self_pointer self,
                                                               const start_queue_action& m) {
  return answered<queue_action_report>(self, [&](auto then) {
    self->state.flow().start_action(
        m, [then](const result<queue_action_report>& begun) mutable { then({begun}); });
  });
}

answer<queue_action_report> show(delivery_state& state, const show_queue_action& m) {
  if (const auto* const known = state.flow().find_action(m.id))
    return {*known};
  return {error{errc::not_found, "there is no action " + m.id + " on the queue",
                "actions are forgotten after a while"}};
}

} // namespace

delivery_shell::behavior_type
delivery_behavior(delivery_shell::stateful_pointer<delivery_state> self, delivery_config config,
                  delivery_ports ports, std::uint64_t seed, std::vector<stored_lane> stored) {
  auto& state = self->state;
  state.start(std::move(config), std::move(ports), std::make_unique<seeded_random>(seed), stored);
  keep_ticking(state);
  return {
      [&state](const mails_spooled& m) { state.flow().arrived(m.mails, m.single_copies); },
      [&state](const permits_available&) { state.flow().permits_changed(); },
      [&state](const pools_changed& m) {
        state.set_pools(m.pools);
        state.flow().set_pools(*m.pools);
        state.flow().permits_changed();
      },
      [self, &state](const report_message& m) {
        auto promise = self->make_response_promise<answer<message_report>>();
        answer_report(state, m.id, [promise](answer<message_report> found) mutable {
          promise.deliver(std::move(found));
        });
        return promise;
      },
      [self, &state](const explain_message& m) {
        auto promise = self->make_response_promise<answer<why_report>>();
        answer_why(self, state, m.id, [promise](answer<why_report> found) mutable {
          promise.deliver(std::move(found));
        });
        return promise;
      },
      [self](const list_messages& m) { return list(self, m); },
      [self](const cancel_message& m) { return cancel(self, m); },
      [self](const retry_message& m) { return retry(self, m); },
      [self](const tell_timeline& m) { return tell(self, m); },
      [self](const count_waiting& m) { return count(self, m); },
      [self](const start_queue_action& m) { return start(self, m); },
      [&state](const show_queue_action& m) { return show(state, m); },
      [self](const list_queues& m) { return report(self, m); },
      [&state](const count_deliveries&) { return state.flow().counts(); },
      [&state](const sender_domains_changed& m) { state.set_sender_domains(m.domains); },
      [&state](const signing_keys_changed& m) { state.set_signing_keys(m.keys); },
      [&state](const event_readers_changed& m) { state.set_readers(m); },
      [&state](const hold_tasks& m) {
        state.flow().hold_tasks({m.tasks->begin(), m.tasks->end()});
      },
      [&state](const count_task_backlogs&) { return state.flow().queue().task_backlogs(); },
      [self](const adopt_mails& m) { return adopt(self, m); },
      [self](const place_copies& m) { return place(self, m); },
      [self](const yield_mails& m) { return yield(self, m); },
      [&state](const allow_sending& m) { state.flow().allow_sending(m.allowed); },
      [&state](const connect_listeners& m) { state.connect(m); },
      [self, &state](const drain_delivery&) {
        auto promise = self->make_response_promise<done>();
        state.flow().drain(drain_grace, [promise, &state]() mutable {
          state.stop();
          promise.deliver(done{});
        });
        return promise;
      },
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
