// Which counters have changed, for who keeps a copy of them elsewhere. Thread-safe.
#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <string>

#include "storage/statistics.hpp"

namespace warmfront::storage {

/// Roles say what they have added to; who copies the counters takes the keys and reads the values.
class changed_counters {
public:
  struct changes {
    std::set<std::string> keys;
    bool are_too_many = false; ///< not all are named: whatever is of these days may have changed
  };

  /// @pre what was counted is durable.
  void note(const statistics_tally& tally);
  /// What was noted since the last call.
  [[nodiscard]] changes take();

private:
  static constexpr std::size_t keys_max = 100'000;

  std::mutex mutex_;
  changes noted_;
};

} // namespace warmfront::storage
