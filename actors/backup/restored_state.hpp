// What restored data must not make a node believe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/backup/restored_spool.hpp"
#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "storage/shadow_counters.hpp"
#include "storage/store.hpp"

namespace warmfront {

struct restore_choices {
  waiting_mail waiting = waiting_mail::hold; ///< what becomes of mail that waits
  bool in_cluster = false;                   ///< the control store is elsewhere, and is newer
  bool peers_lost = false;                   ///< in a cluster: the others lost their data, too
  /// Whose data it was, in a cluster, and when the backup was taken.
  std::optional<storage::counters_origin> origin = {};
  wall_time taken_at{};
  std::string why; ///< for people: `restored from backup 3 of …`
};

struct restored_counts {
  held_counts waiting;            ///< held or dropped; released: what goes on
  std::uint64_t tasks_paused = 0; ///< always 0 in a cluster
  friend bool operator==(const restored_counts&, const restored_counts&) = default;
};

/// Changes restored data so that a node may start from it. @pre nobody else uses the store, which
/// is as `storage::read_backup` left it.
///
/// - What waits is held, dropped, or left where it is. Actions on queues that were under way end:
///   nobody asked for them now.
/// - Alone: permits of the day of the restore count as spent (`restored_at`), and tasks that could
///   fire are paused.
/// - In a cluster: each lease of this node counts as spent, since its marks go; copies that it held
///   for others go, since their owners know better; it has no epoch and no name for its data any
///   more, so that it joins as a node whose data was lost. What it had counted becomes a copy of
///   the lost node's counters, as its peers have one: each is counted once.
/// - Suppressions get a new origin, so that other nodes' changes are asked for from where the
///   backup ends.
[[nodiscard]] result<restored_counts> make_safe(storage::store& restored, const clock& time,
                                                const restore_choices& choices);

/// How a restored node comes back to its cluster.
enum class cluster_return : std::uint8_t {
  as_usual,       ///< it was not restored, or has come back since
  after_takeover, ///< when others have what it held
  peers_lost,     ///< nobody has what it held
};
[[nodiscard]] result<cluster_return> pending_return(const storage::store& in);
/// The node has come back.
void end_return(storage::batch& to);

/// When the store of a node that was alone was restored last, also once it has joined a cluster;
/// none: never.
[[nodiscard]] result<std::optional<wall_time>> restored_at(const storage::store& in);

} // namespace warmfront
