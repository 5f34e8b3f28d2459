// Which local times a rule means, by the letter of RFC 5545: every day is asked whether it matches.
#pragma once

#include <chrono>
#include <random>
#include <string>
#include <vector>

namespace warmfront::testing {

/// A rule that no text can get wrong. Empty lists are missing parts.
struct rule_model {
  enum class period { hour, day, week, month, year };
  struct weekday_in {
    int position;
    unsigned day; ///< 0 is Sunday
  };

  period freq = period::day;
  int interval = 1;
  unsigned week_start = 1;
  std::vector<int> months, week_numbers, year_days, month_days, hours, positions;
  std::vector<weekday_in> weekdays;

  /// One that the parser accepts.
  static rule_model random(std::mt19937& random);

  [[nodiscard]] std::string text() const;
  /// The times from `start` on, its DTSTART, for so many days.
  [[nodiscard]] std::vector<std::chrono::local_seconds> times(std::chrono::local_seconds start,
                                                              std::chrono::days length) const;

private:
  [[nodiscard]] rule_model with_defaults(std::chrono::local_seconds start) const;
  [[nodiscard]] bool matches(std::chrono::local_days day) const;
  [[nodiscard]] bool matches_weekday(std::chrono::local_days day) const;
  [[nodiscard]] long period_of(std::chrono::local_seconds time) const;
};

} // namespace warmfront::testing
