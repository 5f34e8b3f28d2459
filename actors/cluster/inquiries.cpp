#include "actors/cluster/inquiries.hpp"

#include <algorithm>

#include "storage/formats/peer.pb.h"

namespace warmfront {

namespace {

template <class Frame>
peer_frame to_frame(inquiry_frame kind, const Frame& value) {
  return {static_cast<std::uint16_t>(kind), value.SerializeAsString()};
}

error unreadable(const char* what) {
  return {errc::protocol, std::string{"a peer's "} + what + " cannot be read", {}};
}

} // namespace

peer_frame encode_inquiry(std::uint64_t number, const inquiry& what) {
  formats::peer_inquiry frame;
  frame.set_number(number);
  frame.set_method(what.method);
  frame.set_target(what.target);
  frame.set_account(what.who.account.str());
  frame.set_key_id(what.who.key_id);
  frame.set_role(static_cast<std::uint32_t>(what.who.role));
  return to_frame(inquiry_frame::ask, frame);
}

peer_frame encode_inquiry_answer(std::uint64_t number, const inquiry_answer& value) {
  formats::peer_inquiry_answer frame;
  frame.set_number(number);
  frame.set_status(value.status);
  frame.set_body(value.body);
  return to_frame(inquiry_frame::answered, frame);
}

result<numbered_inquiry> decode_inquiry(const std::string& octets) {
  formats::peer_inquiry frame;
  if (!frame.ParseFromString(octets) || frame.role() < 1 ||
      frame.role() > static_cast<std::uint32_t>(key_role::viewer))
    return unreadable("inquiry");
  return numbered_inquiry{frame.number(),
                          {frame.method(), frame.target(),
                           client_identity{account_name{frame.account()}, frame.key_id(),
                                           static_cast<key_role>(frame.role())}}};
}

result<std::pair<std::uint64_t, inquiry_answer>> decode_inquiry_answer(const std::string& octets) {
  formats::peer_inquiry_answer frame;
  if (!frame.ParseFromString(octets) || frame.status() < 100 || frame.status() > 599)
    return unreadable("answer");
  return std::pair{frame.number(), inquiry_answer{frame.status(), frame.body()}};
}

void inquiries::set_members(const std::vector<member>& members) {
  members_.clear();
  for (const auto& each : members)
    if (!each.self && (each.state != node_state::removed || !each.ended))
      members_.push_back(each);
}

void inquiries::joined(const node_name& peer) {
  lost(peer); // whatever an earlier session was asked
  connected_.insert(peer);
}

void inquiries::lost(const node_name& peer) {
  connected_.erase(peer);
  for (auto at = pending_.begin(); at != pending_.end();) {
    const auto current = at++;
    if (current->second.awaited.erase(peer) > 0 && current->second.awaited.empty())
      finish(current);
  }
}

std::vector<send_frames> inquiries::ask(const inquiry& what, steady_time until, then done) {
  const auto number = ++last_number_;
  pending waiting{{}, {}, until, std::move(done)};
  std::vector<send_frames> frames;
  for (const auto& each : members_) {
    waiting.answers.push_back({each.name, each.ended, {}});
    if (!connected_.contains(each.name))
      continue;
    waiting.awaited.insert(each.name);
    frames.push_back({each.name, {encode_inquiry(number, what)}});
  }
  const auto at = pending_.emplace(number, std::move(waiting)).first;
  if (frames.empty())
    finish(at);
  return frames;
}

void inquiries::answered(const node_name& peer, std::uint64_t number, inquiry_answer value) {
  const auto at = pending_.find(number);
  if (at == pending_.end() || at->second.awaited.erase(peer) == 0)
    return;
  std::ranges::find(at->second.answers, peer, &peer_answer::peer)->value = std::move(value);
  if (at->second.awaited.empty())
    finish(at);
}

void inquiries::tick(steady_time now) {
  for (auto at = pending_.begin(); at != pending_.end();) {
    const auto current = at++;
    if (current->second.until <= now)
      finish(current);
  }
}

void inquiries::finish(all_pending::iterator at) {
  auto ended = std::move(at->second);
  pending_.erase(at);
  ended.done(std::move(ended.answers));
}

} // namespace warmfront
