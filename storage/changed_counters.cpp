#include "storage/changed_counters.hpp"

#include <utility>

namespace warmfront::storage {

void changed_counters::note(const statistics_tally& tally) {
  const std::lock_guard lock{mutex_};
  for (const auto& [key, times] : tally.counters()) {
    if (noted_.keys.size() >= keys_max) {
      noted_.are_too_many = true;
      return;
    }
    if (times != 0)
      noted_.keys.insert(key);
  }
}

changed_counters::changes changed_counters::take() {
  const std::lock_guard lock{mutex_};
  return std::exchange(noted_, {});
}

} // namespace warmfront::storage
