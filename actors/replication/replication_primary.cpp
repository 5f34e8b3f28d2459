// A node's own mails: their copies are sent, confirmed, read back after a loss, and moved when a
// holder is given up.

#include <algorithm>
#include <utility>

#include "actors/messages/reports.hpp"
#include "actors/replication/peer_codec.hpp"
#include "actors/replication/replication.hpp"

namespace warmfront {

namespace {

using storage::family;

} // namespace

// ---- copies -------------------------------------------------------------------------------

void replication::copy(std::vector<std::shared_ptr<const spooled_mail>> mails,
                       std::function<void(std::vector<bool>)> then) {
  auto waiting = std::make_shared<waiting_copies>();
  waiting->kept.resize(mails.size());
  waiting->missing = mails.size();
  waiting->until = effects_.steady_now() + config_.copy_within;
  waiting->then = std::move(then);
  std::map<std::uint16_t, std::pair<std::vector<stored_copy>, std::vector<std::size_t>>> groups;
  for (std::size_t i = 0; i < mails.size(); ++i) {
    auto& [copies, places] = groups[mails[i]->record.copy ? mails[i]->record.copy->holder : 0];
    copies.push_back({std::move(mails[i]), {}});
    places.push_back(i);
  }
  waiting_.push_back(waiting);
  for (auto& [number, group] : groups) {
    auto* const holder = find(number);
    if (holder != nullptr && holder->connected) {
      send_copies(*holder, std::move(group.first), waiting, std::move(group.second));
      continue;
    }
    for (const auto place : group.second)
      resolve(waiting, place, false);
  }
}

void replication::resolve(const std::shared_ptr<waiting_copies>& waiting, std::size_t place,
                          bool kept) {
  waiting->kept[place] = kept;
  if (--waiting->missing > 0 || !waiting->then)
    return;
  std::exchange(waiting->then, {})(waiting->kept);
  std::erase(waiting_, waiting);
}

void replication::send_copies(partner& to, std::vector<stored_copy> mails,
                              const std::shared_ptr<waiting_copies>& waiting,
                              std::vector<std::size_t> places) {
  const auto number = next_number_++;
  sent_copies sent{to.member.number, {}, waiting, std::move(places)};
  for (const auto& each : mails)
    sent.ids.push_back(each.mail->record.id);
  copies_.emplace(number, std::move(sent));
  effects_.send(to.member.name, static_cast<std::uint16_t>(replica_frame::keep_copies),
                encode_copies(number, mails));
}

void replication::copies_kept(partner& from, const std::string& octets) {
  const auto answer = decode_copies_answer(octets);
  const auto sent = answer ? copies_.find(answer.value().number) : copies_.end();
  if (sent == copies_.end() || sent->second.holder != from.member.number)
    return;
  auto done = std::move(sent->second);
  copies_.erase(sent);
  storage::batch confirmed;
  const auto& refused = answer.value().refused;
  for (std::size_t i = 0; i < done.ids.size(); ++i) {
    const bool kept = std::ranges::find(refused, done.ids[i]) == refused.end();
    if (kept)
      confirmed.erase(family::queue, storage::unsent_copy_key(done.holder, done.ids[i]));
    else
      from.behind = true;
    if (done.waiting)
      resolve(done.waiting, done.places[i], kept);
  }
  if (!confirmed.empty())
    effects_.commit(std::move(confirmed), storage::priority::progress, [](const result<void>&) {});
  if (!done.waiting)
    catch_up_copies(from);
}

// ---- outcomes -----------------------------------------------------------------------------

void replication::progressed(std::vector<copy_progress> outcomes) {
  std::map<std::uint16_t, std::vector<copy_progress>> groups;
  for (auto& each : outcomes)
    groups[each.holder].push_back(std::move(each));
  for (auto& [number, group] : groups) {
    auto* const holder = find(number);
    if (holder == nullptr || !holder->connected)
      continue; // marked on disk: read back when it is connected again
    if (holder->catching_up)
      for (const auto& each : group)
        holder->meanwhile.insert_or_assign(each.recipient, each);
    send_progress(*holder, group);
  }
  check_sending();
}

void replication::send_progress(partner& to, const std::vector<copy_progress>& outcomes) {
  const auto number = next_number_++;
  sent_progress sent{to.member.number, {}};
  for (const auto& each : outcomes) {
    sent.recipients.push_back(each.recipient);
    to.unconfirmed[each.recipient] = number;
  }
  progress_.emplace(number, std::move(sent));
  effects_.send(to.member.name, static_cast<std::uint16_t>(replica_frame::keep_progress),
                encode_progress(number, outcomes));
}

void replication::progress_kept(partner& from, const std::string& octets) {
  const auto number = decode_progress_answer(octets);
  const auto sent = number ? progress_.find(number.value()) : progress_.end();
  if (sent == progress_.end() || sent->second.holder != from.member.number)
    return;
  storage::batch confirmed;
  for (const auto& recipient : sent->second.recipients) {
    const auto newest = from.unconfirmed.find(recipient);
    if (newest == from.unconfirmed.end() || newest->second != sent->first)
      continue; // a later state is on its way: the mark is its
    from.unconfirmed.erase(newest);
    confirmed.erase(family::queue, storage::unsent_progress_key(sent->second.holder, recipient));
  }
  progress_.erase(sent);
  if (!confirmed.empty())
    effects_.commit(std::move(confirmed), storage::priority::progress, [](const result<void>&) {});
  if (from.catching_up && from.copies_read && from.unconfirmed.empty())
    catch_up_progress(from);
  check_sending();
}

void replication::forget_sent(const partner& to) {
  const auto number = to.member.number;
  std::vector<sent_copies> lost;
  for (auto each = copies_.begin(); each != copies_.end();) {
    if (each->second.holder != number) {
      ++each;
      continue;
    }
    lost.push_back(std::move(each->second));
    each = copies_.erase(each);
  }
  std::erase_if(progress_, [&](const auto& each) { return each.second.holder == number; });
  auto* const peer = find(number);
  peer->unconfirmed.clear();
  peer->meanwhile.clear();
  peer->catching_up = false;
  for (const auto& each : lost)
    if (each.waiting)
      for (const auto place : each.places)
        resolve(each.waiting, place, false);
}

// ---- after a loss -------------------------------------------------------------------------

void replication::catch_up(partner& to) {
  if (to.catching_up)
    return;
  to.catching_up = true;
  to.copies_read = false;
  to.marks_from.clear();
  to.meanwhile.clear();
  catch_up_copies(to);
}

// One page at a time: the next is read when the holder has confirmed this one.
void replication::catch_up_copies(partner& to) {
  if (!to.catching_up)
    return;
  effects_.read([this, name = to.member.name, holder = to.member.number, from = to.marks_from,
                 most = config_.page](const copy_reader& reader) {
    auto page = std::make_shared<result<copy_reader::copies>>(reader.unsent(holder, from, most));
    return [this, name, page] {
      auto* const peer = find(name);
      if (peer == nullptr || !peer->connected || !peer->catching_up || !*page)
        return;
      auto& found = page->value();
      if (!found.obsolete.empty()) {
        storage::batch removal;
        for (auto& mark : found.obsolete)
          removal.erase(family::queue, std::move(mark));
        effects_.commit(std::move(removal), storage::priority::progress,
                        [](const result<void>&) {});
      }
      const bool more = !found.next.empty();
      peer->marks_from = std::move(found.next);
      std::vector<placed_copy> outdated;
      const auto bond = bond_with(*peer);
      std::erase_if(found.mails, [&](const stored_copy& each) {
        if (each.mail->record.copy && each.mail->record.copy->bond == bond)
          return false;
        outdated.push_back({each.mail->record, {}});
        return true;
      });
      if (!outdated.empty())
        place(std::move(outdated), false);
      const auto meanwhile = std::exchange(peer->meanwhile, {});
      if (found.mails.empty())
        return more ? catch_up_copies(*peer) : catch_up_progress(*peer);
      send_copies(*peer, std::move(found.mails), nullptr, {});
      // What was read may be older than what was sent while it was read.
      std::vector<copy_progress> again;
      for (const auto& [recipient, outcome] : meanwhile)
        again.push_back(outcome);
      if (!again.empty())
        send_progress(*peer, again);
      if (!more)
        peer->marks_from = storage::prefix_end(storage::unsent_copy_prefix(peer->member.number));
    };
  });
}

void replication::catch_up_progress(partner& to) {
  to.copies_read = true;
  effects_.read([this, name = to.member.name, holder = to.member.number,
                 most = config_.page](const copy_reader& reader) {
    // Confirmed marks vanish: all that is left is found from the front, until it is in memory.
    auto page = std::make_shared<result<copy_reader::outcomes>>(
        reader.unsent_progress(holder, {}, most * 50));
    return [this, name, page] {
      auto* const peer = find(name);
      if (peer == nullptr || !peer->connected || !peer->catching_up || !*page)
        return;
      auto& found = page->value();
      std::erase_if(found.recipients, [&](const copy_progress& each) {
        return peer->unconfirmed.contains(each.recipient);
      });
      const bool more = !found.next.empty();
      peer->meanwhile.clear();
      if (!found.recipients.empty())
        send_progress(*peer, found.recipients);
      if (!more)
        peer->catching_up = false;
      check_sending();
    };
  });
}

// ---- where copies go ----------------------------------------------------------------------

// Mails that were accepted while nobody could hold a copy.
void replication::place_unplaced() {
  if (placing_ || told_.empty() || !config_.wanted)
    return;
  placing_ = true;
  effects_.read([this, from = place_from_, most = config_.page](const copy_reader& reader) {
    auto page = std::make_shared<result<copy_reader::copies>>(reader.unsent(0, from, most, false));
    return [this, page] {
      placing_ = false;
      if (!*page || told_.empty())
        return;
      std::vector<placed_copy> placed;
      for (const auto& each : page->value().mails)
        placed.push_back({each.mail->record, storage::choose_holder(told_, each.mail->record.id)});
      place_from_ = page->value().next;
      const bool more = !place_from_.empty();
      if (!placed.empty())
        place(std::move(placed), more);
      else if (more)
        place_unplaced();
    };
  });
}

void replication::place(std::vector<placed_copy> copies, bool more) {
  placing_ = placing_ || more;
  effects_.place(std::move(copies), [this, more](const result<void>& done) {
    if (more)
      placing_ = false;
    if (!done)
      return;
    for (auto& [name, each] : peers_)
      if (each.connected)
        catch_up(each);
    place_unplaced();
  });
}

// Copies of ended bonds count for nothing: their messages get others.
void replication::move_copies_of(partner& holder) {
  const auto bond = bond_with(holder);
  if (bond <= 1 || holder.moved_bond >= bond)
    return;
  holder.moved_bond = bond;
  move_page(holder.member.name, bond, {});
}

void replication::move_page(const node_name& holder, std::uint32_t bond, std::string from) {
  auto* const given_up = find(holder);
  if (given_up == nullptr)
    return;
  effects_.read([this, holder, bond, number = given_up->member.number, from = std::move(from),
                 most = config_.page](const copy_reader& reader) {
    auto page =
        std::make_shared<result<copy_reader::placed>>(reader.copies_at(number, bond, from, most));
    return [this, holder, bond, page] {
      if (!*page)
        return;
      std::vector<placed_copy> placed;
      for (auto& each : page->value().messages)
        placed.push_back({std::move(each), {}});
      const auto go_on = [this, holder, bond, next = page->value().next](const result<void>&) {
        if (!next.empty())
          return move_page(holder, bond, next);
        drop_marks(holder, {});
        place_from_.clear();
        place_unplaced();
      };
      if (placed.empty())
        return go_on(success());
      effects_.place(std::move(placed), go_on);
    };
  });
}

// A holder whose copies count for nothing need not hear what became of their messages.
void replication::drop_marks(const node_name& holder, std::string from) {
  const auto* const given_up = find(holder);
  if (given_up == nullptr)
    return;
  effects_.read([this, holder, number = given_up->member.number, bond = bond_with(*given_up),
                 from = std::move(from), most = config_.page](const copy_reader& reader) {
    auto page = std::make_shared<result<copy_reader::mark_page>>(
        reader.outdated_progress(number, bond, from, most));
    return [this, holder, page] {
      if (!*page)
        return;
      const auto go_on = [this, holder, next = page->value().next](const result<void>&) {
        if (!next.empty())
          drop_marks(holder, next);
      };
      if (page->value().removal.empty())
        return go_on(success());
      effects_.commit(std::move(page->value().removal), storage::priority::progress, go_on);
    };
  });
}

} // namespace warmfront
