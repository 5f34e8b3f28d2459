// Shorthands of these tests.
#pragma once

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "actors/recurring/recurrence.hpp"

namespace warmfront::testing {

/// `2026-03-29T01:30:00Z`.
inline wall_time utc(const std::string& text) {
  const auto time = parse_rfc3339(text);
  if (!time)
    FAIL("not a time: " + text);
  return *time;
}

inline recurrence by_rule(const std::string& start, const std::string& rrule,
                          const std::string& timezone = "UTC") {
  recurrence what;
  what.start_at = utc(start);
  what.repeat = recurrence::by_rule{rrule, timezone};
  return what;
}

inline recurrence every(const std::string& start, std::chrono::hours interval) {
  recurrence what;
  what.start_at = utc(start);
  what.repeat = recurrence::every{interval};
  return what;
}

/// The first occurrences after a time, without milliseconds.
inline std::vector<std::string> firings(const recurrence& what, std::size_t limit,
                                        wall_time after = wall_time::min()) {
  const auto found = next_occurrences(what, after, limit);
  if (!found)
    FAIL(to_string(found.error()));
  std::vector<std::string> texts;
  for (const auto& each : found.value()) {
    const auto text = to_rfc3339(each.at);
    CHECK(text.substr(19) == ".000Z");
    texts.push_back(text.substr(0, 19) + "Z");
  }
  return texts;
}

} // namespace warmfront::testing
