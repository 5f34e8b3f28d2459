// A node's own mails: their copies and outcomes are sent, confirmed, and read back after a loss.

#include <algorithm>
#include <iterator>
#include <utility>

#include "actors/messages/reports.hpp"
#include "actors/replication/peer_codec.hpp"
#include "actors/replication/replication.hpp"

namespace warmfront {

namespace {

using storage::family;

// New copies wait for the answer to the frame before, unless they are many or it is late.
constexpr std::size_t frame_octets = 512 * 1024;
constexpr milliseconds usual_answer{500};

} // namespace

// ---- copies -------------------------------------------------------------------------------

void replication::copy(std::vector<std::shared_ptr<const spooled_mail>> mails,
                       std::function<void(std::vector<bool>)> then) {
  auto waiting = std::make_shared<waiting_copies>();
  waiting->kept.resize(mails.size());
  waiting->missing = mails.size();
  waiting->until = effects_.steady_now() + config_.copy_within;
  waiting->then = std::move(then);
  waiting_.push_back(waiting);
  for (std::size_t place = 0; place < mails.size(); ++place) {
    const auto& copy = mails[place]->record.copy;
    auto* const holder = copy ? find(copy->holder) : nullptr;
    if (holder == nullptr || !holder->connected) {
      resolve({waiting, place}, false);
      continue;
    }
    holder->queued_octets += mails[place]->content->size();
    holder->queued.push_back({mails[place], mails[place]->ended});
    holder->queued_waiters.push_back({waiting, place});
  }
  for (auto& [name, peer] : peers_)
    send_queued(peer);
}

void replication::resolve(const copy_waiter& waiter, bool kept) {
  const auto waiting = waiter.waiting;
  waiting->kept[waiter.place] = kept;
  if (--waiting->missing > 0 || !waiting->then)
    return;
  std::exchange(waiting->then, {})(waiting->kept);
  std::erase(waiting_, waiting);
}

// A frame and its commit cost nearly the same for one mail and for many.
void replication::send_queued(partner& to) {
  const auto now = effects_.steady_now();
  if (now >= to.answer_until)
    to.unanswered = 0;
  if (to.queued.empty() || (to.unanswered > 0 && to.queued_octets < frame_octets))
    return;
  std::vector<stored_copy> mails;
  std::vector<copy_waiter> waiters;
  for (std::size_t i = 0; i < to.queued.size(); ++i) {
    // Accepted with one copy meanwhile, and perhaps sent: its copy is read back from disk.
    if (!to.queued_waiters[i].waiting->then) {
      to.behind = true;
      continue;
    }
    mails.push_back(std::move(to.queued[i]));
    waiters.push_back(std::move(to.queued_waiters[i]));
  }
  to.queued.clear();
  to.queued_waiters.clear();
  to.queued_octets = 0;
  if (mails.empty())
    return;
  ++to.unanswered;
  to.answer_until = now + usual_answer;
  send_copies(to, mails, std::move(waiters));
}

void replication::send_copies(partner& to, const std::vector<stored_copy>& mails,
                              std::vector<copy_waiter> waiters) {
  const auto number = next_number_++;
  sent_copies sent{to.member.number, {}, {}, std::move(waiters)};
  for (const auto& each : mails) {
    sent.ids.push_back(each.mail->record.id);
    sent.bonds.push_back(each.mail->record.copy->bond);
  }
  copies_.emplace(number, std::move(sent));
  effects_.send(to.member.name, static_cast<std::uint16_t>(replica_frame::keep_copies),
                encode_copies(number, mails));
}

result<void> replication::copies_kept(partner& from, const std::string& octets) {
  WARMFRONT_TRY(answer, decode_copies_answer(octets));
  const auto sent = copies_.find(answer.number);
  if (sent == copies_.end() || sent->second.holder != from.member.number)
    return success(); // of an earlier session
  auto done = std::move(sent->second);
  copies_.erase(sent);
  storage::batch confirmed;
  const auto& refused = answer.refused;
  for (std::size_t i = 0; i < done.ids.size(); ++i) {
    // The holder may not know yet that the bond has ended: then it keeps what counts for nothing.
    const bool kept = done.bonds[i] == bond_with(from) && !from.ending &&
                      std::ranges::find(refused, done.ids[i]) == refused.end();
    auto mark = storage::unsent_copy_key(done.holder, done.ids[i]);
    if (!kept)
      from.behind = true;
    else if (done.waiters.empty())
      confirmed.erase(family::queue, std::move(mark));
    else
      confirmed.erase_once(family::queue, std::move(mark)); // put with the mail, a moment ago
    if (!done.waiters.empty())
      resolve(done.waiters[i], kept);
  }
  if (!confirmed.empty())
    effects_.tidy(std::move(confirmed));
  if (done.waiters.empty()) {
    catch_up_copies(from);
    return success();
  }
  from.unanswered -= std::min<std::size_t>(from.unanswered, 1); // one given up may answer yet
  send_queued(from);
  return success();
}

// ---- outcomes -----------------------------------------------------------------------------

void replication::progressed(std::vector<copy_progress> outcomes) {
  std::map<std::uint16_t, std::vector<copy_progress>> groups;
  for (auto& each : outcomes)
    groups[each.holder].push_back(std::move(each));
  for (auto& [number, group] : groups) {
    auto* const holder = find(number);
    if (holder != nullptr && holder->member.is_gone)
      drop_marks(holder->member.name, {});
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
  sent_progress sent{to.member.number, effects_.steady_now(), {}};
  for (const auto& each : outcomes) {
    sent.recipients.emplace_back(
        each.recipient, each.mark.empty() ? storage::unsent_progress_key(
                                                to.member.number, each.recipient, each.record)
                                          : each.mark);
    to.unconfirmed[each.recipient] = number;
  }
  progress_.emplace(number, std::move(sent));
  effects_.send(to.member.name, static_cast<std::uint16_t>(replica_frame::keep_progress),
                encode_progress(number, outcomes));
}

result<void> replication::progress_kept(partner& from, const std::string& octets) {
  WARMFRONT_TRY(number, decode_progress_answer(octets));
  const auto sent = progress_.find(number);
  if (sent == progress_.end() || sent->second.holder != from.member.number)
    return success(); // of an earlier session
  storage::batch confirmed;
  for (auto& [recipient, mark] : sent->second.recipients) {
    confirmed.erase(family::queue, std::move(mark));
    const auto newest = from.unconfirmed.find(recipient);
    if (newest != from.unconfirmed.end() && newest->second == sent->first)
      from.unconfirmed.erase(newest);
  }
  progress_.erase(sent);
  if (!confirmed.empty())
    effects_.tidy(std::move(confirmed));
  if (from.catching_up && from.copies_read && from.unconfirmed.empty())
    catch_up_progress(from);
  check_sending();
  return success();
}

void replication::forget_sent(partner& to) {
  const auto number = to.member.number;
  auto lost = std::exchange(to.queued_waiters, {});
  to.queued.clear();
  to.queued_octets = to.unanswered = 0;
  for (auto each = copies_.begin(); each != copies_.end();) {
    if (each->second.holder != number) {
      ++each;
      continue;
    }
    std::ranges::move(each->second.waiters, std::back_inserter(lost));
    each = copies_.erase(each);
  }
  std::erase_if(progress_, [&](const auto& each) { return each.second.holder == number; });
  if (std::erase_if(checked_, [&](const auto& each) { return each.second.primary == number; }) > 0)
    to.checking = false;
  if (std::erase_if(asked_, [&](const auto& each) { return each.second.holder == number; }) > 0)
    to.asking = false;
  if (std::erase_if(offered_, [&](const auto& each) { return each.second.holder == number; }) > 0)
    to.offering = false;
  if (std::erase_if(unsure_, [&](const auto& each) { return each.second.holder == number; }) > 0)
    to.offering = false;
  to.not_taken.clear();
  if (std::erase_if(recalled_, [&](const auto& each) { return each.second.holder == number; }) > 0)
    to.recalling = false;
  if (std::erase_if(settled_, [&](const auto& each) { return each.second.from == number; }) > 0)
    to.settling = false;
  to.unconfirmed.clear();
  to.meanwhile.clear();
  to.catching_up = false;
  for (const auto& each : lost)
    resolve(each, false);
}

void replication::erase_marks(std::vector<std::string> marks) {
  storage::batch removal;
  for (auto& mark : marks)
    removal.erase(family::queue, std::move(mark));
  if (!removal.empty())
    effects_.tidy(std::move(removal));
}

// ---- after a loss -------------------------------------------------------------------------

void replication::catch_up(partner& to) {
  to.behind = to.catching_up; // what was marked behind the page is read another time
  if (std::exchange(to.catching_up, true))
    return;
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
      erase_marks(std::move(found.obsolete));
      const bool more = !found.next.empty();
      peer->marks_from = std::move(found.next);
      const auto outdated = std::erase_if(found.mails, [&](const stored_copy& each) {
        return each.mail->record.copy->bond != bond_with(*peer);
      });
      if (outdated > 0)
        place_outdated(name, {});
      const auto meanwhile = std::exchange(peer->meanwhile, {});
      if (found.mails.empty())
        return more ? catch_up_copies(*peer) : catch_up_progress(*peer);
      send_copies(*peer, found.mails, {});
      // What was read may be older than what was sent while it was read.
      std::vector<copy_progress> again;
      again.reserve(meanwhile.size());
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
      // What was sent while it was read is newer, confirmed or not.
      const auto meanwhile = std::exchange(peer->meanwhile, {});
      const auto newer = std::erase_if(found.recipients, [&](const copy_progress& each) {
        return meanwhile.contains(each.recipient) || peer->unconfirmed.contains(each.recipient);
      });
      peer->behind = peer->behind || newer > 0; // marks of their earlier states may be left
      const bool more = !found.next.empty();
      if (!found.recipients.empty())
        send_progress(*peer, found.recipients);
      if (!more)
        peer->catching_up = false;
      check_sending();
    };
  });
}

} // namespace warmfront
