// Chunks between nodes: offered to who shall keep them, and read from who has them. Pure: no CAF,
// no disk, time passed in.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "actors/chunks/chunk_frames.hpp"
#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "actors/messages/chunks.hpp"
#include "actors/messages/member.hpp"

namespace warmfront {

/// What the exchange needs done.
class chunk_effects {
public:
  virtual ~chunk_effects() = default;
  [[nodiscard]] virtual steady_time steady_now() const = 0;
  virtual void send(const node_name& to, peer_frame frame) = 0;
  /// Of this node's disk, as it was stored; null: it is not there, or not as it was stored.
  [[nodiscard]] virtual chunk_octets read(const chunk_id& id) = 0;
  /// Whether it is on this node's disk.
  [[nodiscard]] virtual bool has(const chunk_id& id) = 0;
  /// Makes a chunk durable here, or only its time when `octets` is null. In a later turn `then`
  /// hears whether it is.
  virtual void keep(const chunk_id& id, chunk_octets octets, std::function<void(bool)> then) = 0;
};

struct chunk_exchange_settings {
  milliseconds part_within{5'000};
  milliseconds offer_within{8'000}; ///< all that is read for it counts; shorter than clients wait
  std::size_t pulls_at_once = 4;    ///< each has one part under way
  std::size_t pulls_max = 10'000;
};

/// One protocol for copies and for what is missing: the node that lacks a chunk reads it in parts,
/// one after the other, from one that has it. So whoever receives sets the pace, and memory holds
/// as many chunks as are read at once. Octets count when they have the name that was asked for.
/// Not thread-safe.
class chunk_exchange {
public:
  using fetched = std::function<void(const result<chunk_octets>&)>;
  using offered = std::function<void(const std::vector<chunk_id>& kept)>;

  chunk_exchange(node_name self, chunk_effects& effects, chunk_exchange_settings settings = {});

  /// @returns whether other nodes can keep chunks than before.
  bool set_members(const std::vector<member>& members);
  bool joined(const node_name& peer);
  bool lost(const node_name& peer);
  void tick();

  /// Reads a chunk from peers, those that should have it first, and keeps it here. `not_found` when
  /// no connected peer has it.
  void fetch(const chunk_id& id, fetched then);
  /// Offers chunks of this node, each to its holder; `then` is called once, with those that are
  /// durable there. Without a holder, or an answer in time, they are not.
  void offer(const std::vector<chunk_id>& ids, offered then);
  /// Whether there is anybody who can keep copies.
  [[nodiscard]] bool has_holders() const { return !holders().empty(); }
  /// A frame of a peer; `protocol` when it cannot be read.
  result<void> received(const node_name& from, const peer_frame& frame);

private:
  struct pull {
    std::deque<node_name> sources; ///< the first is being asked
    bool under_way = false;
    std::uint64_t number = 0; ///< of the part that is under way
    std::uint64_t total = 0;
    std::string octets;
    steady_time until{};
    std::vector<fetched> waiting;
  };
  using all_pulls = std::map<chunk_id, pull>;
  /// An offer of this node.
  struct own_offer {
    std::map<std::uint64_t, node_name> open; ///< frames without an answer
    std::vector<chunk_id> kept;
    steady_time until{};
    offered then;
  };
  /// An offer of a peer, while what it has is read.
  struct peer_offer {
    node_name from;
    numbered_chunks answer;
    std::size_t missing = 1;
  };

  [[nodiscard]] std::vector<node_name> holders() const;
  void read_from(const chunk_id& id, std::deque<node_name> sources, fetched then);
  void start_pulls();
  void ask(all_pulls::iterator at);
  void next_source(all_pulls::iterator at);
  void end_pull(all_pulls::iterator at, const result<chunk_octets>& outcome);
  void on_part(const node_name& from, chunk_part part);
  void on_offer(const node_name& from, const numbered_chunks& what);
  void on_kept(const node_name& from, const numbered_chunks& what);
  void answered(std::map<std::uint64_t, own_offer>::iterator at);
  void answer_part(const node_name& to, const chunk_part_question& what);
  void resolved(const std::shared_ptr<peer_offer>& offer);

  const node_name self_;
  chunk_effects& effects_;
  const chunk_exchange_settings settings_;
  std::set<node_name> members_;   ///< that may hold copies
  std::set<node_name> connected_; ///< that can be asked
  std::uint64_t last_number_;
  all_pulls pulls_;
  std::deque<chunk_id> queued_; ///< not under way yet
  std::size_t under_way_ = 0;
  std::map<std::uint64_t, chunk_id> parts_;       ///< under way, by their numbers
  std::map<std::uint64_t, own_offer> offers_;     ///< by the first of their numbers
  std::map<std::uint64_t, std::uint64_t> frames_; ///< number of a frame → number of its offer
  chunk_id last_read_;
  chunk_octets last_octets_; ///< of it: parts of one chunk are asked for one after the other
};

} // namespace warmfront
