// A piece of a group: up to a thousand recipients in immutable octets.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"
#include "actors/groups/list_row.hpp"

namespace warmfront {

inline constexpr std::size_t segment_recipients_max = 1'000;
inline constexpr std::size_t segment_octets_max = 1u << 20;

struct list_recipient {
  std::string address; ///< normalised
  /// Aligned with the names of the segment; those behind the last one are absent.
  std::vector<std::optional<std::string>> values;

  friend bool operator==(const list_recipient&, const list_recipient&) = default;
};

struct list_segment {
  std::vector<std::string> names; ///< each once, at most `list_names_max`
  std::vector<list_recipient> recipients;

  friend bool operator==(const list_segment&, const list_segment&) = default;
};

/// What a recipient adds to the octets of a segment, at the most.
[[nodiscard]] std::size_t encoded_octets_max(const list_recipient& recipient) noexcept;
/// The sum of `encoded_octets_max` that fits into a segment.
inline constexpr std::size_t segment_room = segment_octets_max - 16 * 1024;

/// The same recipients with the same values give the same octets, whatever the order of the names
/// and whichever names nobody has a value for. `storage::chunk_id_of` names them.
/// @pre within `segment_recipients_max` and `segment_room`.
[[nodiscard]] std::string encode(const list_segment& value);
/// Gives only names that somebody has a value for, ascending, and all values. Fails with
/// `storage_corrupt`, or `storage_newer` for a schema that this release does not know.
[[nodiscard]] result<list_segment> decode_segment(std::string_view octets);

} // namespace warmfront
