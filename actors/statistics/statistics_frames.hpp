// What nodes say to each other about statistics, as octets. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/messages/cluster.hpp"
#include "actors/messages/statistics.hpp"
#include "storage/shadow_counters.hpp"
#include "storage/store.hpp"

namespace warmfront {

using storage::counters_origin;

/// Frames of this role. Append only.
enum class statistics_frame : std::uint16_t {
  hello = statistics_frames_first, ///< `counters_origin`: who answers for itself
  keep_counters,
  counters_kept,
  ask_sum,
  sum_part,
};

/// The most counters, and the most rows, of one frame.
inline constexpr std::size_t frame_rows_max = 1'000;
/// Names have at most so many octets.
inline constexpr std::size_t counter_key_octets_max = 2'048;

/// To who keeps the sender's counters: these have these values now.
struct kept_counters {
  std::uint64_t number = 0;
  counters_origin origin;
  std::vector<storage::key_value> rows;
  bool is_complete = false; ///< with these, all that was counted until `as_of` is there
  wall_time as_of{};
  friend bool operator==(const kept_counters&, const kept_counters&) = default;
};
struct counters_receipt {
  std::uint64_t number = 0;
  bool is_kept = false;
  bool was_complete = false; ///< all until some earlier time was there before
  friend bool operator==(const counters_receipt&, const counters_receipt&) = default;
};
struct sum_question {
  std::uint64_t number = 0;
  sum_statistics what;
  std::vector<counters_origin> answering; ///< these tell of themselves
};
/// What one node has counted, as far as a question is about it.
struct sum_of_origin {
  counters_origin origin;
  bool is_own = false; ///< told by the node itself
  wall_time as_of{};   ///< of a kept copy; 1970: it is not complete
  std::vector<statistics_row> rows;
  friend bool operator==(const sum_of_origin&, const sum_of_origin&) = default;
};
struct sum_part {
  std::uint64_t number = 0;
  std::vector<sum_of_origin> origins;
  bool is_last = false;
  std::optional<error> failure;
};

[[nodiscard]] peer_frame encode_hello(const counters_origin& value);
[[nodiscard]] peer_frame encode(const kept_counters& value);
[[nodiscard]] peer_frame encode(const counters_receipt& value);
[[nodiscard]] peer_frame encode(const sum_question& value);
[[nodiscard]] peer_frame encode(const sum_part& value);
/// Fail with `protocol` for octets that are no such frame, or have more than one may have.
[[nodiscard]] result<counters_origin> decode_hello(const std::string& octets);
[[nodiscard]] result<kept_counters> decode_kept_counters(const std::string& octets);
[[nodiscard]] result<counters_receipt> decode_receipt(const std::string& octets);
[[nodiscard]] result<sum_question> decode_sum_question(const std::string& octets);
[[nodiscard]] result<sum_part> decode_sum_part(const std::string& octets);

} // namespace warmfront
