// `warmfront top`: what a cluster does at the moment, on one screen. Pure.
#pragma once

#include <optional>
#include <string>

#include "actors/core/clock.hpp"
#include "admin/api/json.hpp"

namespace warmfront::admin::cli {

/// What the API said, as it said it; null where it did not.
struct top_sample {
  wall_time at{};
  ordered_json cluster; ///< `/v1/cluster`
  ordered_json queues;  ///< `/v1/queues`
  ordered_json ledgers; ///< `/v1/ledgers`
  ordered_json today;   ///< the row of `/v1/statistics` of this day
  ordered_json bounced; ///< `/v1/messages?state=bounced`
};

/// The screen: rates by the difference to an earlier sample of the same day, what waits by its
/// reasons, how much of today's limits is used, the nodes, and who refused mail last.
[[nodiscard]] std::string top_text(const top_sample& now, const std::optional<top_sample>& before);

/// The same for programs, without rates.
[[nodiscard]] ordered_json to_json(const top_sample& now);

} // namespace warmfront::admin::cli
