// Latencies in a log-linear histogram: fixed memory, error at most one eighth.
#pragma once

#include <array>
#include <cstdint>

namespace warmfront::bench {

/// Nanoseconds of the monotonic clock, which source and sink on one machine share.
[[nodiscard]] std::uint64_t monotonic_ns();
/// Seconds of processor time this process has used.
[[nodiscard]] double processor_seconds();

/// Counts microseconds in eight steps per power of two.
class latency_histogram {
public:
  void add(std::uint64_t microseconds);
  void clear() { *this = latency_histogram{}; }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t greatest() const { return greatest_; }
  /// The lower end of the step that holds the share `quantile` (0..1) of all; 0 when empty.
  [[nodiscard]] std::uint64_t percentile(double quantile) const;

private:
  static constexpr std::size_t steps = 320;
  std::array<std::uint64_t, steps> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t greatest_ = 0;
};

} // namespace warmfront::bench
