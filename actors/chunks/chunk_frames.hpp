// What nodes say to each other about chunks, as octets. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/core/chunk_id.hpp"
#include "actors/core/error.hpp"
#include "actors/messages/chunks.hpp"
#include "actors/messages/cluster.hpp"

namespace warmfront {

/// Frames of this role. Append only.
enum class chunk_frame : std::uint16_t {
  offer = chunk_frames_first, ///< `numbered_chunks`: keep these
  kept,                       ///< `numbered_chunks`: those that are durable now
  ask_part,
  part,
};

/// The most that one frame has of a chunk: mail and heartbeats wait no longer behind it.
inline constexpr std::size_t chunk_part_octets_max = 512u << 10;
/// The most ids of one frame.
inline constexpr std::size_t offered_chunks_max = 200;

struct numbered_chunks {
  std::uint64_t number = 0;
  std::vector<chunk_id> ids;
  friend bool operator==(const numbered_chunks&, const numbered_chunks&) = default;
};
struct chunk_part_question {
  std::uint64_t number = 0;
  chunk_id id;
  std::uint64_t offset = 0;
  friend bool operator==(const chunk_part_question&, const chunk_part_question&) = default;
};
struct chunk_part {
  std::uint64_t number = 0;
  bool present = false;
  std::uint64_t total = 0; ///< octets of the whole chunk
  std::string octets;
  friend bool operator==(const chunk_part&, const chunk_part&) = default;
};

[[nodiscard]] peer_frame encode_offer(const numbered_chunks& value);
[[nodiscard]] peer_frame encode_kept(const numbered_chunks& value);
[[nodiscard]] peer_frame encode(const chunk_part_question& value);
[[nodiscard]] peer_frame encode(const chunk_part& value);
/// Fail with `protocol` for octets that are no such frame, or more than one may have.
[[nodiscard]] result<numbered_chunks> decode_offer(const std::string& octets);
[[nodiscard]] result<numbered_chunks> decode_kept(const std::string& octets);
[[nodiscard]] result<chunk_part_question> decode_part_question(const std::string& octets);
[[nodiscard]] result<chunk_part> decode_part(const std::string& octets);

} // namespace warmfront
