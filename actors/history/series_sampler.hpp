// From totals, as roles count them since they started, to what happened since the last look. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/messages/operations.hpp"
#include "actors/messages/statistics.hpp"

namespace warmfront {

class series_sampler {
public:
  struct totals {
    delivery_counts delivery;  ///< since the start
    std::uint64_t backlog = 0; ///< recipients that wait
    std::uint64_t used = 0;    ///< permits of today
    /// By day (`2026-11-24`), of the last days; none: they could not be read.
    std::optional<std::map<std::string, std::uint64_t>> complained;
  };
  /// What happened since the last call. What could not be read comes with the next sample.
  [[nodiscard]] series_values take(const totals& now);

private:
  delivery_counts before_;
  /// As they were; none: not read yet, and what there is belongs to times before.
  std::optional<std::map<std::string, std::uint64_t>> complained_;
};

} // namespace warmfront
