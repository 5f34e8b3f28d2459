// Who is connected and how often a client failed: limits per client address.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "actors/core/clock.hpp"
#include "net/smtp/server_limits.hpp"

namespace warmfront::smtp {

/// Counts connections and failed authentications per client. Its memory is bounded by the
/// connections that are open and those of the last minutes. Not thread-safe.
class client_register {
public:
  explicit client_register(const server_limits& limits) : limits_{limits} {}

  /// A client connects. @returns null when it may, else the text of its 421.
  [[nodiscard]] const char* connect(std::string_view address, steady_time now);
  /// The connection that `connect` allowed is gone.
  void disconnect(std::string_view address, steady_time now);

  /// A wrong password from this client.
  void authentication_failed(std::string_view address, steady_time now);
  /// Whether the client failed so often that it is not to be asked again yet.
  [[nodiscard]] bool banned(std::string_view address, steady_time now) const;

  [[nodiscard]] std::size_t connections() const noexcept { return connections_; }

private:
  struct client {
    std::size_t connections = 0;
    std::size_t connected_this_minute = 0;
    steady_time minute_began{};
    std::size_t failures = 0;
    steady_time failed_at{};
  };
  [[nodiscard]] bool idle(const client& one, steady_time now) const;
  void prune(steady_time now);

  const server_limits limits_;
  std::unordered_map<std::string, client> clients_;
  std::size_t connections_ = 0;
  std::size_t prune_at_ = 1024;
};

/// What counts as one client: the IPv4 address, or the /64 of an IPv6 address in text form.
[[nodiscard]] std::string client_of(std::string_view address);

} // namespace warmfront::smtp
