// Where rooms say what happened: one structured line per event.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <variant>

namespace warmfront {

enum class log_level : std::uint8_t { trace, debug, info, warn, error };

/// A field of an event: text, number or truth. The text need not outlive the call.
struct log_field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;
};

/// Thread-safe. Never blocks for long, never throws; events that cannot be written are counted.
class event_log {
public:
  virtual ~event_log() = default;
  /// Whether events of this level are written: ask before building costly fields.
  [[nodiscard]] virtual bool enabled(log_level level) const noexcept = 0;
  /// Writes one line: time, level, `event` as a stable snake_case name, then the fields.
  virtual void write(log_level level, std::string_view event,
                     std::initializer_list<log_field> fields) = 0;
};

} // namespace warmfront
