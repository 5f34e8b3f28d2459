// How things went, for who runs the cluster: curves over time, ledgers day by day, and what a
// change of a plan would do.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/messages/reports.hpp"

namespace warmfront {

// ---- history: curves ----------------------------------------------------------------------

/// What is sampled once a minute. The first five are counts of what happened, the others levels.
enum class series_name : std::uint8_t {
  accepted,
  delivered,
  deferred,
  bounced,
  complained,
  backlog, ///< recipients that wait
  used,    ///< permits spent of the days of the pools' addresses
};
inline constexpr std::array<std::string_view, 7> series_names{
    "accepted", "delivered", "deferred", "bounced", "complained", "backlog", "used"};
inline constexpr std::size_t series_count = series_names.size();
using series_values = std::array<std::uint64_t, series_count>;
[[nodiscard]] constexpr bool is_level(std::size_t series) noexcept {
  return series >= static_cast<std::size_t>(series_name::backlog);
}

/// Steps of [from, to), which begin at whole multiples of `step` since 1970.
struct read_series {
  wall_time from{};
  wall_time to{};
  std::chrono::seconds step{60}; ///< 60: of the last day; 600: the same; 3600: of thirty days
};
/// What this node has sampled.
struct series_report {
  wall_time first{}; ///< of the first step
  std::chrono::seconds step{60};
  std::vector<std::optional<series_values>> steps; ///< none: nothing was sampled in it
  std::optional<series_values>
      last_minute; ///< the newest whole minute, if it is among the last two
};

// ---- history: days of ledgers -------------------------------------------------------------

/// Of a ledger's day what one node knows: what it used itself, and what became of that.
struct ledger_day {
  std::uint32_t day = 0;   ///< of the ledger, since its start
  std::uint32_t level = 0; ///< the plan's day, from 1
  plan_name plan;
  wall_time started_at{};
  wall_time ended_at{};
  std::optional<std::uint64_t> limit; ///< of all nodes; none: no limit
  std::uint64_t used = 0;
  quality_counts quality;
  std::vector<ledger_move> moves; ///< at its beginning and during it
  struct part {
    std::uint64_t limit = 0;
    std::uint64_t used = 0;
    friend bool operator==(const part&, const part&) = default;
  };
  std::map<provider_name, part> providers; ///< that the plan limited
  friend bool operator==(const ledger_day&, const ledger_day&) = default;
};

/// Days that ended at or after a time; of this node.
struct read_ledger_days {
  ledger_subject subject;
  wall_time since{};
};

// ---- warmup -------------------------------------------------------------------------------

/// What this node spent today from the addresses of pools.
struct count_permits {};
struct permit_counts {
  std::uint64_t used = 0;             ///< by this node
  std::optional<std::uint64_t> limit; ///< of all nodes; none: an address has no limit, or there is
                                      ///< none
  std::optional<wall_time> day_ends_at; ///< the first of the days
  std::uint64_t addresses = 0;          ///< with a ledger
};

/// What a ledger's days to come look like, as they are and with a change of it that is not made.
struct preview_ledger {
  ledger_subject subject;
  plan_name plan;        ///< empty: as it is
  std::uint32_t day = 0; ///< of the plan, from 1; 0: as it is
  std::uint32_t days = 10;
  /// Recipients that wait and need permits of it, each group with what it leaves from.
  struct group {
    std::vector<ip_address> sources;
    domain_name sender_domain;
    mail_class importance = mail_class::batch;
    std::uint64_t waiting = 0;
  };
  std::vector<group> waiting;
};
struct ledger_outlook {
  struct day {
    std::uint32_t level = 0; ///< the plan's day, when every day before it is used
    wall_time at{};          ///< when it begins
    std::optional<std::uint64_t> limit;
    std::uint64_t forecast = 0; ///< of what waits now, so many go on it
  };
  std::vector<day> days;              ///< the first is today
  std::optional<wall_time> finish_at; ///< when what waits now has gone; none: not under these rules
};
struct ledger_preview {
  bool exists = true; ///< else it would be started, and `before` has no limits
  ledger_outlook before;
  ledger_outlook after;
};

} // namespace warmfront
