// How every node gets every other one's changes. Pure: no CAF, no disk, time passed in.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/messages/cluster.hpp"
#include "actors/messages/member.hpp"
#include "actors/suppressions/suppression_frames.hpp"

namespace warmfront {

/// What the exchange needs done.
class suppression_effects {
public:
  virtual ~suppression_effects() = default;
  [[nodiscard]] virtual steady_time steady_now() const = 0;
  virtual void send(const node_name& to, peer_frame frame) = 0;
  /// The table's durable facts.
  [[nodiscard]] virtual const storage::suppression_facts& facts() const = 0;
  /// Changes of an origin behind a sequence, from this node's disk.
  [[nodiscard]] virtual result<storage::suppression_changes> read(std::uint64_t origin,
                                                                  std::uint64_t after) = 0;
  /// Makes changes of another node durable here; in a later turn `then` hears whether they are.
  virtual void apply(storage::suppression_changes what, std::function<void(bool)> then) = 0;
  /// A peer has changes under this node's own origin that this node has not: its data directory is
  /// an older copy. It needs another origin.
  virtual void change_origin() = 0;
};

struct suppression_exchange_settings {
  milliseconds tell_every{5'000};
  milliseconds answer_within{10'000};
  milliseconds copy_within{5'000}; ///< shorter than clients wait
};

/// Nodes tell each other what they have: of each origin the sequence up to which they have all its
/// changes. Who lacks some asks one of those who have them, a frame of one origin at a time, and
/// applies them in order. So a node may get anybody's changes from anybody, what it has of an
/// origin has no holes, and who receives sets the pace. Not thread-safe.
class suppression_exchange {
public:
  using copied = std::function<void(bool)>;

  suppression_exchange(suppression_effects& effects, suppression_exchange_settings settings = {});

  void set_members(const std::vector<member>& members);
  void joined(const node_name& peer);
  void lost(const node_name& peer);
  void tick();
  /// Something became durable here: peers are told of this node's own changes at once, so that
  /// they have them soon; of others they hear in time.
  void changed();
  /// Calls `then` once: with true when another node has all of this node's changes up to
  /// `sequence`; with false when none has in time, or there is none.
  void when_copied(std::uint64_t sequence, copied then);
  /// A frame of a peer; `protocol` when it cannot be read.
  result<void> received(const node_name& from, const peer_frame& frame);

  /// Whether this node has all that some peer has told of, or there is no peer to be waited for:
  /// none that lives.
  [[nodiscard]] bool is_complete() const;
  /// How many changes connected peers have told of that this node has not got.
  [[nodiscard]] std::uint64_t behind() const;
  /// Whether there is anybody who can keep copies.
  [[nodiscard]] bool has_holders() const;

private:
  struct pull {
    node_name from;
    std::uint64_t number = 0;
    steady_time until{};
    bool is_applying = false;
  };
  struct waiting {
    std::uint64_t origin = 0;
    std::uint64_t sequence = 0;
    steady_time until{};
    copied then;
  };
  struct peer {
    bool has_told = false;
    storage::suppression_vector has;
  };

  [[nodiscard]] std::uint64_t own(std::uint64_t origin) const;
  [[nodiscard]] bool is_copied(const waiting& what) const;
  void tell(const node_name& to);
  void tell_all();
  void pull_all();
  void pull_from(const node_name& from, std::uint64_t origin);
  void on_vector(const node_name& from, storage::suppression_vector value);
  void on_question(const node_name& from, const suppression_question& what);
  void on_changes(const node_name& from, numbered_suppressions value);
  void applied(std::uint64_t origin, std::uint64_t number, bool durable);
  void answer_copied();

  suppression_effects& effects_;
  const suppression_exchange_settings settings_;
  std::set<node_name> members_;         ///< others, that are neither gone for good nor leaving
  std::set<node_name> alive_;           ///< of them, those that hold their lease
  std::map<node_name, peer> peers_;     ///< connected
  std::map<std::uint64_t, pull> pulls_; ///< by origin
  std::vector<waiting> waiting_;
  std::uint64_t last_number_ = 0;
  steady_time next_tell_{};
  std::uint64_t told_own_ = 0;
  bool knows_members_ = false;
};

} // namespace warmfront
