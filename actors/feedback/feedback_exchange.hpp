// Feedback finds the node that has its message. Pure: no CAF, no disk, time passed in.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "actors/feedback/feedback_book.hpp"
#include "actors/feedback/feedback_frames.hpp"
#include "actors/messages/member.hpp"

namespace warmfront {

/// Hears which items were of no message here, by their place; the others are durable.
using kept_callback = std::function<void(const result<std::vector<std::uint32_t>>&)>;

/// What the exchange needs done.
class feedback_effects {
public:
  virtual ~feedback_effects() = default;
  [[nodiscard]] virtual steady_time steady_now() const = 0;
  virtual void send(const node_name& to, peer_frame frame) = 0;
  /// Writes items down here.
  virtual void keep(std::vector<feedback_item> items, absent_message rule, kept_callback then) = 0;
};

struct feedback_exchange_settings {
  milliseconds answer_within{5'000};
  std::size_t questions_max = 1'000; ///< to peers, without an answer
};

/// First this node looks, then the node in the message's id, then all others; what nobody has is
/// written down here, with what its token says. What a peer did not answer in time is not known to
/// be durable: then the whole is `unavailable` and is to be said again, which counts nothing twice.
/// Not thread-safe.
class feedback_exchange {
public:
  using recorded = std::function<void(const result<void>&)>;

  feedback_exchange(node_name self, feedback_effects& effects,
                    feedback_exchange_settings settings = {});

  void set_members(const std::vector<member>& members);
  void joined(const node_name& peer) { connected_.insert(peer); }
  void lost(const node_name& peer);
  void tick();

  void record(std::vector<feedback_item> items, recorded then);
  /// A frame of a peer; `protocol` when it cannot be read.
  result<void> received(const node_name& from, const peer_frame& frame);

private:
  /// Items on their way together.
  struct journey {
    std::vector<feedback_item> items;
    std::set<node_name> asked;
    std::size_t open = 0; ///< questions
    std::set<std::uint32_t> unknown;
    bool has_failed = false;
    recorded then;
  };
  using shared_journey = std::shared_ptr<journey>;
  struct question {
    node_name to;
    steady_time until{};
    shared_journey of;
  };

  void search(std::vector<feedback_item> items, const recorded& then);
  void ask(const shared_journey& of, const std::set<node_name>& whom);
  void answered(std::map<std::uint64_t, question>::iterator at, const feedback_receipt& receipt);
  void go_on(const shared_journey& of);
  [[nodiscard]] node_name owner_of(const feedback_item& item) const;

  const node_name self_;
  feedback_effects& effects_;
  const feedback_exchange_settings settings_;
  std::map<std::uint16_t, node_name> names_; ///< of members, by number
  std::set<std::uint16_t> awaited_;          ///< other nodes that still have what they accepted
  std::set<node_name> connected_;
  std::map<std::uint64_t, question> questions_;
  std::uint64_t last_number_ = 0;
};

} // namespace warmfront
