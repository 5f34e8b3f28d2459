// What the cluster knows of a ledger, and the arithmetic of its days.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/container/flat_map.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "actors/messages/reports.hpp"
#include "actors/warmup/day_rule.hpp"

namespace warmfront {

/// A ledger as stored. Its days are counted from its start and never go backward: the last opened
/// day is durable, and what the clock says can only add to it.
struct ledger_record {
  plan_name plan;
  std::uint32_t opened_day = 0;    ///< the last day that was opened
  wall_time day_started_at{};      ///< of the opened day: the anchor of the days after it
  std::uint32_t base_day = 0;      ///< on this day of the ledger …
  std::uint32_t base_position = 1; ///< … the plan was at this day, counted from 1
  bool paused = false;
  /// Before this day of the ledger an early weak signal holds it: less a day, and no progress.
  std::uint32_t held_until = 0;
  std::optional<std::uint32_t> blocked_day = {}; ///< nothing more may be sent on it
  std::vector<ledger_move> moves = {};           ///< the last ones, newest last
  friend bool operator==(const ledger_record&, const ledger_record&) = default;
};

/// Permits by provider, in order of name. Flat: ten thousand ledgers have one for each node.
using provider_permits = boost::container::flat_map<provider_name, std::uint64_t>;

/// What one node may give out on a ledger's day.
struct ledger_grant {
  node_name node;
  std::uint64_t permits = 0;
  /// Of them at most this many at a provider, for each that the plan limits. `*`: at each other
  /// provider.
  provider_permits providers = {};
  std::uint64_t used = 0;      ///< when the node wrote this last
  quality_counts quality = {}; ///< the same
  /// At every provider all that the plan allows, whatever it comes to say: nobody else has a lease
  /// of the day. No provider is named then, which keeps a record small that every day writes.
  bool whole = false;
  friend bool operator==(const ledger_grant&, const ledger_grant&) = default;
};

/// The leases of one ledger's day: how many permits each node may give out.
struct ledger_day_record {
  std::vector<ledger_grant> grants;
  friend bool operator==(const ledger_day_record&, const ledger_day_record&) = default;
};

/// At most this many permits of a day were spent by the node, in all and at each provider.
struct permit_mark {
  std::uint64_t used = 0;
  provider_permits providers = {};
  friend bool operator==(const permit_mark&, const permit_mark&) = default;
};

/// What a node remembers of a ledger, so that it can start and spend its lease while the control
/// store is away. Never more than what the node may spend: an old one is safe.
struct ledger_memory {
  ledger_record record; ///< without its moves
  std::uint32_t day = 0;
  std::optional<ledger_grant> lease; ///< the node's own of that day; none: not open
  bool given_back = false;           ///< the rest was given back, perhaps without success
  friend bool operator==(const ledger_memory&, const ledger_memory&) = default;
};

/// The delivery quality of a ledger's day, as counted on this node.
struct day_quality {
  std::uint32_t day = 0;
  quality_counts counts;
  bool kept = false; ///< the day has ended, and is in the history
  friend bool operator==(const day_quality&, const day_quality&) = default;
};

/// A ledger that starts now.
[[nodiscard]] ledger_record new_ledger(plan_name plan, wall_time now);

/// The day of the ledger at a moment: never before the opened day.
[[nodiscard]] std::uint32_t day_at(const ledger_record& ledger, wall_time now,
                                   const day_rule& days);
/// When a day begins; saturates at the end of time. @pre `day` >= the opened day.
[[nodiscard]] wall_time day_start(const ledger_record& ledger, std::uint32_t day,
                                  const day_rule& days);
/// The plan's day on the opened day of the ledger, from 1; on a later one if nothing but the
/// calendar moves it. See `progress`.
[[nodiscard]] std::uint32_t plan_position(const ledger_record& ledger, std::uint32_t day);

/// The ledger with day `day` opened.
[[nodiscard]] ledger_record with_opened_day(ledger_record ledger, std::uint32_t day,
                                            const day_rule& days);
/// The ledger moved to a day of its plan. When the clock was set back, so that the opened day has
/// not begun yet, the day begins now: else it would not end before the clock has caught up. Holds
/// and blocks end.
[[nodiscard]] ledger_record with_position(ledger_record ledger, std::uint32_t position,
                                          wall_time now, const day_rule& days);
/// The ledger with one more move; the oldest goes when there are more than eight.
[[nodiscard]] ledger_record with_move(ledger_record ledger, const ledger_move& move);

/// Whether a ledger can be about this: an IP address in canonical text or a domain. Fails with
/// `invalid_argument`.
[[nodiscard]] result<void> check_subject(const ledger_subject& subject);
/// Whether the subject is a domain and not an address.
[[nodiscard]] bool is_domain_subject(std::string_view subject);

// ---- keys and values ----------------------------------------------------------------------

[[nodiscard]] std::string plan_key(const plan_name& name);
[[nodiscard]] std::string ledger_key(std::string_view subject);
[[nodiscard]] std::string ledger_day_key(std::string_view subject, std::uint32_t day);
/// In `family::ledger`.
[[nodiscard]] std::string mark_key(std::string_view subject, std::uint32_t day);
inline constexpr std::string_view plan_prefix = "plans/";
inline constexpr std::string_view ledger_prefix = "ledgers/";
inline constexpr std::string_view mark_prefix = "mark/";
/// In `family::ledger`.
[[nodiscard]] std::string memory_key(std::string_view subject);
inline constexpr std::string_view memory_prefix = "lease/";
/// In `family::ledger`: a plan as last seen.
[[nodiscard]] std::string plan_memory_key(const plan_name& name);
inline constexpr std::string_view plan_memory_prefix = "plan/";
/// In `family::ledger`: the delivery quality of the day that the record names.
[[nodiscard]] std::string quality_key(std::string_view subject);
inline constexpr std::string_view quality_prefix = "quality/";
/// There when what is remembered was the whole of what the control store held.
inline constexpr std::string_view memory_complete_key = "lease";

/// A subject and, in the key of a day or a mark, the day.
struct ledger_key_parts {
  std::string_view subject;
  std::optional<std::uint32_t> day;
};
/// Takes apart `ledgers/SUBJECT` and `ledgers/SUBJECT/days/N`; none for anything else.
[[nodiscard]] std::optional<ledger_key_parts> parse_ledger_key(std::string_view key);
/// Takes apart `mark/SUBJECT/N`.
[[nodiscard]] std::optional<ledger_key_parts> parse_mark_key(std::string_view key);

[[nodiscard]] std::string encode(const plan& value);
[[nodiscard]] std::string encode(const ledger_record& value);
[[nodiscard]] std::string encode(const ledger_day_record& value);
[[nodiscard]] std::string encode(const permit_mark& value);
[[nodiscard]] std::string encode(const ledger_memory& value);
[[nodiscard]] std::string encode(const day_quality& value);
/// Fail with `storage_corrupt`, or `storage_newer` for a schema this release does not know.
[[nodiscard]] result<plan> decode_plan(plan_name name, std::string_view octets);
[[nodiscard]] result<ledger_record> decode_ledger(std::string_view octets);
[[nodiscard]] result<ledger_day_record> decode_ledger_day(std::string_view octets);
[[nodiscard]] result<permit_mark> decode_mark(std::string_view octets);
[[nodiscard]] result<ledger_memory> decode_memory(std::string_view octets);
[[nodiscard]] result<day_quality> decode_quality(std::string_view octets);

} // namespace warmfront
