// Copies of this node's counters on others, and of theirs here: what a node has counted is not lost
// with it. Pure: reads through its effects, decides in one turn at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/messages/cluster.hpp"
#include "actors/messages/member.hpp"
#include "actors/statistics/statistics_frames.hpp"
#include "storage/changed_counters.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// What the mirror is given.
class mirror_effects {
public:
  virtual ~mirror_effects() = default;
  [[nodiscard]] virtual wall_time wall_now() const = 0;
  virtual void send(const node_name& to, peer_frame frame) = 0;
  /// Of `family::counters`.
  [[nodiscard]] virtual result<std::optional<std::string>> get(const std::string& key) const = 0;
  [[nodiscard]] virtual result<std::vector<storage::key_value>>
  scan(const std::string& from, const std::string& before, std::size_t limit) const = 0;
  /// `then` in a later turn.
  virtual void commit(storage::batch changes, std::function<void(const result<void>&)> then) = 0;
};

/// A node sends its counters' values, not what it added: a value that is sent twice is the same,
/// and the last one counts. At first all of them, then those that changed, one frame at a time.
class counter_mirror {
public:
  /// On how many other nodes the counters of a node are kept.
  static constexpr std::size_t copies = 2;

  counter_mirror(counters_origin self, mirror_effects& effects) : self_{self}, effects_{effects} {}

  void set_members(const std::vector<member>& members);
  void joined(const node_name& peer);
  void lost(const node_name& peer);
  /// These counters of this node have new values, which are durable.
  void changed(const storage::changed_counters::changes& which);
  /// To be called several times a second: sends what waits.
  void tick();

  /// Fail with `protocol`.
  [[nodiscard]] result<void> keep(const node_name& from, const std::string& octets);
  [[nodiscard]] result<void> kept(const node_name& from, const std::string& octets);

private:
  /// Who keeps this node's counters.
  struct target {
    bool is_connected = false;
    bool is_synced = false;        ///< it has got all of them once
    std::string next;              ///< before that: the first key that it has not got
    std::set<std::string> pending; ///< changed since they were sent
    std::uint64_t unanswered = 0;  ///< number of the frame; 0: none
    std::set<std::string> sent;    ///< in that frame, of `pending`
    std::string next_after;        ///< that frame brought it so far
    bool ends_sync = false;
    wall_time as_of{}; ///< when the sync began
  };

  void choose_targets();
  void restart(target& to);
  void give_back(target& to);
  void send_next(const node_name& name, target& to);
  void send_page(const node_name& name, target& to);
  void send_pending(const node_name& name, target& to);

  const counters_origin self_;
  mirror_effects& effects_;
  std::vector<member> members_;
  std::set<node_name> connected_;
  std::map<node_name, target> targets_;
  std::uint64_t next_number_ = 1;
};

} // namespace warmfront
