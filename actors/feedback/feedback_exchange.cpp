#include "actors/feedback/feedback_exchange.hpp"

#include <algorithm>
#include <utility>

namespace warmfront {

namespace {

error feedback_not_kept() {
  return {errc::unavailable, "the node that may have the message did not answer", "try again"};
}

/// Hears of several parts; tells the first failure, or success, once all are over.
feedback_exchange::recorded join(std::size_t parts, feedback_exchange::recorded then) {
  struct joint {
    std::size_t left;
    result<void> outcome = success();
    feedback_exchange::recorded then;
  };
  auto all = std::make_shared<joint>(joint{parts, success(), std::move(then)});
  return [all](const result<void>& outcome) {
    if (!outcome && all->outcome)
      all->outcome = outcome;
    if (--all->left == 0)
      all->then(all->outcome);
  };
}

} // namespace

feedback_exchange::feedback_exchange(node_name self, feedback_effects& effects,
                                     feedback_exchange_settings settings)
    : self_{std::move(self)}, effects_{effects}, settings_{settings} {}

void feedback_exchange::set_members(const std::vector<member>& members) {
  names_.clear();
  awaited_.clear();
  for (const auto& each : members) {
    names_[each.number] = each.name;
    if (!each.ended && each.name != self_)
      awaited_.insert(each.number);
  }
}

void feedback_exchange::lost(const node_name& peer) {
  connected_.erase(peer);
  for (auto at = questions_.begin(); at != questions_.end();) {
    const auto here = at++;
    if (here->second.to == peer)
      answered(here, {here->first, true, {}});
  }
}

void feedback_exchange::tick() {
  const auto now = effects_.steady_now();
  for (auto at = questions_.begin(); at != questions_.end();) {
    const auto here = at++;
    if (now >= here->second.until)
      answered(here, {here->first, true, {}});
  }
}

node_name feedback_exchange::owner_of(const feedback_item& item) const {
  const auto found = names_.find(item.event.about.recipient.message.node());
  const bool is_peer = found != names_.end() && connected_.contains(found->second);
  return is_peer ? found->second : node_name{};
}

void feedback_exchange::record(std::vector<feedback_item> items, recorded then) {
  const auto all = std::make_shared<std::vector<feedback_item>>(std::move(items));
  const bool is_alone = awaited_.empty() && connected_.empty();
  effects_.keep(
      *all, is_alone ? absent_message::is_taken_from_token : absent_message::is_unknown,
      [this, all, then = std::move(then)](const result<std::vector<std::uint32_t>>& unknown) {
        if (!unknown)
          return then(unknown.error());
        std::vector<feedback_item> rest;
        for (const auto place : unknown.value())
          rest.push_back(std::move((*all)[place]));
        search(std::move(rest), then);
      });
}

void feedback_exchange::search(std::vector<feedback_item> items, const recorded& then) {
  if (items.empty())
    return then(success());
  std::map<node_name, std::vector<std::vector<feedback_item>>> by_owner;
  std::size_t parts = 0;
  for (auto& item : items) {
    auto& groups = by_owner[owner_of(item)];
    if (groups.empty() || groups.back().size() >= feedback_per_frame) {
      groups.emplace_back();
      ++parts;
    }
    groups.back().push_back(std::move(item));
  }
  if (questions_.size() + parts > settings_.questions_max)
    return then(feedback_not_kept());
  const auto joined = join(parts, then);
  for (auto& [owner, groups] : by_owner)
    for (auto& group : groups) {
      const auto of = std::make_shared<journey>();
      of->items = std::move(group);
      of->then = joined;
      for (std::uint32_t i = 0; i < of->items.size(); ++i)
        of->unknown.insert(i);
      if (owner.empty())
        go_on(of);
      else
        ask(of, {owner});
    }
}

void feedback_exchange::ask(const shared_journey& of, const std::set<node_name>& whom) {
  numbered_feedback frame;
  frame.items = of->items;
  of->open = whom.size();
  for (const auto& peer : whom) {
    of->asked.insert(peer);
    frame.number = ++last_number_;
    questions_[frame.number] = {peer, effects_.steady_now() + settings_.answer_within, of};
    effects_.send(peer, encode(frame));
  }
}

void feedback_exchange::answered(std::map<std::uint64_t, question>::iterator at,
                                 const feedback_receipt& receipt) {
  const auto of = std::move(at->second.of);
  questions_.erase(at);
  of->has_failed = of->has_failed || receipt.has_failed;
  if (!receipt.has_failed) {
    // Known to one is known.
    const std::set<std::uint32_t> unknown{receipt.unknown.begin(), receipt.unknown.end()};
    std::erase_if(of->unknown, [&](std::uint32_t place) { return !unknown.contains(place); });
  }
  if (--of->open == 0)
    go_on(of);
}

void feedback_exchange::go_on(const shared_journey& of) {
  if (of->unknown.empty())
    return of->then(success());
  // Whoever did not answer may have written it down.
  if (of->has_failed)
    return of->then(feedback_not_kept());
  std::vector<feedback_item> left;
  for (const auto place : of->unknown)
    left.push_back(std::move(of->items[place]));
  of->items = std::move(left);
  of->unknown.clear();
  for (std::uint32_t i = 0; i < of->items.size(); ++i)
    of->unknown.insert(i);
  std::set<node_name> others;
  for (const auto& peer : connected_)
    if (!of->asked.contains(peer))
      others.insert(peer);
  if (!others.empty())
    return ask(of, others);
  // A node that is away for a moment may have it; once it is ended, others do.
  const bool must_wait = std::ranges::any_of(of->items, [&](const feedback_item& item) {
    const auto number = item.event.about.recipient.message.node();
    return awaited_.contains(number) && !connected_.contains(names_[number]);
  });
  if (must_wait)
    return of->then(feedback_not_kept());
  effects_.keep(std::move(of->items), absent_message::is_taken_from_token,
                [of](const result<std::vector<std::uint32_t>>& kept) {
                  of->then(kept ? success() : result<void>{kept.error()});
                });
}

result<void> feedback_exchange::received(const node_name& from, const peer_frame& frame) {
  if (frame.kind == static_cast<std::uint16_t>(feedback_frame::keep)) {
    WARMFRONT_TRY(asked, decode_feedback(frame.octets));
    effects_.keep(
        std::move(asked.items), absent_message::is_unknown,
        [this, from, number = asked.number](const result<std::vector<std::uint32_t>>& unknown) {
          effects_.send(from, encode(feedback_receipt{number, !unknown,
                                                      unknown ? unknown.value()
                                                              : std::vector<std::uint32_t>{}}));
        });
    return success();
  }
  if (frame.kind == static_cast<std::uint16_t>(feedback_frame::kept)) {
    WARMFRONT_TRY(receipt, decode_feedback_receipt(frame.octets));
    const auto at = questions_.find(receipt.number);
    // Late, or not asked of this peer.
    if (at != questions_.end() && at->second.to == from)
      answered(at, receipt);
  }
  return success();
}

} // namespace warmfront
