// What became of mail, counted by day: questions and answers.
#pragma once

#include <cstdint>
#include <string>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"

namespace warmfront {

/// Recipients. What is counted belongs to the UTC day on which it happened.
struct daily_counts {
  std::uint64_t requests = 0; ///< asked for: accepted and suppressed
  std::uint64_t accepted = 0; ///< to be sent
  std::uint64_t delivered = 0;
  std::uint64_t bounced = 0;
  std::uint64_t expired = 0;
  std::uint64_t suppressed = 0;
  std::uint64_t cancelled = 0;

  friend bool operator==(const daily_counts&, const daily_counts&) = default;
};

/// What a row stands for.
enum class counted_by : std::uint8_t { day, sender_domain, receiver };

struct statistics_row {
  std::string of; ///< a day (`2026-11-24`) or a domain
  daily_counts counts;

  friend bool operator==(const statistics_row&, const statistics_row&) = default;
};

/// Of this node alone. Rows come in the order of `of`; a row without counts is left out.
struct sum_statistics {
  account_name account; ///< empty: of all
  utc_day from{};
  utc_day to{};              ///< the last day; at most 366 days from the first
  domain_name sender_domain; ///< empty: of all
  domain_name receiver;      ///< empty: of all
  counted_by by = counted_by::day;
};

} // namespace warmfront
