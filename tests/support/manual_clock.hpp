// A clock that moves only when a test says so.
#pragma once

#include "actors/core/clock.hpp"

namespace warmfront::testing {

class manual_clock final : public clock {
public:
  /// Starts at 2026-01-01 00:00:00 UTC.
  manual_clock() = default;
  [[nodiscard]] wall_time wall_now() const override { return wall_; }
  [[nodiscard]] steady_time steady_now() const override { return steady_; }

  /// Lets time pass: both clocks move.
  void advance(microseconds by) {
    wall_ += by;
    steady_ += by;
  }
  /// Sets the wall clock, as an operator or NTP does: the steady clock stays.
  void jump(microseconds by) { wall_ += by; }

private:
  wall_time wall_{seconds{1'767'225'600}};
  steady_time steady_{std::chrono::hours{1}};
};

} // namespace warmfront::testing
