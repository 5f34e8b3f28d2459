#include "actors/warmup/warmup_actor.hpp"

#include "actors/warmup/warmup_actor_host.hpp"

namespace warmfront {

namespace {

using self_pointer = warmup_host::self_pointer;

/// A handler that answers through a promise, once everything is loaded.
template <class Command, class Answer, class Work>
auto later(self_pointer self, Work work) {
  return [self, work](const Command& m) -> caf::typed_response_promise<Answer> {
    auto promise = self->make_response_promise<Answer>();
    auto& host = *self->state.host;
    host.when_loaded([&host, work, m, promise] { work(host, m, promise); });
    host.flush();
    return promise;
  };
}

template <class Command>
auto ledger_change(self_pointer self) {
  return later<Command, answer<ledger_report>>(
      self,
      [](warmup_host& host, const Command& m, auto promise) { host.change_ledger(m, promise); });
}

template <class Command>
auto plan_change(self_pointer self) {
  return later<Command, answer<done>>(self, [](warmup_host& host, const Command& m, auto promise) {
    host.change_plan(m, promise);
  });
}

} // namespace

warmup_shell::behavior_type warmup_behavior(warmup_shell::stateful_pointer<warmup_state> self,
                                            warmup_rules rules, storage::store* marks,
                                            storage::control_store* control, const clock* time,
                                            event_log* log) {
  self->state.host =
      std::make_shared<warmup_host>(self, std::move(rules), *marks, *control, *time, *log);
  auto* const host = self->state.host.get();
  if (!host->start())
    self->quit(caf::sec::runtime_error);
  return {
      [host](const take_permits& m) { return host->take(m); },
      [host](const refund_permits& m) { host->refund(m); },
      [host](const count_outcomes& m) { host->count(m); },
      later<list_ledgers, answer<std::vector<ledger_report>>>(
          self,
          [](warmup_host& of, const list_ledgers& m, auto promise) {
            promise.deliver(answer<std::vector<ledger_report>>{of.list(m)});
          }),
      ledger_change<set_ledger_plan>(self),
      ledger_change<pause_ledger>(self),
      ledger_change<resume_ledger>(self),
      ledger_change<set_ledger_day>(self),
      later<list_plans, answer<std::vector<plan>>>(
          self, [](warmup_host& of, const list_plans&,
                   auto promise) { promise.deliver(answer<std::vector<plan>>{of.plans()}); }),
      plan_change<put_plan>(self),
      plan_change<delete_plan>(self),
      later<forecast_release, answer<release_forecast>>(
          self, [](warmup_host& of, const forecast_release& m,
                   auto promise) { promise.deliver(answer<release_forecast>{of.look_ahead(m)}); }),
      later<forecast_batch, answer<batch_forecast>>(
          self, [](warmup_host& of, const forecast_batch& m,
                   auto promise) { promise.deliver(answer<batch_forecast>{of.look_ahead(m)}); }),
      later<propose_addresses, answer<address_proposal>>(
          self, [](warmup_host& of, const propose_addresses& m,
                   auto promise) { promise.deliver(answer<address_proposal>{of.propose(m)}); }),
      later<count_permits, answer<permit_counts>>(
          self, [](warmup_host& of, const count_permits&,
                   auto promise) { promise.deliver(answer<permit_counts>{of.count_permits()}); }),
      later<preview_ledger, answer<ledger_preview>>(
          self, [](warmup_host& of, const preview_ledger& m,
                   auto promise) { promise.deliver(answer<ledger_preview>{of.look_ahead(m)}); }),
      [host](const connect_listeners& m) { host->connect(m); },
      [host](const pools_changed& m) { host->learn_owners(m); },
      [host](const members_changed& m) { host->count_live(m); },
      [self, host](const stop_warmup&) -> caf::typed_response_promise<done> {
        auto promise = self->make_response_promise<done>();
        host->stop([promise]() mutable { promise.deliver(done{}); });
        return promise;
      },
      [host](const run_step& m) {
        m.step();
        host->flush();
      },
  };
}

} // namespace warmfront
