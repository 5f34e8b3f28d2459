// Chunks: immutable octets that are stored once, whoever needs them.
#pragma once

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
struct fetch_chunk {
  chunk_id id;
};

} // namespace warmfront
