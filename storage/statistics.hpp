// Daily statistics: counters of what became of recipients. Pure: builds keys and addends; they are
// committed with what they count, so that a count is exactly as durable as that.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"
#include "storage/spool.hpp"
#include "storage/store.hpp"

namespace warmfront::storage {

/// What happened to a recipient. Append only: the numbers are in keys.
enum class counted : std::uint8_t {
  accepted = 1, ///< taken over, to be sent
  suppressed,   ///< asked for, and not to be sent
  delivered,
  bounced,
  expired,
  cancelled,
};

/// A counter of `family::counters`.
struct statistics_key {
  utc_day day{};
  account_name account;
  domain_name sender_domain; ///< of the envelope
  domain_name receiver;      ///< the recipient's domain as given, in lower case
  counted what = counted::accepted;

  friend auto operator<=>(const statistics_key&, const statistics_key&) = default;
};

[[nodiscard]] std::string encode(const statistics_key& key);
/// None for other keys, also of later releases.
[[nodiscard]] std::optional<statistics_key> parse_statistics_key(std::string_view key);
/// All counters of a day start with this; with an account those of that account.
[[nodiscard]] std::string statistics_prefix(utc_day day, const account_name& account = {});

/// Adds up what one batch counts: one addend for each counter.
class statistics_tally {
public:
  /// Reports that this node makes are nobody's mail: they are not counted. `times` may be negative,
  /// when what was counted is taken back.
  void add(const spooled_message& message, std::uint32_t recipient, counted what, wall_time at,
           std::int64_t times = 1);
  /// All recipients of a mail as it was taken over: accepted, or suppressed.
  void add_acceptance(const spooled_message& message, const ended_recipients& ended,
                      std::int64_t times = 1);
  void write(batch& to) const;

private:
  std::map<std::string, std::int64_t> counters_; // by key
};

} // namespace warmfront::storage
