// What must be true of the simulated cluster.
#include <algorithm>
#include <array>

#include "actors/messages/reports.hpp"
#include "storage/copies.hpp"
#include "tests/actors/replication/replication_world.hpp"

namespace warmfront::testing {

using storage::family;

bool replication_world::owns(const replication_machine& at, const message_id& id) const {
  const auto found = at.disk->get(family::spool, storage::message_key(id)).value();
  if (at.lost || !found)
    return false;
  const auto message = storage::decode_message(*found).value();
  if (!message.copy || message.copy->holder == 0)
    return true;
  // What its holder has adopted goes when this node returns.
  const auto bonds = control_.find(bond_key(at.name, machines_[message.copy->holder - 1u].name));
  return bonds == control_.end() ||
         !decode_bond(bonds->second.value).value().is_adopted(message.copy->bond) ||
         at.disk->get(family::queue, storage::unsent_copy_key(message.copy->holder, id)).value() ||
         at.disk->get(family::queue, storage::recalled_key(message.copy->holder, id)).value() ||
         is_parked(at, id) || !at.disk->get(family::spool, storage::body_key(id)).value();
}

// What it owns and its holder does not have yet, whatever claims to it others have still.
bool replication_world::is_only_copy(const replication_machine& at, const message_id& id) const {
  if (!owns(at, id))
    return false;
  const auto record = at.disk->get(family::spool, storage::message_key(id)).value();
  const auto copy = storage::decode_message(*record).value().copy;
  return !copy || copy->holder == 0 || !has_copy(machines_[copy->holder - 1u], id);
}

bool replication_world::has_ended(const replication_machine& at, const message_id& id) const {
  return at.disk->get(family::spool, storage::message_key(id)).value() &&
         !at.disk->get(family::spool, storage::body_key(id)).value();
}

// Nobody sends it: its holder is asked first.
bool replication_world::is_parked(const replication_machine& at, const message_id& id) const {
  return std::ranges::any_of(machines_, [&](const auto& holder) {
    return at.disk->get(family::queue, storage::parked_key(holder.number, id)).value().has_value();
  });
}

// Its holder may have dropped it already, so that another one can have it.
bool replication_world::is_recalled(const replication_machine& at, const message_id& id) const {
  return std::ranges::any_of(machines_, [&](const auto& holder) {
    return at.disk->get(family::queue, storage::recalled_key(holder.number, id))
        .value()
        .has_value();
  });
}

bool replication_world::waits_for(const replication_machine& at, std::uint16_t holder,
                                  const message_id& id) const {
  return std::ranges::any_of(
      std::array{storage::parked_key(holder, id), storage::unsent_copy_key(holder, id),
                 storage::recalled_key(holder, id)},
      [&](const auto& mark) { return at.disk->get(family::queue, mark).value().has_value(); });
}

// Given up, and kept until another node has said that it owns it. What that one has adopted goes
// when this node returns.
bool replication_world::is_offered(const replication_machine& at, const message_id& id) const {
  return std::ranges::any_of(machines_, [&](const auto& holder) {
    const auto mark = at.disk->get(family::queue, storage::offered_key(holder.number, id)).value();
    const auto bonds = control_.find(bond_key(at.name, holder.name));
    return mark && (bonds == control_.end() ||
                    !decode_bond(bonds->second.value)
                         .value()
                         .is_adopted(static_cast<std::uint32_t>(std::stoul(*mark))));
  });
}

bool replication_world::has_copy(const replication_machine& at, const message_id& id) const {
  if (at.lost)
    return false;
  if (is_offered(at, id))
    return true;
  return std::ranges::any_of(machines_, [&](const auto& primary) {
    const auto held =
        at.disk->get(family::spool, storage::held_message_key(primary.number, id)).value();
    const auto bonds = control_.find(bond_key(primary.name, at.name));
    if (!held || bonds == control_.end())
      return false;
    const auto bond = decode_bond(bonds->second.value).value();
    const auto of_bond = storage::decode_message(*held).value().copy->bond;
    return of_bond == bond.number || bond.is_adopted(of_bond);
  });
}

bool replication_world::is_present(std::uint16_t primary, const storage::message_copy& copy) const {
  const auto bonds = control_.find(bond_key(of(primary).name, of(copy.holder).name));
  return bonds != control_.end() && decode_bond(bonds->second.value).value().number == copy.bond;
}

void replication_world::acknowledged(promised_mail mail, const storage::message_copy& copy,
                                     bool kept) {
  // When the bond has ended since, the copy is somewhere else, or on its way there.
  if (kept && !of(copy.holder).lost && is_present(mail.id.node(), copy)) {
    const auto& holder = of(copy.holder);
    const auto known = holder.disk->get(family::spool, storage::message_key(mail.id)).value();
    if (!has_copy(holder, mail.id) && !known &&
        std::ranges::none_of(machines_, [&](const auto& each) {
          return each.number != mail.id.node() && owns(each, mail.id);
        }))
      broken_ = mail.name + " was promised a second copy that is not there";
  }
  for (std::uint32_t i = 0; i < mail.recipients; ++i)
    recipients_[mail.name + "r" + std::to_string(i) + "@b.example"] = {mail.id, i};
  promised_.push_back(std::move(mail));
}

bool replication_world::is_doubtful(const replication_machine& at, const recipient_id& id) const {
  const auto record = at.disk->get(family::spool, storage::recipient_key(id)).value();
  if (!record ||
      !is_final(static_cast<recipient_state>(storage::decode_recipient(*record).value().state)))
    return true;
  for (const auto& each : machines_)
    if (const auto marks = storage::unsent_progress_prefix(each.number, id.message);
        !at.disk->scan(family::queue, marks, storage::prefix_end(marks), 1).value().empty() ||
        at.disk->get(family::queue, storage::unsent_copy_key(each.number, id.message)).value())
      return true;
  return false;
}

void replication_world::doubt_outcomes(const replication_machine& at) {
  for (auto& [recipient, transfers] : sent_)
    for (auto& each : transfers)
      if (each.by == at.number && is_doubtful(at, recipients_[recipient]))
        each.in_doubt = true;
}

smtp::reply replication_world::accept_mail(std::uint16_t from, const std::string& recipient) {
  if (below(6) == 0)
    return {451, "4.3.0", "later"};
  if (suppressed_.contains(recipient))
    broken_ = recipient + " was sent by n" + std::to_string(from) + " though it is suppressed";
  auto& earlier = sent_[recipient];
  if (!earlier.empty() && !earlier.back().in_doubt &&
      !unanswerable_.contains(recipients_[recipient].message))
    broken_ = recipient + " was sent twice, by n" + std::to_string(earlier.back().by) +
              " and by n" + std::to_string(from) + ", without need";
  earlier.push_back({from, !is_fully_connected(of(from))});
  return {250, "2.0.0", "ok"};
}

std::string replication_world::violation() const {
  if (!broken_.empty())
    return broken_;
  for (const auto& mail : promised_) {
    std::size_t owners = 0;
    bool anywhere = mail.lost_with_its_disk;
    for (const auto& each : machines_) {
      if (each.lost)
        continue;
      const auto body = each.disk->get(family::spool, storage::body_key(mail.id)).value();
      owners +=
          body && each.process && each.process->may_act() && !is_parked(each, mail.id) ? 1 : 0;
      anywhere = anywhere || owns(each, mail.id) || has_copy(each, mail.id);
    }
    if (owners > 1 && !unanswerable_.contains(mail.id))
      return mail.name + " has two owners";
    if (!anywhere)
      return mail.name + " is nowhere";
  }
  return {};
}

std::string replication_world::describe(const replication_machine& at, const message_id& id) const {
  const auto record = at.disk->get(family::spool, storage::message_key(id)).value();
  const auto body = at.disk->get(family::spool, storage::body_key(id)).value();
  std::string text =
      std::string{": "} + (record ? "record" : "no record") + (body ? ", body" : ", no body");
  if (record)
    if (const auto copy = storage::decode_message(*record).value().copy)
      text += ", copy at n" + std::to_string(copy->holder) + " bond " + std::to_string(copy->bond);
  for (const auto& primary : machines_)
    if (const auto held =
            at.disk->get(family::spool, storage::held_message_key(primary.number, id)).value())
      text += ", held for " + primary.name.str() + " under bond " +
              std::to_string(storage::decode_message(*held).value().copy->bond);
  for (const auto& holder : machines_) {
    if (at.disk->get(family::queue, storage::unsent_copy_key(holder.number, id)).value())
      text += ", not confirmed by " + holder.name.str();
    if (at.disk->get(family::queue, storage::recalled_key(holder.number, id)).value())
      text += ", recalled from " + holder.name.str();
    const auto bonds = control_.find(bond_key(at.name, holder.name));
    if (bonds != control_.end())
      text += ", bond with " + holder.name.str() + " " +
              std::to_string(decode_bond(bonds->second.value).value().number);
  }
  if (is_offered(at, id))
    text += ", offered";
  for (const auto& mail : promised_)
    if (mail.id == id)
      text += ", " + mail.name + " " + id.str();
  return text;
}

std::string replication_world::unfinished() const {
  for (const auto& mail : promised_) {
    if (mail.lost_with_its_disk)
      continue;
    for (std::uint32_t i = 0; i < mail.recipients; ++i) {
      const auto address = mail.name + "r" + std::to_string(i) + "@b.example";
      const bool is_suppressed = suppressed_.contains(address);
      if (!sent_.contains(address) && !is_suppressed) {
        std::string where;
        for (const auto& each : machines_)
          where += "\n" + each.name.str() + describe(each, mail.id);
        return address + " was never sent" + where;
      }
      bool ended = false;
      for (const auto& each : machines_) {
        const auto record =
            each.disk->get(family::spool, storage::recipient_key({mail.id, i})).value();
        if (each.lost || !record)
          continue;
        const auto state = storage::decode_recipient(*record).value().state;
        if (!is_final(static_cast<recipient_state>(state)))
          return address + " has no end at " + each.name.str();
        ended = true;
      }
      const bool may_be_gone = is_suppressed
                                   ? std::ranges::any_of(machines_, &replication_machine::lost)
                                   : of(sent_.at(address).back().by).lost;
      if (!ended && !may_be_gone)
        return address + " has no outcome";
    }
  }
  for (const auto& each : machines_) {
    if (each.lost)
      continue;
    if (auto left = left_in_queue(each); !left.empty())
      return left;
    if (auto left = left_held(each); !left.empty())
      return left;
  }
  return {};
}

std::string replication_world::left_in_queue(const replication_machine& each) const {
  const auto queue = each.disk->scan(family::queue, "", "", 10'000).value();
  for (const auto& [key, value] : queue) {
    const auto mark = storage::parse_unsent_key(key);
    // Ended just as it was to be placed; with nobody to hold copies nobody looks for it.
    if (mark && mark->holder == 0 &&
        !each.disk->get(family::spool, storage::body_key(mark->recipient.message)).value())
      continue;
    if (mark)
      return "a mark is left at " + each.name.str() + " for n" + std::to_string(mark->holder) +
             " of kind " + key.front() + describe(each, mark->recipient.message);
    if (key.front() == storage::parked_prefix(0).front())
      return "a mail is parked at " + each.name.str() +
             describe(each, storage::marked_message(key));
    if (key.front() == storage::all_taken_prefix().front())
      return "a mail is not known as taken at " + each.name.str() + " from n" +
             std::to_string(storage::parse_taken_key(key).from) +
             describe(each, storage::parse_taken_key(key).id);
    if (key.front() == storage::recalled_prefix(0).front())
      return "a copy is recalled by " + each.name.str() +
             describe(each, storage::marked_message(key));
    if (key.front() == storage::offered_prefix(0).front())
      return "a mail is offered by " + each.name.str() +
             describe(each, storage::marked_message(key));
    const auto waiting = storage::decode_queue_entry(value).value();
    return "a recipient waits at " + each.name.str() + describe(each, waiting.recipient.message);
  }
  return {};
}

std::string replication_world::left_held(const replication_machine& each) const {
  for (const auto& primary : machines_) {
    const auto prefix = storage::held_messages_prefix(primary.number);
    const auto held =
        each.disk->scan(family::spool, prefix, storage::prefix_end(prefix), 1).value();
    if (!primary.lost && !held.empty())
      return each.name.str() + " still holds mail of " + primary.name.str() +
             describe(primary, *storage::parse_held_message_key(held.front().key)) + ", of bond " +
             std::to_string(storage::decode_message(held.front().value).value().copy->bond) +
             " and the present one is " +
             std::to_string(control_.contains(bond_key(primary.name, each.name))
                                ? decode_bond(control_.at(bond_key(primary.name, each.name)).value)
                                      .value()
                                      .number
                                : 0);
  }
  return {};
}

} // namespace warmfront::testing
