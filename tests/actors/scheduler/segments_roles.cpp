// What stands beside the schedulers in the simulation: intake, delivery and replication, as far as
// segments notice them.
#include <algorithm>
#include <utility>

#include "actors/scheduler/scheduler_actor_host.hpp"
#include "storage/copies.hpp"
#include "storage/spool.hpp"
#include "tests/actors/scheduler/segments_world.hpp"

namespace warmfront::testing {

using storage::family;

namespace {

/// Given up for the holder of the copy, and not yet known to be the holder's.
std::string offered_mark(const message_id& id) {
  return "given_up/" + std::string{id.octet_view()};
}

std::size_t count_of(const copied_merge& merge) {
  return merge.record.mail.recipients.size();
}

bool has_ended(const copied_merge& merge) {
  return merge.sent + merge.cancelled >= count_of(merge);
}

} // namespace

bool segments_world::has(const segments_machine& machine, const message_id& id) const {
  return machine.disk->get(family::spool, storage::message_key(id)).value().has_value();
}

std::uint16_t segments_world::choose_holder(std::uint16_t owner) {
  std::vector<std::uint16_t> able;
  for (const auto& each : machines_)
    if (each.number != owner && is_reachable(each) && !each.drains)
      able.push_back(each.number);
  return able.empty() ? std::uint16_t{0} : able[below(able.size())];
}

// ---- intake ---------------------------------------------------------------------------------

caf::actor segments_world::intake_of(segments_machine& machine) {
  const auto role = [this, &machine](caf::event_based_actor*) -> caf::behavior {
    return {[this, &machine](const spool_merges& m) {
      for (const auto& each : *m.merges)
        spool(machine, each);
    }};
  };
  return spawn(role);
}

// The copy goes out beside the commit: it may be there without the message. Two are required.
void segments_world::spool(segments_machine& machine, const merge_submission& what) {
  auto mail = std::make_shared<spooled_mail>();
  auto& record = mail->record;
  record.id = message_id{time().wall_now(), machine.number, ++last_message_};
  record.mail = what.mail;
  record.is_merge = true;
  record.first_lane.task = what.task;
  mail->content = std::make_shared<const std::string>(what.body);
  const auto holder = choose_holder(machine.number);
  merges_[record.id] = {record, machine.number, holder, 0, false, 0, 0};
  storage::batch changes;
  storage::add_message(changes, record, what.body);
  changes.put(family::segments, what.mark, std::string{record.id.octet_view()});
  machine.disk->commit(
      std::move(changes), storage::priority::growth,
      [this, &machine, mail, holder, done = what.done, life = machine.life](const auto&) {
        if (machine.life != life)
          return;
        if (holder != 0)
          return done(std::shared_ptr<const spooled_mail>{mail});
        storage::batch gone;
        storage::withdraw_message(gone, mail->record);
        machine.disk->commit(std::move(gone), storage::priority::progress,
                             [this, mail, done, &machine, life](const auto&) {
                               merges_.erase(mail->record.id);
                               if (machine.life == life)
                                 done(error{errc::unavailable, "no second copy", {}});
                             });
      });
}

// ---- delivery -------------------------------------------------------------------------------

caf::actor segments_world::delivery_of(segments_machine& machine) {
  const auto role = [this, &machine](caf::event_based_actor*) -> caf::behavior {
    return {
        [&machine](const mails_spooled& m) {
          for (const auto& each : m.mails)
            machine.arrived.insert(each->record.id);
        },
        [&machine](const hold_tasks& m) { machine.held.emplace(m.tasks->begin(), m.tasks->end()); },
        [this, &machine](const count_task_backlogs&) { return backlogs(machine); },
        [this, &machine](const cancel_message& m) {
          const auto found = merges_.find(m.id);
          if (found != merges_.end() && has(machine, m.id))
            found->second.cancelled = count_of(found->second) - found->second.sent;
          return report(machine, m.id);
        },
        [this, &machine](const report_message& m) { return report(machine, m.id); }};
  };
  return spawn(role);
}

answer<message_report> segments_world::report(const segments_machine& machine,
                                              const message_id& id) const {
  const auto found = merges_.find(id);
  if (found == merges_.end() || !has(machine, id))
    return {error{errc::not_found, "there is no such message", {}}};
  const auto& merge = found->second;
  message_report report;
  report.id = id;
  report.recipients.resize(count_of(merge));
  for (std::size_t i = 0; i < report.recipients.size(); ++i)
    report.recipients[i].state = i < merge.sent ? recipient_state::delivered
                                 : i + merge.cancelled >= report.recipients.size()
                                     ? recipient_state::cancelled
                                     : recipient_state::queued;
  return {std::move(report)};
}

std::vector<task_backlog> segments_world::backlogs(const segments_machine& machine) const {
  std::uint64_t waiting = 0;
  for (const auto& id : machine.arrived)
    if (const auto found = merges_.find(id); found != merges_.end())
      waiting += count_of(found->second) - found->second.sent - found->second.cancelled;
  if (waiting == 0)
    return {};
  // As if a segment had a thousand.
  return {{task_, waiting * 1000 / each_segment, true}};
}

bool segments_world::may_send(const segments_machine& machine, const copied_merge& merge) const {
  return may_act(machine) && machine.held && !machine.held->contains(task_) &&
         merge.owner == machine.number && merge.taker == 0 && !has_ended(merge) &&
         machine.arrived.contains(merge.record.id) && has(machine, merge.record.id);
}

bool segments_world::send_some(segments_machine& machine) {
  for (auto& [id, merge] : merges_) {
    if (!may_send(machine, merge))
      continue;
    for (auto count = 1 + below(each_segment); count > 0 && !has_ended(merge); --count) {
      const auto& address = merge.record.mail.recipients[merge.sent++].address;
      if (++sent_[address] > 1)
        broken_ = address + " was sent twice, now by " + machine.name.str() + " in " + id.str();
    }
    if (has_ended(merge)) {
      merge.holder = 0; // the copy is not needed any more
      caf::anon_send(machine.scheduler, merge_ended{id});
    }
    return true;
  }
  return false;
}

// ---- replication ----------------------------------------------------------------------------

void segments_world::give_copies() {
  for (auto& [id, merge] : merges_) {
    const auto& owner = of(merge.owner);
    const bool lacks = merge.holder == 0 || of(merge.holder).is_dead;
    if (lacks && merge.taker == 0 && !has_ended(merge) && is_reachable(owner) && has(owner, id) &&
        owner.arrived.contains(id))
      merge.holder = choose_holder(merge.owner);
  }
}

bool segments_world::hand_over(segments_machine& machine) {
  for (auto& [id, merge] : merges_) {
    if (merge.holder == 0 || !may_send(machine, merge) || !is_reachable(of(merge.holder)))
      continue;
    machine.arrived.erase(id);
    storage::batch changes;
    storage::withdraw_message(changes, merge.record);
    changes.put(family::queue, offered_mark(id), {});
    machine.disk->commit(std::move(changes), storage::priority::progress,
                         [this, id = id](const auto&) {
                           if (const auto found = merges_.find(id); found != merges_.end())
                             found->second.taker = found->second.holder;
                         });
    return true;
  }
  return false;
}

bool segments_world::take_over(segments_machine& machine) {
  if (!is_reachable(machine))
    return false;
  for (auto& [id, merge] : merges_) {
    if (merge.taker == 0 && merge.holder == machine.number && of(merge.owner).is_dead)
      merge.taker = machine.number;
    if (merge.taker != machine.number || std::exchange(merge.is_moving, true))
      continue;
    judge_merges question;
    question.merges.push_back({id, task_});
    spawn([this, &machine, question, id = id, life = machine.life,
           asked = machine.scheduler](caf::event_based_actor* self) {
      const auto again = [this, &machine, id, life] {
        if (const auto found = merges_.find(id); machine.life == life && found != merges_.end())
          found->second.is_moving = false;
      };
      self->request(asked, seconds{20}, question)
          .then(
              [this, &machine, id, life, again](const answer<judged_merges>& found) {
                if (machine.life != life)
                  return;
                if (!found.value)
                  return again();
                taken(machine, id, found.value.value().lost);
              },
              [again](const caf::error&) { again(); });
    });
    return true;
  }
  return false;
}

void segments_world::taken(segments_machine& machine, const message_id& id,
                           const std::vector<message_id>& lost) {
  const auto found = merges_.find(id);
  if (found == merges_.end())
    return;
  if (std::ranges::find(lost, id) != lost.end()) {
    ++dropped_;
    merges_.erase(found);
    return;
  }
  storage::batch changes;
  storage::add_message(changes, found->second.record, "body");
  changes.put(family::segments, storage::moved_merge_key(id),
              std::to_string(static_cast<std::uint64_t>(task_)));
  machine.disk->commit(std::move(changes), storage::priority::growth,
                       [this, &machine, id, life = machine.life](const auto&) {
                         if (machine.life != life)
                           return;
                         own(machine, merges_.at(id));
                         merges_adopted fact;
                         fact.merges.push_back({id, task_});
                         caf::anon_send(machine.scheduler, fact);
                       });
}

void segments_world::own(segments_machine& machine, copied_merge& merge) {
  ++moved_;
  merge.owner = machine.number;
  merge.holder = merge.taker = 0;
  merge.is_moving = false;
  machine.arrived.insert(merge.record.id);
}

// Before anything of it is read: what others took goes, what was given up waits for its taker.
void segments_world::settle_disk(segments_machine& machine) {
  storage::batch gone;
  const auto prefix = storage::all_messages_prefix();
  const auto stored =
      machine.disk->scan(family::spool, prefix, storage::prefix_end(prefix), 10'000).value();
  for (const auto& [key, value] : stored) {
    const auto record = storage::decode_message(value).value();
    const auto found = merges_.find(record.id);
    if (found != merges_.end() && found->second.taker == machine.number)
      own(machine, found->second);
    const bool is_own =
        found != merges_.end() && found->second.owner == machine.number && found->second.taker == 0;
    if (is_own)
      machine.arrived.insert(record.id);
    else
      storage::withdraw_message(gone, record);
  }
  machine.disk->commit(std::move(gone), storage::priority::progress, [](const auto&) {});
  machine.disk->settle();
  for (auto at = merges_.begin(); at != merges_.end();) {
    auto& [id, merge] = *at;
    if (merge.taker == machine.number)
      merge.is_moving = false;
    const bool is_missing = merge.owner == machine.number && merge.taker == 0 && !has(machine, id);
    const bool was_given =
        is_missing && machine.disk->get(family::queue, offered_mark(id)).value().has_value();
    if (was_given)
      merge.taker = merge.holder;
    at = is_missing && !was_given ? merges_.erase(at) : std::next(at);
  }
}

bool segments_world::is_dispensable(std::size_t which) const {
  const auto number = machines_[which].number;
  return std::ranges::none_of(merges_, [&](const auto& each) {
    const auto& merge = each.second;
    if (merge.taker == number)
      return true;
    if (merge.owner == number)
      return has_ended(merge) || merge.holder == 0 || of(merge.holder).is_dead ||
             !of(merge.holder).is_wanted;
    return merge.holder == number && !may_act(of(merge.owner));
  });
}

} // namespace warmfront::testing
