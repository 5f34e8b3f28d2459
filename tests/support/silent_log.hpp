// An event log that only counts, by level.
#pragma once

#include <array>
#include <cstddef>

#include "actors/core/event_log.hpp"

namespace warmfront::testing {

class silent_log final : public event_log {
public:
  [[nodiscard]] bool enabled(log_level) const noexcept override { return true; }
  void write(log_level level, std::string_view, std::initializer_list<log_field>) override {
    ++written_[static_cast<std::size_t>(level)];
  }
  [[nodiscard]] std::size_t written(log_level level) const {
    return written_[static_cast<std::size_t>(level)];
  }

private:
  std::array<std::size_t, 5> written_{};
};

} // namespace warmfront::testing
