// The event log as JSON lines, written by spdlog.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/core/event_log.hpp"

namespace spdlog {
class logger;
}

namespace warmfront {

/// One JSON object a line: `time`, `level`, `event`, then the event's own fields. Lines are flushed
/// once a second and after every error.
class json_log final : public event_log {
public:
  /// `file` empty: standard error. @returns an error that names a file which cannot be opened.
  [[nodiscard]] static result<std::unique_ptr<json_log>>
  open(const std::string& file, const std::string& level, const clock& time);

  ~json_log() override;
  [[nodiscard]] bool enabled(log_level level) const noexcept override;
  void write(log_level level, std::string_view event,
             std::initializer_list<log_field> fields) override;
  /// A level by its name in node.toml; unknown names change nothing.
  void set_level(const std::string& level) noexcept;

private:
  json_log(std::shared_ptr<spdlog::logger> lines, const clock& time);
  std::shared_ptr<spdlog::logger> lines_;
  const clock& time_;
  std::atomic<log_level> level_{log_level::info};
};

/// Appends `text` as a JSON string with its quotes; octets that are no UTF-8 become U+FFFD.
void append_json_string(std::string& to, std::string_view text);

} // namespace warmfront
