// Tasks, occurrences and segments as stored.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "actors/core/error.hpp"
#include "actors/messages/tasks.hpp"

namespace warmfront {

inline constexpr std::string_view tasks_prefix = "tasks/";

/// Names an occurrence of a task.
struct occurrence_name {
  task_id task = task_id::none;
  std::uint64_t number = 0;
  friend auto operator<=>(const occurrence_name&, const occurrence_name&) = default;
};
/// Names a segment of an occurrence.
struct segment_name {
  occurrence_name of;
  std::uint32_t number = 0;
  friend auto operator<=>(const segment_name&, const segment_name&) = default;
};

/// Holds the greatest id that was given out.
[[nodiscard]] std::string last_task_key();
[[nodiscard]] std::string task_key(task_id id);
[[nodiscard]] std::string occurrence_key(const occurrence_name& name);
[[nodiscard]] std::string segment_key(const segment_name& name);
/// The segments of a task start with this.
[[nodiscard]] std::string segments_prefix(task_id id);

/// What a key is about.
struct parsed_task_key {
  enum class kind : std::uint8_t { last, task, occurrence, segment };
  kind what = kind::last;
  segment_name name; ///< as far as the kind has it
};
/// None for keys of later releases.
[[nodiscard]] std::optional<parsed_task_key> parse_task_key(std::string_view key);

/// What the key says is not in the records.
[[nodiscard]] std::string encode(const task& value);
[[nodiscard]] std::string encode(const task_occurrence& value);
[[nodiscard]] std::string encode(const task_segment& value);
/// Fail with `storage_corrupt`, or `storage_newer` for a schema or state that this release does not
/// know.
[[nodiscard]] result<task> decode_task(task_id id, std::string_view octets);
[[nodiscard]] result<task_occurrence> decode_occurrence(const occurrence_name& name,
                                                        std::string_view octets);
[[nodiscard]] result<task_segment> decode_segment(const segment_name& name,
                                                  std::string_view octets);

} // namespace warmfront
