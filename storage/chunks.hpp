// Chunks: immutable octets in family `segments`, named by their SHA-256. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "actors/core/chunk_id.hpp"
#include "storage/store.hpp"

namespace warmfront::storage {

/// A chunk has at most this many octets: an attachment of the largest mail, with some room.
inline constexpr std::size_t chunk_octets_max = 16u << 20;

/// The name that octets have.
[[nodiscard]] chunk_id chunk_id_of(std::string_view octets);

[[nodiscard]] std::string chunk_key(const chunk_id& id);
/// When a chunk was last stored here, or last known to be of use, in seconds since 1970. It is
/// there when the chunk is, and so an index of all, whose values are small.
[[nodiscard]] std::string chunk_time_key(const chunk_id& id);
[[nodiscard]] std::string all_chunk_times_prefix();
[[nodiscard]] std::optional<chunk_id> parse_chunk_time_key(std::string_view key);

/// All chunks' keys start with this.
[[nodiscard]] std::string all_chunks_prefix();
[[nodiscard]] std::optional<chunk_id> parse_chunk_key(std::string_view key);

} // namespace warmfront::storage
