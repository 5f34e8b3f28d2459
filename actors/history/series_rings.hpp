// Curves of a node: a day of minutes and thirty days of hours. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"
#include "actors/messages/operations.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// All records start with this, in `family::counters`.
inline constexpr std::string_view series_prefix = "series/";

/// Samples in rings that never grow. Not thread-safe.
class series_rings {
public:
  static constexpr std::size_t minutes_kept = 24 * 60;
  static constexpr std::size_t hours_kept = 30 * 24;

  series_rings() : minutes_(minutes_kept), hours_(hours_kept) {}

  /// A record as written before. Others than those of this release are an error, and left out.
  [[nodiscard]] result<void> load(std::string_view key, std::string_view value);
  /// What happened since the sample before, and how the levels are, is of the minute in which most
  /// of that time lies. @returns what is to be written.
  std::vector<storage::key_value> add(wall_time now, const series_values& values);
  /// Steps that have not ended are as far as they went. At most as many as a ring has places.
  [[nodiscard]] series_report read(const read_series& question, wall_time now) const;

private:
  struct place {
    std::int64_t at = -1; ///< seconds since 1970; -1: nothing yet
    series_values values{};
  };
  using ring = std::vector<place>;

  static place& find(ring& in, std::int64_t at, std::int64_t length);
  static const place* find(const ring& in, std::int64_t at, std::int64_t length);
  [[nodiscard]] std::optional<series_values> step(std::int64_t at, std::int64_t length) const;

  ring minutes_;
  ring hours_;
};

} // namespace warmfront
