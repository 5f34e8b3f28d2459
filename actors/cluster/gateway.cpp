#include "actors/cluster/gateway.hpp"

#include <algorithm>
#include <utility>

#include "actors/core/octets.hpp"
#include "storage/formats/gateway.pb.h"

namespace warmfront {

namespace {

// Also what a message between actors costs, about: many small ones travel together.
constexpr std::size_t batch_octets = 256u << 10;
constexpr std::size_t header_octets = 6;
constexpr std::size_t credit_octets = 8;
// Credit is given for so much of the window at once: a message each would double the traffic.
constexpr std::size_t credit_share = 8;

std::uint16_t kind_of(gateway_frame frame) {
  return static_cast<std::uint16_t>(frame);
}

} // namespace

std::string pack_frames(const std::vector<peer_frame>& frames) {
  std::string packed;
  std::size_t octets = 0;
  for (const auto& each : frames)
    octets += header_octets + each.octets.size();
  packed.reserve(octets);
  for (const auto& each : frames) {
    append_number(packed, each.kind, 2);
    append_number(packed, each.octets.size(), 4);
    packed.append(each.octets);
  }
  return packed;
}

result<std::vector<peer_frame>> unpack_frames(std::string_view octets) {
  std::vector<peer_frame> frames;
  while (!octets.empty()) {
    const auto size = octets.size() < header_octets ? 0 : read_number(octets.substr(2, 4));
    if (octets.size() < header_octets + size || octets.size() < header_octets)
      return error{errc::protocol, "a peer's batch of frames is cut short", {}};
    frames.push_back({static_cast<std::uint16_t>(read_number(octets.substr(0, 2))),
                      std::string{octets.substr(header_octets, size)}});
    octets.remove_prefix(header_octets + size);
  }
  return frames;
}

gateway::gateway(gateway_settings settings, std::unique_ptr<random_source> random)
    : settings_{std::move(settings)}, random_{std::move(random)} {}

std::vector<gateway_step> gateway::take_steps() {
  return std::exchange(steps_, {});
}

void gateway::tick(steady_time now) {
  if (phase_ == phase::apart && settings_.dials && now >= next_dial_) {
    phase_ = phase::dialling;
    steps_.emplace_back(gateway_action::dial{});
    return;
  }
  if (phase_ != phase::greeting && phase_ != phase::joined)
    return;
  if (now - last_heard_ >= settings_.lost_after)
    return lose("nothing was heard of it", now);
  if (phase_ == phase::joined && now - last_said_ >= settings_.heartbeat_every) {
    last_said_ = now;
    steps_.emplace_back(gateway_action::transmit{{kind_of(gateway_frame::heartbeat), {}}});
  }
}

void gateway::dialled(steady_time now) {
  if (phase_ != phase::dialling) {
    steps_.emplace_back(gateway_action::drop{});
    return;
  }
  phase_ = phase::greeting;
  last_heard_ = now;
  say_hello(now);
}

void gateway::dial_failed(steady_time now) {
  phase_ = phase::apart;
  const auto doublings = std::min<std::uint32_t>(failures_++, 10);
  const auto delay = std::min(settings_.retry_first * (1 << doublings), settings_.retry_last);
  next_dial_ = now + std::chrono::duration_cast<milliseconds>(delay * (0.5 + random_->unit() / 2));
}

void gateway::broken(std::string why, steady_time now) {
  if (phase_ == phase::greeting || phase_ == phase::joined)
    lose(std::move(why), now);
}

void gateway::lose(std::string why, steady_time now) {
  steps_.emplace_back(gateway_action::drop{});
  if (phase_ != phase::joined)
    steps_.emplace_back(gateway_action::refused{why});
  forget(std::move(why));
  dial_failed(now);
}

void gateway::forget(std::string why) {
  queue_.clear();
  queue_octets_ = in_window_ = unprocessed_ = credit_due_ = 0;
  if (phase_ != phase::joined)
    return;
  failures_ = 0;
  steps_.emplace_back(gateway_action::lost{std::move(why)});
}

void gateway::say_hello(steady_time now) {
  formats::gateway_hello hello;
  hello.set_node(settings_.self.str());
  hello.set_protocol_first(peer_protocol_first);
  hello.set_protocol_last(peer_protocol);
  last_said_ = now;
  steps_.emplace_back(
      gateway_action::transmit{{kind_of(gateway_frame::hello), hello.SerializeAsString()}});
}

void gateway::on_hello(const std::string& octets, steady_time now) {
  if (settings_.dials && phase_ == phase::joined)
    return lose("it introduced itself twice", now);
  if (settings_.dials && phase_ != phase::greeting)
    return;
  formats::gateway_hello hello;
  if (!hello.ParseFromString(octets))
    return lose("its introduction is unreadable", now);
  if (hello.node() != settings_.peer.str())
    return lose("it calls itself by another name", now);
  if (hello.protocol_last() < peer_protocol_first || hello.protocol_first() > peer_protocol)
    return lose("it speaks protocols " + std::to_string(hello.protocol_first()) + " to " +
                    std::to_string(hello.protocol_last()) + ", this release " +
                    std::to_string(peer_protocol_first) + " to " + std::to_string(peer_protocol),
                now);
  if (phase_ == phase::greeting)
    return join(now);
  // A new connection of a peer that does not know that the old one is gone.
  if (phase_ == phase::joined)
    forget("it has connected anew");
  say_hello(now);
  join(now);
}

void gateway::join(steady_time now) {
  phase_ = phase::joined;
  failures_ = 0;
  last_heard_ = now;
  steps_.emplace_back(gateway_action::joined{++session_});
}

void gateway::heard(const peer_frame& frame, steady_time now) {
  if (frame.kind == kind_of(gateway_frame::hello))
    return on_hello(frame.octets, now);
  if (phase_ != phase::joined)
    return;
  last_heard_ = now;
  if (frame.kind == kind_of(gateway_frame::credit))
    on_credit(frame.octets, now);
  else if (frame.kind == kind_of(gateway_frame::batch))
    on_batch(frame.octets, now);
}

void gateway::on_credit(const std::string& octets, steady_time now) {
  if (octets.size() != credit_octets)
    return lose("its credit is unreadable", now);
  // More than is out can only be of an earlier session.
  in_window_ -= std::min<std::uint64_t>(in_window_, read_number(octets));
  flush();
}

void gateway::on_batch(const std::string& octets, steady_time now) {
  auto frames = unpack_frames(octets);
  if (!frames)
    return lose(frames.error().what, now);
  unprocessed_ += octets.size();
  if (unprocessed_ > settings_.queue_octets_max)
    return lose("it sends without waiting for credit", now);
  steps_.emplace_back(gateway_action::deliver{std::move(frames).value(), octets.size()});
}

result<void> gateway::send(std::vector<peer_frame> frames, steady_time now) {
  if (phase_ != phase::joined)
    return error{errc::unavailable, "the peer is not connected", {}};
  if (queue_octets_ >= settings_.queue_octets_max) {
    lose("it does not take what was sent before", now);
    return error{errc::limit_exceeded, "the peer does not take what was sent before", {}};
  }
  for (auto& each : frames) {
    queue_octets_ += each.octets.size() + header_octets;
    queue_.push_back(std::move(each));
  }
  return success();
}

void gateway::flush() {
  while (!queue_.empty() && in_window_ < settings_.window_octets) {
    std::vector<peer_frame> batch;
    std::size_t octets = 0;
    while (!queue_.empty() && octets < batch_octets) {
      octets += queue_.front().octets.size() + header_octets;
      batch.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    queue_octets_ -= octets;
    in_window_ += octets;
    steps_.emplace_back(
        gateway_action::transmit{{kind_of(gateway_frame::batch), pack_frames(batch)}});
  }
}

void gateway::processed(std::size_t octets) {
  if (phase_ != phase::joined || octets == 0)
    return;
  unprocessed_ -= std::min(unprocessed_, octets);
  credit_due_ += octets;
  if (credit_due_ < settings_.window_octets / credit_share)
    return;
  std::string credit;
  append_number(credit, std::exchange(credit_due_, 0), credit_octets);
  steps_.emplace_back(gateway_action::transmit{{kind_of(gateway_frame::credit), credit}});
}

} // namespace warmfront
