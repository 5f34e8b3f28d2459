// Whoever supervises the process, usually systemd: is told how the node is.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "actors/core/clock.hpp"

namespace warmfront {

/// The protocol of sd_notify(3): a datagram of lines to the socket that NOTIFY_SOCKET names, be it
/// a path or an abstract name (`@…`). What cannot be sent is nobody's loss. Thread-safe.
class supervisor {
public:
  /// @param socket empty: nobody supervises. @param watchdog within which a beat is expected.
  explicit supervisor(std::string socket,
                      std::optional<std::chrono::microseconds> watchdog = std::nullopt);
  /// As the environment of this process has it: NOTIFY_SOCKET, WATCHDOG_USEC, and WATCHDOG_PID,
  /// which says for whom the watchdog is.
  [[nodiscard]] static supervisor from_environment();

  /// How often `beat` is to be called; none: there is no watchdog.
  [[nodiscard]] std::optional<milliseconds> beat_every() const;

  /// The node is there, after a start or a reload.
  void ready(std::string_view status) const;
  /// The configuration is read again; `ready` follows.
  void reloading(steady_time now) const;
  /// The same process starts anew; `ready` follows, and no beat before it.
  void starting_anew(steady_time now) const;
  void stopping() const;
  /// The process does not hang.
  void beat(std::string_view status) const;

private:
  void tell(const std::string& lines) const;

  std::string socket_;
  std::optional<std::chrono::microseconds> watchdog_;
};

} // namespace warmfront
