#include "tests/bench/latency.hpp"

#include <algorithm>
#include <bit>
#include <ctime>

namespace warmfront::bench {
namespace {

std::uint64_t read_clock(clockid_t which) {
  timespec now{};
  clock_gettime(which, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
         static_cast<std::uint64_t>(now.tv_nsec);
}

/// Below eight every value has its own step; above, a step is an eighth of a power of two.
std::size_t step_of(std::uint64_t value) {
  if (value < 8) {
    return static_cast<std::size_t>(value);
  }
  const auto exponent = static_cast<unsigned>(std::bit_width(value)) - 1;
  return (exponent - 2) * 8 + static_cast<std::size_t>((value >> (exponent - 3)) & 7);
}

std::uint64_t lower_end(std::size_t step) {
  if (step < 8) {
    return step;
  }
  return static_cast<std::uint64_t>(8 + step % 8) << (step / 8 - 1);
}

} // namespace

std::uint64_t monotonic_ns() {
  return read_clock(CLOCK_MONOTONIC);
}

double processor_seconds() {
  return static_cast<double>(read_clock(CLOCK_PROCESS_CPUTIME_ID)) / 1e9;
}

void latency_histogram::add(std::uint64_t microseconds) {
  ++counts_[std::min(step_of(microseconds), steps - 1)];
  ++count_;
  greatest_ = std::max(greatest_, microseconds);
}

std::uint64_t latency_histogram::percentile(double quantile) const {
  std::uint64_t seen = 0;
  for (std::size_t step = 0; step < steps; ++step) {
    seen += counts_[step];
    if (count_ > 0 && static_cast<double>(seen) >= quantile * static_cast<double>(count_)) {
      return lower_end(step);
    }
  }
  return 0;
}

} // namespace warmfront::bench
