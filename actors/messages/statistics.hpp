// What became of mail, counted by day: questions and answers.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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
  std::uint64_t deferred = 0; ///< attempts, not recipients
  std::uint64_t invalid = 0;  ///< of the bounced: there is no such recipient
  std::uint64_t spam = 0;     ///< of the bounced: refused as spam, or for the sender's reputation
  std::uint64_t opened = 0;   ///< how often, by people as far as it can be told
  std::uint64_t opened_unique = 0;    ///< recipients
  std::uint64_t opened_automated = 0; ///< how often, by programs
  std::uint64_t clicked = 0;
  std::uint64_t clicked_unique = 0;
  std::uint64_t clicked_automated = 0;
  std::uint64_t complained = 0;
  std::uint64_t unsubscribed = 0;

  daily_counts& operator+=(const daily_counts& more);
  friend bool operator==(const daily_counts&, const daily_counts&) = default;
};

/// The counts by the names under which they are shown.
struct count_field {
  const char* name;
  std::uint64_t daily_counts::*value;
};
inline constexpr std::array<count_field, 18> count_fields{{
    {"requests", &daily_counts::requests},
    {"accepted", &daily_counts::accepted},
    {"delivered", &daily_counts::delivered},
    {"bounced", &daily_counts::bounced},
    {"expired", &daily_counts::expired},
    {"suppressed", &daily_counts::suppressed},
    {"cancelled", &daily_counts::cancelled},
    {"deferred", &daily_counts::deferred},
    {"invalid", &daily_counts::invalid},
    {"spam", &daily_counts::spam},
    {"opened", &daily_counts::opened},
    {"opened_unique", &daily_counts::opened_unique},
    {"opened_automated", &daily_counts::opened_automated},
    {"clicked", &daily_counts::clicked},
    {"clicked_unique", &daily_counts::clicked_unique},
    {"clicked_automated", &daily_counts::clicked_automated},
    {"complained", &daily_counts::complained},
    {"unsubscribed", &daily_counts::unsubscribed},
}};
inline daily_counts& daily_counts::operator+=(const daily_counts& more) {
  for (const auto& field : count_fields)
    this->*field.value += more.*field.value;
  return *this;
}

/// What a row stands for.
enum class counted_by : std::uint8_t {
  day,
  sender_domain,
  receiver,
  provider,
  source,
  task,
  from_template
};

struct statistics_row {
  std::string of; ///< a day (`2026-11-24`), a domain, …: what the first of `by` says
  daily_counts counts;
  std::vector<std::string> further = {}; ///< the same for each further one

  friend bool operator==(const statistics_row&, const statistics_row&) = default;
};

/// Rows come in their order; a row without counts is left out. `limit_exceeded` when there are more
/// than a hundred thousand.
struct sum_statistics {
  account_name account; ///< empty: of all
  utc_day from{};
  utc_day to{};              ///< the last day; at most 366 days from the first
  domain_name sender_domain; ///< empty: of all
  domain_name receiver;      ///< empty: of all
  counted_by by = counted_by::day;
  std::vector<counted_by> further_by = {}; ///< rows of combinations; not with `receiver`
  provider_name provider = {};             ///< empty: of all
  ip_address source = {};                  ///< empty: of all
  std::optional<task_id> task = {};        ///< none: of all
  template_name from_template = {};        ///< empty: of all
  bool here_only = false;                  ///< what this node itself has counted
};

/// Of all nodes. What a node has counted is told by itself, else by one that keeps its counts.
struct statistics_report {
  std::vector<statistics_row> rows;
  std::vector<node_name> unanswered; ///< nodes whose counts are missing, or are not the newest
};

/// Frames of the statistics role, by which nodes ask each other and keep each other's counts.
inline constexpr std::uint16_t statistics_frames_first = 448;

} // namespace warmfront
