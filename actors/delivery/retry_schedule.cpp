#include "actors/delivery/retry_schedule.hpp"

#include <algorithm>
#include <cassert>

namespace warmfront {

milliseconds retry_schedule::backoff(std::uint32_t attempts, random_source& random) const {
  assert(attempts >= 1);
  const auto doublings = std::min<std::uint32_t>(attempts - 1, 30);
  const auto exact =
      std::min<std::int64_t>(first.count() << std::min<std::uint32_t>(doublings, 20), last.count());
  const auto jittered = static_cast<double>(exact) * (0.8 + 0.4 * random.unit());
  return milliseconds{std::max<std::int64_t>(1, static_cast<std::int64_t>(jittered))};
}

} // namespace warmfront
