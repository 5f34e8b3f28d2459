#include "actors/chunks/chunk_exchange.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "actors/chunks/chunk_places.hpp"
#include "storage/chunks.hpp"

namespace warmfront {

namespace {

error not_on_peers(const chunk_id& id) {
  return {errc::not_found, "the content " + id.str() + " is on no node that can be asked",
          "start the node that has it"};
}

} // namespace

// Numbers of an earlier life are not used again: an answer to them may still be on its way.
chunk_exchange::chunk_exchange(node_name self, chunk_effects& effects,
                               chunk_exchange_settings settings)
    : self_{std::move(self)}, effects_{effects}, settings_{settings},
      last_number_{
          static_cast<std::uint64_t>(effects.steady_now().time_since_epoch() / milliseconds{1})
          << 20} {}

// ---- who is there ---------------------------------------------------------------------------

bool chunk_exchange::set_members(const std::vector<member>& members) {
  const auto before = holders();
  members_.clear();
  for (const auto& each : members)
    if (!each.self && !each.ended && each.state == node_state::active)
      members_.insert(each.name);
  return holders() != before;
}

bool chunk_exchange::joined(const node_name& peer) {
  const auto before = holders();
  lost(peer); // whatever an earlier session was asked
  connected_.insert(peer);
  return holders() != before;
}

bool chunk_exchange::lost(const node_name& peer) {
  const auto before = holders();
  connected_.erase(peer);
  std::vector<chunk_id> affected;
  for (const auto& [id, each] : pulls_)
    if (each.under_way && each.sources.front() == peer)
      affected.push_back(id);
  for (const auto& id : affected)
    if (const auto at = pulls_.find(id); at != pulls_.end())
      next_source(at);
  for (auto at = offers_.begin(); at != offers_.end();) {
    const auto current = at++;
    std::erase_if(current->second.open, [&](const auto& each) {
      return each.second == peer && frames_.erase(each.first) > 0;
    });
    answered(current);
  }
  return holders() != before;
}

std::vector<node_name> chunk_exchange::holders() const {
  std::vector<node_name> found;
  std::ranges::set_intersection(members_, connected_, std::back_inserter(found));
  return found;
}

void chunk_exchange::tick() {
  const auto now = effects_.steady_now();
  std::vector<chunk_id> late;
  for (const auto& [id, each] : pulls_)
    if (each.under_way && each.until <= now)
      late.push_back(id);
  for (const auto& id : late)
    if (const auto at = pulls_.find(id); at != pulls_.end())
      next_source(at);
  for (auto at = offers_.begin(); at != offers_.end();) {
    const auto current = at++;
    if (current->second.until > now)
      continue;
    for (const auto& [number, peer] : current->second.open)
      frames_.erase(number);
    current->second.open.clear();
    answered(current);
  }
}

// ---- reading from peers ---------------------------------------------------------------------

void chunk_exchange::fetch(const chunk_id& id, fetched then) {
  const auto ranked = ranked_nodes({connected_.begin(), connected_.end()}, id);
  read_from(id, {ranked.begin(), ranked.end()}, std::move(then));
}

void chunk_exchange::read_from(const chunk_id& id, std::deque<node_name> sources, fetched then) {
  if (const auto known = pulls_.find(id); known != pulls_.end()) {
    auto& at = known->second;
    for (auto& each : sources)
      if (std::ranges::find(at.sources, each) == at.sources.end())
        at.sources.push_back(std::move(each));
    at.waiting.push_back(std::move(then));
    return;
  }
  if (pulls_.size() >= settings_.pulls_max)
    return then(
        error{errc::limit_exceeded, "too many contents are being read from peers", "try again"});
  pull made;
  made.sources = std::move(sources);
  made.waiting.push_back(std::move(then));
  pulls_.emplace(id, std::move(made));
  queued_.push_back(id);
  start_pulls();
}

void chunk_exchange::start_pulls() {
  while (under_way_ < settings_.pulls_at_once && !queued_.empty()) {
    const auto at = pulls_.find(queued_.front());
    queued_.pop_front();
    if (at == pulls_.end() || at->second.under_way)
      continue;
    at->second.under_way = true;
    ++under_way_;
    ask(at);
  }
}

void chunk_exchange::ask(all_pulls::iterator at) {
  auto& [id, of] = *at;
  while (!of.sources.empty() && !connected_.contains(of.sources.front())) {
    of.sources.pop_front();
    of.octets.clear();
  }
  if (of.sources.empty())
    return end_pull(at, not_on_peers(id));
  of.number = ++last_number_;
  of.until = effects_.steady_now() + settings_.part_within;
  parts_.emplace(of.number, id);
  effects_.send(of.sources.front(), encode(chunk_part_question{of.number, id, of.octets.size()}));
}

void chunk_exchange::next_source(all_pulls::iterator at) {
  auto& of = at->second;
  parts_.erase(of.number);
  of.octets.clear();
  of.sources.pop_front();
  ask(at);
}

void chunk_exchange::end_pull(all_pulls::iterator at, const result<chunk_octets>& outcome) {
  parts_.erase(at->second.number);
  const auto waiting = std::move(at->second.waiting);
  const bool was_under_way = at->second.under_way;
  pulls_.erase(at);
  if (was_under_way)
    --under_way_;
  for (const auto& then : waiting)
    then(outcome);
  start_pulls();
}

void chunk_exchange::on_part(const node_name& from, chunk_part part) {
  const auto number = parts_.find(part.number);
  if (number == parts_.end())
    return; // given up meanwhile
  const auto at = pulls_.find(number->second);
  auto& [id, of] = *at;
  if (of.sources.front() != from)
    return;
  parts_.erase(number);
  const bool is_first = of.octets.empty();
  if (!part.present || (!is_first && part.total != of.total) ||
      of.octets.size() + part.octets.size() > part.total ||
      (part.octets.empty() && part.total > of.octets.size()))
    return next_source(at);
  of.total = part.total;
  of.octets += part.octets;
  if (of.octets.size() < of.total)
    return ask(at);
  if (storage::chunk_id_of(of.octets) != id)
    return next_source(at);
  const auto octets = std::make_shared<const std::string>(std::move(of.octets));
  of.until = steady_time::max(); // it is the disk's turn
  effects_.keep(id, octets, [this, id = id, octets](bool durable) {
    if (const auto found = pulls_.find(id); found != pulls_.end())
      end_pull(found, durable ? result<chunk_octets>{octets}
                              : error{errc::storage_failed, "the content cannot be kept", {}});
  });
}

void chunk_exchange::answer_part(const node_name& to, const chunk_part_question& what) {
  if (last_read_ != what.id || !last_octets_) {
    last_octets_ = effects_.read(what.id);
    last_read_ = what.id;
  }
  chunk_part part{what.number, last_octets_ != nullptr, 0, {}};
  if (last_octets_) {
    part.total = last_octets_->size();
    if (what.offset < part.total)
      part.octets = last_octets_->substr(what.offset, chunk_part_octets_max);
    if (what.offset + part.octets.size() >= part.total)
      last_octets_.reset();
  }
  effects_.send(to, encode(part));
}

// ---- copies ---------------------------------------------------------------------------------

void chunk_exchange::offer(const std::vector<chunk_id>& ids, offered then) {
  const auto others = holders();
  std::map<node_name, std::vector<chunk_id>> by_holder;
  for (const auto& id : ids)
    if (auto holder = chunk_holder(self_, others, id); !holder.empty())
      by_holder[std::move(holder)].push_back(id);
  if (by_holder.empty())
    return then({});
  own_offer made;
  made.until = effects_.steady_now() + settings_.offer_within;
  made.then = std::move(then);
  const auto first = last_number_ + 1;
  std::vector<std::pair<node_name, peer_frame>> frames;
  for (const auto& [holder, its] : by_holder)
    for (std::size_t at = 0; at < its.size(); at += offered_chunks_max) {
      const auto end = std::min(its.size(), at + offered_chunks_max);
      numbered_chunks part{++last_number_,
                           {its.begin() + static_cast<std::ptrdiff_t>(at),
                            its.begin() + static_cast<std::ptrdiff_t>(end)}};
      made.open.emplace(part.number, holder);
      frames_.emplace(part.number, first);
      frames.emplace_back(holder, encode_offer(part));
    }
  offers_.emplace(first, std::move(made));
  for (auto& [holder, frame] : frames)
    effects_.send(holder, std::move(frame));
}

void chunk_exchange::on_kept(const node_name& from, const numbered_chunks& what) {
  const auto frame = frames_.find(what.number);
  if (frame == frames_.end())
    return;
  const auto at = offers_.find(frame->second);
  const auto open = at->second.open.find(what.number);
  if (open == at->second.open.end() || open->second != from)
    return;
  frames_.erase(frame);
  at->second.open.erase(open);
  at->second.kept.insert(at->second.kept.end(), what.ids.begin(), what.ids.end());
  answered(at);
}

void chunk_exchange::answered(std::map<std::uint64_t, own_offer>::iterator at) {
  if (!at->second.open.empty())
    return;
  const auto ended = std::move(at->second);
  offers_.erase(at);
  ended.then(ended.kept);
}

void chunk_exchange::on_offer(const node_name& from, const numbered_chunks& what) {
  auto offer = std::make_shared<peer_offer>();
  offer->from = from;
  offer->answer.number = what.number;
  for (const auto& id : what.ids) {
    ++offer->missing;
    const auto kept = [this, offer, id](bool durable) {
      if (durable)
        offer->answer.ids.push_back(id);
      resolved(offer);
    };
    if (effects_.has(id))
      effects_.keep(id, nullptr, kept);
    else
      read_from(id, {from},
                [kept](const result<chunk_octets>& octets) { kept(octets.has_value()); });
  }
  resolved(offer);
}

void chunk_exchange::resolved(const std::shared_ptr<peer_offer>& offer) {
  if (--offer->missing == 0)
    effects_.send(offer->from, encode_kept(offer->answer));
}

result<void> chunk_exchange::received(const node_name& from, const peer_frame& frame) {
  switch (static_cast<chunk_frame>(frame.kind)) {
  case chunk_frame::offer: {
    WARMFRONT_TRY(offer, decode_offer(frame.octets));
    on_offer(from, offer);
    return success();
  }
  case chunk_frame::kept: {
    WARMFRONT_TRY(kept, decode_kept(frame.octets));
    on_kept(from, kept);
    return success();
  }
  case chunk_frame::ask_part: {
    WARMFRONT_TRY(question, decode_part_question(frame.octets));
    answer_part(from, question);
    return success();
  }
  case chunk_frame::part: {
    WARMFRONT_TRY(part, decode_part(frame.octets));
    on_part(from, std::move(part));
    return success();
  }
  }
  return success(); // of a later release, which does not count on an answer
}

} // namespace warmfront
