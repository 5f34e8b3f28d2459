// Randomness is injected, so that a test replays from its seed.
#pragma once

#include <cstdint>
#include <random>

namespace warmfront {

/// A source of random bits. Not thread-safe: each owner has its own.
class random_source {
public:
  virtual ~random_source() = default;
  /// 64 uniformly distributed bits.
  [[nodiscard]] virtual std::uint64_t next() = 0;
  /// Uniform in [0, 1).
  [[nodiscard]] double unit() {
    constexpr double scale = 1.0 / 9007199254740992.0; // 2^-53
    return static_cast<double>(next() >> 11) * scale;
  }
};

/// Pseudo-random bits from a seed: jitter, identifiers, tests. Not for secrets.
class seeded_random final : public random_source {
public:
  explicit seeded_random(std::uint64_t seed) : engine_{seed} {}
  [[nodiscard]] std::uint64_t next() override { return engine_(); }

private:
  std::mt19937_64 engine_;
};

/// A seed from the operating system.
[[nodiscard]] std::uint64_t random_seed();

} // namespace warmfront
