// Chunks: immutable octets that are stored once, whoever needs them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/core/chunk_id.hpp"

namespace warmfront {

using chunk_octets = std::shared_ptr<const std::string>;

/// Makes octets durable under their names. What is there already is not written again.
struct store_chunks {
  std::vector<chunk_octets> chunks;
};
struct stored_chunks {
  std::vector<chunk_id> ids; ///< in the order of the chunks
};
/// From this node's disk or, when it is not there, from a peer's.
struct fetch_chunk {
  chunk_id id;
};
/// Admin → chunks.
struct count_chunks {};
/// Since the start.
struct chunk_counts {
  std::uint64_t single_copies = 0; ///< stored without a second copy, though one was wanted
  std::uint64_t fetched = 0;       ///< from peers
  std::uint64_t swept = 0;         ///< removed, since nothing referred to them
};

/// Frames between nodes of this kind and above are about chunks.
inline constexpr std::uint16_t chunk_frames_first = 128;

} // namespace warmfront
