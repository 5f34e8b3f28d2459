// Mails change their owner while both nodes live: the owner gives them up for the holder of their
// copy, which turns its copy into a mail of its own. The former owner is the holder from then on.
//
// Between the two steps nobody owns them. Each node's part survives there as the other's copy: the
// bond of whichever dies first decides, as after any death.

#include <algorithm>
#include <utility>

#include "actors/replication/peer_codec.hpp"
#include "actors/replication/replication.hpp"

namespace warmfront {

namespace {

using storage::family;

constexpr seconds answer_within{5};

} // namespace

// ---- the former owner -----------------------------------------------------------------------

void replication::hand_over(partner& to) {
  if (to.member.is_gone && to.offers && !to.to_adopt && !to.adopting)
    return take_all_back(to); // nobody else can say whose they are
  if (!to.connected || to.member.is_dead)
    return;
  if (to.offering && effects_.steady_now() >= to.offer_until)
    forget_offers(to); // it could not take them at that moment
  if (to.offers)
    return offer(to);
  // While it is asked to drop copies it may have dropped some: those must not count as its own.
  if (to.yielding || to.converting || to.recalls || !to.member.may_hold ||
      !(drains_ || owners_.can_send_more(to.member.name, config_.self)))
    return;
  to.yielding = true;
  place_in_turn([this, name = to.member.name] { yield_to(name); });
}

void replication::forget_offers(partner& to) {
  for (auto* const asked : {&offered_, &unsure_})
    std::erase_if(*asked, [&](const auto& each) { return each.second.holder == to.member.number; });
  to.offering = false;
}

void replication::yield_to(const node_name& name) {
  auto& to = *find(name);
  const storage::message_copy copy{to.member.number, bond_with(to)};
  const storage::message_copy back{config_.number, bonds_.find(name, config_.self).number};
  if (!to.connected || !to.member.may_hold || copy.bond == 0 || back.bond == 0) {
    to.yielding = false;
    return placed();
  }
  effects_.yield({name, copy, back, drains_, config_.page},
                 [this, name](const result<yielded_mails>& found) {
                   auto& peer = *find(name);
                   peer.yielding = false;
                   peer.offers = peer.offers || !found || found.value().count > 0;
                   if (found)
                     recall(found.value().strays);
                   placed();
                   if (peer.offers)
                     hand_over(peer);
                 });
}

void replication::offer(partner& to) {
  // What delivery makes this node's own is removed in its turn, not in this one.
  if (to.offering || to.taking || to.converting || std::exchange(to.reading_offer, true))
    return;
  to.offering = true;
  to.offer_until = effects_.steady_now() + answer_within;
  to.ended_meanwhile.clear();
  // Behind all that was removed before; what is removed from now on is remembered.
  effects_.commit({}, storage::priority::progress,
                  [this, name = to.member.name](const result<void>&) { read_offer(*find(name)); });
}

void replication::read_offer(partner& to) {
  effects_.read([this, name = to.member.name, number = to.member.number,
                 most = config_.page](const copy_reader& reader) {
    auto page = std::make_shared<result<copy_reader::offers>>(reader.offered(number, most));
    return [this, name, page] {
      auto& peer = *find(name);
      peer.reading_offer = false;
      if (!*page || !peer.connected) {
        peer.offering = false;
        return;
      }
      if (page->value().ids.empty()) {
        peer.offering = peer.offers = false;
        return;
      }
      send_offer(peer, std::move(page->value()));
    };
  });
}

void replication::unheld(partner& primary, const message_id& id) {
  if (primary.reading_offer)
    primary.ended_meanwhile.insert(id);
}

// Under the bond that counts now: what is kept here is of use under no other. A mail that was
// offered under an earlier one may have been taken then, and have its copy elsewhere: this is asked
// first.
void replication::send_offer(partner& to, copy_reader::offers page) {
  const auto number = next_number_++;
  const auto bond = bonds_.find(to.member.name, config_.self).number;
  if (bond != std::exchange(to.offered_bond, bond))
    to.not_taken.clear();
  storage::batch changes;
  for (auto& mark : page.obsolete)
    changes.erase(family::queue, std::move(mark));
  // What was read must not come back: whoever has ended a mail owned it.
  std::erase_if(page.mails, [&](const auto& each) {
    return to.ended_meanwhile.contains(each.mail->record.id);
  });
  const storage::message_copy back{config_.number, bond};
  std::vector<message_id> unsure;
  for (const auto& each : page.mails)
    if (each.mail->record.copy != back && !to.not_taken.contains(each.mail->record.id))
      unsure.push_back(each.mail->record.id);
  if (!unsure.empty())
    return ask_taken(to, std::move(unsure));
  for (const auto& each : page.mails) {
    if (each.mail->record.copy == back)
      continue;
    each.mail->record.copy = back;
    changes.put(family::spool, storage::held_message_key(to.member.number, each.mail->record.id),
                storage::encode(each.mail->record));
  }
  offered_.emplace(number, asked_mails{to.member.number, page.ids});
  std::vector<stored_copy> mails;
  for (auto& each : page.mails)
    mails.push_back({std::move(each.mail), std::move(each.recipients)});
  effects_.commit(std::move(changes), storage::priority::progress,
                  [this, name = to.member.name, number,
                   octets = encode_copies(number, mails)](const result<void>& durable) {
                    if (durable && offered_.contains(number))
                      effects_.send(name, static_cast<std::uint16_t>(replica_frame::offer), octets);
                  });
}

void replication::ask_taken(partner& of, std::vector<message_id> ids) {
  const auto question = next_number_++;
  effects_.send(of.member.name, static_cast<std::uint16_t>(replica_frame::ask_taken),
                encode_messages({question, ids}));
  unsure_.emplace(question, asked_mails{of.member.number, std::move(ids)});
}

result<void> replication::owned_told(partner& from, const std::string& octets) {
  WARMFRONT_TRY(answer, decode_messages(octets));
  const auto ids = take_question(unsure_, answer.number, from);
  if (!ids)
    return success();
  for (const auto& id : *ids)
    if (std::ranges::find(answer.ids, id) == answer.ids.end())
      from.not_taken.insert(id);
  if (from.offered_bond != bonds_.find(from.member.name, config_.self).number)
    from.not_taken.clear();
  if (!answer.ids.empty()) {
    end_offers(from, {}, std::move(answer.ids));
    return success();
  }
  from.offering = false;
  hand_over(from);
  return success();
}

result<void> replication::taken_told(partner& from, const std::string& octets) {
  WARMFRONT_TRY(answer, decode_taken(octets));
  const auto ids = take_question(offered_, answer.number, from);
  if (!ids)
    return success();
  storage::batch taken;
  for (const auto& id : *ids)
    if (std::ranges::find(answer.unknown, id) == answer.unknown.end() &&
        std::ranges::find(answer.elsewhere, id) == answer.elsewhere.end())
      taken.erase(family::queue, storage::offered_key(from.member.number, id));
  effects_.commit(std::move(taken), storage::priority::progress,
                  [this, name = from.member.name, answer](const result<void>&) {
                    auto& peer = *find(name);
                    peer.convert_again = true; // what is kept under an ended bond may go now
                    if (!answer.unknown.empty() || !answer.elsewhere.empty())
                      return end_offers(peer, answer.unknown, answer.elsewhere);
                    peer.offering = false;
                    hand_over(peer);
                  });
  return success();
}

void replication::end_offers(partner& of, std::vector<message_id> unknown,
                             std::vector<message_id> elsewhere) {
  if (of.converting || of.reading_offer || std::exchange(of.taking, true)) {
    of.offering = false; // offered again, with the same answer
    return;
  }
  effects_.read([this, name = of.member.name, number = of.member.number,
                 unknown = std::move(unknown),
                 elsewhere = std::move(elsewhere)](const copy_reader& reader) {
    auto found =
        std::make_shared<result<copy_reader::held>>(reader.not_taken(number, unknown, elsewhere));
    return [this, name, found] {
      const auto finished = [this, name](const result<void>&) {
        auto& peer = *find(name);
        peer.taking = peer.offering = false;
      };
      if (!*found)
        return finished(found->error());
      effects_.own(std::move(found->value().mails), std::move(found->value().removal), finished);
    };
  });
}

void replication::take_all_back(partner& from) {
  if (from.taking || from.converting || from.reading_offer)
    return;
  effects_.read([this, name = from.member.name, number = from.member.number,
                 most = config_.page](const copy_reader& reader) {
    auto page = std::make_shared<result<copy_reader::offers>>(reader.offered(number, most));
    return [this, name, page] {
      auto& peer = *find(name);
      if (!*page)
        return;
      peer.offers = !page->value().ids.empty();
      if (peer.offers)
        end_offers(peer, std::move(page->value().ids), {});
    };
  });
}

// ---- the new owner --------------------------------------------------------------------------

// What cannot be taken at this moment is not answered: it is offered again.
result<void> replication::take(partner& from, const std::string& octets) {
  WARMFRONT_TRY(frame, decode_copies(octets));
  const storage::message_copy back{from.member.number,
                                   bonds_.find(config_.self, from.member.name).number};
  const bool is_present = std::ranges::all_of(
      frame.mails, [&](const stored_copy& each) { return each.mail->record.copy == back; });
  if (!is_present || back.bond == 0 || from.member.is_dead || from.converting ||
      from.reading_offer || std::exchange(from.taking, true))
    return success();
  effects_.read([this, name = from.member.name, back,
                 frame = std::move(frame)](const copy_reader& reader) {
    auto found = std::make_shared<result<copy_reader::takeable>>(reader.take(back, frame.mails));
    return [this, name, back, number = frame.number, found] {
      if (!*found) {
        find(name)->taking = false;
        return;
      }
      auto& page = found->value();
      effects_.own(
          std::move(page.mails), std::move(page.removal),
          [this, name, back,
           answer = mails_taken{number, std::move(page.unknown), std::move(page.elsewhere)}](
              const result<void>& durable) { took(name, back, durable, answer); });
    };
  });
  return success();
}

void replication::took(const node_name& name, const storage::message_copy& back,
                       const result<void>& durable, const mails_taken& answer) {
  auto& from = *find(name);
  from.taking = false;
  from.unsettled = true;
  // A holder that drains must not stay one: the bond ends, and the copies move.
  if (!from.member.may_hold)
    from.ended_bond = 0;
  if (bond_with(from) != back.bond) {
    from.moved_bond = 0; // they came behind the page that was read
    move_copies_of(from);
  }
  if (durable)
    effects_.send(name, static_cast<std::uint16_t>(replica_frame::taken), encode_taken(answer));
}

// Until the former owner has ended its offer a mail is not passed on. One that was declared dead
// and still runs does not know yet what is not its own any more: it is asked when it has returned.
void replication::ask_offered(partner& former, std::string from) {
  const bool is_first = from.empty();
  const bool knows = former.connected && !former.member.is_dead;
  if ((!knows && !former.member.is_gone) || (is_first && !former.unsettled) ||
      std::exchange(former.settling, true)) {
    former.unsettled = former.unsettled || !is_first; // the rest is for another time
    return;
  }
  if (is_first)
    former.unsettled = false; // until there is another one
  effects_.read([this, name = former.member.name, number = former.member.number,
                 from = std::move(from), most = config_.page](const copy_reader& reader) {
    auto page =
        std::make_shared<result<copy_reader::unsettled>>(reader.taken_from(number, from, most));
    return [this, name, page] {
      auto& of = *find(name);
      of.settling = false;
      of.unsettled = of.unsettled || !*page || !page->value().ids.empty();
      if (!*page)
        return;
      auto& found = page->value();
      if (found.ids.empty() && !found.next.empty())
        return ask_offered(of, found.next);
      if (found.ids.empty())
        return;
      if (of.member.is_gone)
        return end_taking(of, found.ids, {}); // it will offer nothing any more
      if (!of.connected || of.member.is_dead)
        return;
      of.settling = true;
      const auto question = next_number_++;
      effects_.send(name, static_cast<std::uint16_t>(replica_frame::ask_offered),
                    encode_messages({question, found.ids}));
      settled_.emplace(question,
                       asked_taken{of.member.number, std::move(found.ids), std::move(found.next)});
    };
  });
}

result<void> replication::offered_told(partner& from, const std::string& octets) {
  WARMFRONT_TRY(answer, decode_messages(octets));
  const auto found = settled_.find(answer.number);
  if (found == settled_.end() || found->second.from != from.member.number)
    return success(); // of an earlier session
  const auto asked = std::move(found->second);
  settled_.erase(found);
  from.settling = false;
  end_taking(from, asked.ids, answer.ids);
  if (!asked.next.empty())
    ask_offered(from, asked.next);
  return success();
}

void replication::end_taking(partner& from, const std::vector<message_id>& ids,
                             const std::vector<message_id>& still_offered) {
  storage::batch settled;
  for (const auto& id : ids)
    if (std::ranges::find(still_offered, id) == still_offered.end())
      settled.erase(family::queue, storage::taken_key(from.member.number, id));
  if (!settled.empty())
    effects_.tidy(std::move(settled));
}

// ---- draining -------------------------------------------------------------------------------

void replication::check_drained() {
  if (!drains_)
    return effects_.drained(false);
  if (std::exchange(looking_, true))
    return;
  effects_.read([this](const copy_reader& reader) {
    return [this, empty = reader.has_nothing_to_do()] {
      looking_ = false;
      effects_.drained(drains_ && empty);
    };
  });
}

} // namespace warmfront
