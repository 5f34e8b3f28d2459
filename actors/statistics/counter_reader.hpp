// Sums read from the counters on the disk: this node's, and those that it keeps of others.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "actors/statistics/statistics_frames.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// What the counters whose keys begin with `prefix` add up to, with what was taken back.
[[nodiscard]] result<std::vector<statistics_row>> sum_counters(const storage::store& store,
                                                               const std::string& prefix,
                                                               const sum_statistics& question);

/// Whose counters are kept here, and how far.
struct kept_origin {
  counters_origin origin;
  wall_time as_of{}; ///< 1970: not complete
};
[[nodiscard]] result<std::vector<kept_origin>> kept_origins(const storage::store& store);

/// What is kept of others, but not of these.
[[nodiscard]] result<std::vector<sum_of_origin>> sum_kept(const storage::store& store,
                                                          const sum_statistics& question,
                                                          const std::set<counters_origin>& but);

} // namespace warmfront
