#include "actors/intake/intake_actor.hpp"

#include <atomic>
#include <optional>
#include <utility>

#include <caf/send.hpp>
#include <caf/typed_response_promise.hpp>

#include "actors/intake/intake_events.hpp"
#include "actors/messages/run_later.hpp"
#include "storage/copies.hpp"
#include "storage/statistics.hpp"

namespace warmfront {

// What is committed together: the mails, and who waits for them.
struct intake_group {
  storage::batch changes;
  storage::statistics_tally counts;
  bool has_events = false; ///< that somebody reads
  std::vector<std::shared_ptr<const spooled_mail>> mails;
  std::vector<std::function<void(submission_result)>> waiting;
  // Written by the commit thread and by replication, read by whoever is last.
  std::atomic<int> missing{1};
  std::optional<error> failure;
  std::vector<bool> kept;     ///< by a second node; empty: nobody was asked
  mails_spooled spooled;      ///< the acknowledged ones
  bool is_handed_over = true; ///< to delivery; else whoever waits does that
  bool settled = false;       ///< only in the actor's turn
};

namespace {

struct intake_ends {
  storage::store* store;
  delivery_actor delivery;
  replication_actor replication;
  bool copy_required;
  caf::actor self; ///< set when second copies are made: then commits and answers may cross
  intake_state* state;
  storage::changed_counters* changed;
};

// Lanes are handed over in the order of their sequence numbers, whoever was confirmed first.
void hand_over(intake_state& state, const delivery_actor& delivery) {
  while (!state.groups.empty() && state.groups.front()->settled) {
    if (auto& spooled = state.groups.front()->spooled; !spooled.mails.empty())
      caf::anon_send(delivery, std::move(spooled));
    state.groups.pop_front();
  }
}

template <class Mail>
void refuse_all(const std::vector<Mail>& mails) {
  for (const auto& each : mails)
    each.done(error{errc::stopping, "the node is shutting down", "try again"});
}

/// Adds a mail and what is told of it.
void enter(intake_group& group, intake_state& state, const spooled_mail& mail) {
  storage::add_message(group.changes, mail.record, *mail.content, mail.ended);
  group.counts.add_acceptance(mail.record, mail.ended);
  if (!state.events.is_read(mail.record.source.account))
    return;
  for (const auto& event : events_of_acceptance(mail))
    group.has_events = state.events.record(group.changes, event) || group.has_events;
}

std::shared_ptr<intake_group> take_all(intake& core, intake_state& state,
                                       std::vector<submitted_mail>& mails,
                                       const suppressed_recipients& suppressed, wall_time now) {
  auto group = std::make_shared<intake_group>();
  for (auto& each : mails) {
    auto taken = core.take(std::move(each.mail), now, suppressed);
    if (!taken) {
      each.done(std::move(taken).error());
      continue;
    }
    enter(*group, state, *taken.value());
    group->mails.push_back(std::move(taken.value()));
    group->waiting.push_back(std::move(each.done));
  }
  group->counts.write(group->changes);
  return group;
}

// Merges of tasks: who asked gets the mail itself, and decides when it may be sent.
std::shared_ptr<intake_group> take_all(intake& core, intake_state& state,
                                       std::vector<merge_submission>& merges,
                                       const suppressed_recipients& suppressed, wall_time now) {
  auto group = std::make_shared<intake_group>();
  group->is_handed_over = false;
  for (auto& each : merges) {
    auto mark = std::move(each.mark);
    auto done = std::move(each.done);
    auto taken = core.take(std::move(each), now, suppressed);
    if (!taken) {
      done(std::move(taken).error());
      continue;
    }
    std::shared_ptr<const spooled_mail> mail = std::move(taken).value();
    enter(*group, state, *mail);
    group->changes.put(storage::family::segments, std::move(mark),
                       std::string{mail->record.id.octet_view()});
    group->mails.push_back(mail);
    group->waiting.push_back([mail, done = std::move(done)](const submission_result& outcome) {
      if (outcome)
        done(mail);
      else
        done(outcome.error());
    });
  }
  group->counts.write(group->changes);
  return group;
}

// Holders that are connected drop what was not accepted at once: else they would send it if this
// node died before they hear of it.
void forget_copies(const intake_ends& ends, const intake_group& group,
                   const std::vector<std::size_t>& which) {
  auto outcomes = std::make_shared<std::vector<copy_progress>>();
  for (const auto i : which) {
    const auto& record = group.mails[i]->record;
    if (record.copy && record.copy->holder != 0)
      outcomes->push_back({record.copy->holder, {record.id, 0}, {}, true, {}});
  }
  if (!outcomes->empty())
    caf::anon_send(ends.replication, outcomes_recorded{std::move(outcomes)});
}

// A mail is acknowledged here and nowhere else (invariant I1), by the last of the commit and the
// second copy.
void finish(const std::shared_ptr<intake_group>& group, const intake_ends& ends) {
  storage::batch withdrawn;
  storage::statistics_tally uncounted;
  std::vector<std::size_t> refused;
  for (std::size_t i = 0; i < group->waiting.size(); ++i) {
    if (group->failure) {
      group->waiting[i](*group->failure);
      refused.push_back(i);
    } else if (ends.copy_required && !group->kept[i] && !group->mails[i]->is_over()) {
      const auto& mail = *group->mails[i];
      storage::withdraw_message(withdrawn, mail.record);
      uncounted.add_acceptance(mail.record, mail.ended, -1);
      refused.push_back(i);
    } else {
      if (ends.self && !group->kept[i] && !group->mails[i]->is_over())
        ++group->spooled.single_copies;
      group->waiting[i](group->mails[i]->record.id);
      if (group->is_handed_over)
        group->spooled.mails.push_back(std::move(group->mails[i]));
    }
  }
  if (ends.self)
    caf::anon_send(ends.self, run_step{[group, ends] {
                     group->settled = true;
                     hand_over(*ends.state, ends.delivery);
                   }});
  else if (!group->spooled.mails.empty())
    caf::anon_send(ends.delivery, std::move(group->spooled));
  if (group->failure)
    return forget_copies(ends, *group, refused);
  uncounted.write(withdrawn);
  if (!refused.empty())
    ends.store->commit(std::move(withdrawn), storage::priority::progress,
                       [group, ends, refused, uncounted](const result<void>&) {
                         if (ends.changed != nullptr)
                           ends.changed->note(uncounted);
                         forget_copies(ends, *group, refused);
                         for (const auto i : refused)
                           group->waiting[i](error{errc::unavailable,
                                                   "no other node took the mail's second copy",
                                                   "try again; see `warmfront cluster status`"});
                       });
}

void spool(const std::shared_ptr<intake_group>& group, const intake_ends& ends) {
  const webhooks_actor nobody;
  const auto arrived = [group, ends] {
    if (group->missing.fetch_sub(1, std::memory_order_acq_rel) == 1)
      finish(group, ends);
  };
  copy_mails copies;
  if (ends.self) {
    ends.state->groups.push_back(group);
    group->missing = 2;
    group->kept.resize(group->mails.size());
    copies.mails = std::make_shared<std::vector<std::shared_ptr<const spooled_mail>>>(group->mails);
    copies.kept = [group, arrived](std::vector<bool> kept) {
      group->kept = std::move(kept);
      arrived();
    };
  }
  // The commit is queued first: whoever has a copy can rely on that.
  ends.store->commit(std::move(group->changes), storage::priority::growth,
                     [group, arrived, webhooks = group->has_events ? ends.state->webhooks : nobody,
                      changed = ends.changed](const result<void>& durable) {
                       if (!durable)
                         group->failure = durable.error();
                       else if (changed != nullptr)
                         changed->note(group->counts);
                       if (webhooks)
                         caf::anon_send(webhooks, events_logged{});
                       arrived();
                     });
  if (ends.self)
    caf::anon_send(ends.replication, std::move(copies));
}

/// Takes mails over, once it is known who of their recipients is not sent to. The disk is asked in
/// another thread: mails of accounts without suppressions may go past those that wait for it.
template <class Mail>
void take_over(intake_shell::stateful_pointer<intake_state> self,
               const std::shared_ptr<intake>& core, const clock* time, const intake_ends& ends,
               const std::shared_ptr<std::vector<Mail>>& mails) {
  const auto take = [self, core, time, ends, mails](const suppressed_recipients& suppressed) {
    if (self->state.stopping)
      return refuse_all(*mails);
    auto group = take_all(*core, self->state, *mails, suppressed, time->wall_now());
    if (!group->changes.empty())
      spool(group, ends);
  };
  const auto& where = core->suppressions();
  if (self->state.stopping || !must_look_up(where, *mails))
    return take({});
  where.run_aside([take, mails, time, reader = where.reader, later = run_later(self)]() {
    const auto found =
        std::make_shared<suppressed_recipients>(look_up(*reader, *mails, time->wall_now()));
    later(milliseconds{0}, [take, found] { take(*found); });
  });
}

caf::result<done> stop(intake_shell::stateful_pointer<intake_state> self, storage::store* store) {
  self->state.stopping = true;
  auto promise = self->make_response_promise<done>();
  // Commits answer in order: when this one does, none is under way.
  store->commit({}, storage::priority::progress,
                [promise, me = caf::actor_cast<caf::actor>(self)](const result<void>&) {
                  caf::anon_send(me, run_step{[promise]() mutable { promise.deliver(done{}); }});
                });
  return promise;
}

} // namespace

intake_shell::behavior_type intake_behavior(intake_shell::stateful_pointer<intake_state> self,
                                            std::shared_ptr<intake> core, storage::store* store,
                                            const clock* time, delivery_actor delivery,
                                            replication_actor replication, intake_books books) {
  const bool copies = replication && core->copies() != second_copy::never;
  const intake_ends ends{store,
                         delivery,
                         replication,
                         core->copies() == second_copy::required,
                         copies ? caf::actor_cast<caf::actor>(self) : caf::actor{},
                         &self->state,
                         books.changed};
  self->state.events = std::move(books.events);
  return {
      [=](const submit_mails& message) { take_over(self, core, time, ends, message.mails); },
      [=](const spool_merges& message) { take_over(self, core, time, ends, message.merges); },
      [=](const pools_changed& message) { core->set_pools(*message.pools); },
      [=](const ledger_domains_changed& message) { core->set_ledger_domains(*message.domains); },
      [=](const members_changed& message) {
        for (const auto& each : *message.members)
          if (each.self)
            core->set_drains(each.state == node_state::draining);
      },
      [=](const mail_over_limit& message) { core->set_over_limit(message); },
      [=](const limits_lifted&) { core->lift_limits(); },
      [=](const suppressions_known&) { core->set_suppressions_known(); },
      [=](const sender_domains_changed& message) { core->set_sender_domains(message.domains); },
      [=](const event_readers_changed& message) {
        self->state.events.set_readers(message.all, message.accounts.get());
      },
      [=](const connect_listeners& message) {
        self->state.webhooks = caf::actor_cast<webhooks_actor>(message.webhooks);
      },
      [=](const holders_changed& message) { core->set_holders(message.holders); },
      [=](const stop_intake&) { return stop(self, store); },
      [](const run_step& message) { message.step(); },
  };
}

} // namespace warmfront
