// Whether the spool and its index say the same: what every store holds at any moment.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/core/error.hpp"
#include "storage/store.hpp"

namespace warmfront {

struct spool_findings {
  std::uint64_t messages = 0;
  std::uint64_t waiting = 0; ///< recipients without a final outcome
  std::uint64_t entries = 0; ///< of the index
  /// The first few contradictions, a sentence each.
  std::vector<std::string> faults;
  std::uint64_t faults_count = 0;
};

/// Reads every message, state and index entry: each record can be read; each waiting recipient has
/// its one entry in the index, and its message a body; each entry leads to a recipient that waits
/// there. Mail whose owner other nodes have still to name is passed over.
/// @returns an error of the store when that cannot be read at all.
[[nodiscard]] result<spool_findings> check_spool(const storage::store& in);

} // namespace warmfront
