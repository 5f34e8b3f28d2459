#include "actors/intake/intake_actor.hpp"

#include <utility>

#include <caf/send.hpp>
#include <caf/typed_response_promise.hpp>

namespace warmfront {

namespace {

// What is committed together: the mails, and who waits for them.
struct intake_group {
  storage::batch changes;
  mails_spooled spooled;
  std::vector<std::function<void(submission_result)>> waiting;
};

void refuse_all(const submit_mails& message, const error& why) {
  for (auto& each : *message.mails)
    each.done(why);
}

std::shared_ptr<intake_group> take_all(intake& core, std::vector<submitted_mail>& mails,
                                       wall_time now) {
  auto group = std::make_shared<intake_group>();
  for (auto& each : mails) {
    auto taken = core.take(std::move(each.mail), now);
    if (!taken) {
      each.done(std::move(taken).error());
      continue;
    }
    storage::add_message(group->changes, taken.value()->record, *taken.value()->content);
    group->spooled.mails.push_back(std::move(taken.value()));
    group->waiting.push_back(std::move(each.done));
  }
  return group;
}

// On the commit thread: a mail is acknowledged here and nowhere else (invariant I1).
void committed(intake_group& group, const result<void>& durable, const delivery_actor& delivery) {
  for (std::size_t i = 0; i < group.waiting.size(); ++i) {
    if (durable)
      group.waiting[i](group.spooled.mails[i]->record.id);
    else
      group.waiting[i](durable.error());
  }
  if (durable)
    caf::anon_send(delivery, std::move(group.spooled));
}

} // namespace

intake_shell::behavior_type intake_behavior(intake_shell::stateful_pointer<intake_state> self,
                                            std::shared_ptr<intake> core, storage::store* store,
                                            const clock* time, delivery_actor delivery) {
  return {
      [=](const submit_mails& message) {
        if (self->state.stopping)
          return refuse_all(message, {errc::stopping, "the node is shutting down", "try again"});
        auto group = take_all(*core, *message.mails, time->wall_now());
        if (group->changes.empty())
          return;
        store->commit(std::move(group->changes), storage::priority::growth,
                      [group, delivery](const result<void>& durable) {
                        committed(*group, durable, delivery);
                      });
      },
      [=](const pools_changed& message) { core->set_pools(*message.pools); },
      [=](const ledger_domains_changed& message) { core->set_ledger_domains(*message.domains); },
      [=](const stop_intake&) -> caf::result<done> {
        self->state.stopping = true;
        auto promise = self->make_response_promise<done>();
        // Commits answer in order: when this one does, none is under way.
        store->commit({}, storage::priority::progress,
                      [promise, me = caf::actor_cast<caf::actor>(self)](const result<void>&) {
                        caf::anon_send(me,
                                       run_step{[promise]() mutable { promise.deliver(done{}); }});
                      });
        return promise;
      },
      [](const run_step& message) { message.step(); },
  };
}

} // namespace warmfront
