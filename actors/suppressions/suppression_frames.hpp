// What nodes say to each other about suppressions, as octets. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "actors/core/error.hpp"
#include "actors/messages/cluster.hpp"
#include "actors/messages/suppressions.hpp"
#include "storage/suppression_table.hpp"

namespace warmfront {

/// Append only.
enum class suppression_frame : std::uint16_t {
  vector = suppression_frames_first,
  ask,
  changes,
};

/// The most that one frame has: mail and heartbeats wait no longer behind it.
inline constexpr std::size_t suppressions_per_frame = 1000;
inline constexpr std::size_t suppression_frame_octets = 256u << 10;
/// Data directories that ever were in a cluster.
inline constexpr std::size_t suppression_origins_max = 10'000;

struct suppression_question {
  std::uint64_t number = 0;
  std::uint64_t origin = 0;
  std::uint64_t after = 0;
  friend bool operator==(const suppression_question&, const suppression_question&) = default;
};
struct numbered_suppressions {
  std::uint64_t number = 0; ///< of the question
  storage::suppression_changes what;
  friend bool operator==(const numbered_suppressions&, const numbered_suppressions&) = default;
};

[[nodiscard]] peer_frame encode(const storage::suppression_vector& value);
[[nodiscard]] peer_frame encode(const suppression_question& value);
[[nodiscard]] peer_frame encode(const numbered_suppressions& value);
/// Fail with `protocol` for octets that are no such frame, or more than one may have; with
/// `storage_newer` for entries that this release does not know.
[[nodiscard]] result<storage::suppression_vector>
decode_suppression_vector(const std::string& octets);
[[nodiscard]] result<suppression_question> decode_suppression_question(const std::string& octets);
[[nodiscard]] result<numbered_suppressions> decode_suppression_changes(const std::string& octets);

} // namespace warmfront
