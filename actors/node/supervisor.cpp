#include "actors/node/supervisor.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace warmfront {

namespace {

/// No beat comes for so long when a start waits for its store.
constexpr std::chrono::hours patience{1};

std::string_view variable(const char* name) {
  const auto* const value = std::getenv(name);
  return value == nullptr ? std::string_view{} : value;
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto [at, wrong] = std::from_chars(text.data(), end, value);
  return wrong == std::errc{} && at == end ? std::optional{value} : std::nullopt;
}

/// A status is one line, whatever it tells of.
std::string status_line(std::string_view status) {
  std::string line{"STATUS="};
  for (const char each : status)
    line += each == '\n' || each == '\r' ? ' ' : each;
  return line + '\n';
}

std::string reload_lines(steady_time now) {
  const auto at = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
  return "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(at.count()) + '\n';
}

std::string watchdog_line(std::chrono::microseconds within) {
  return "WATCHDOG_USEC=" + std::to_string(within.count()) + '\n';
}

} // namespace

supervisor::supervisor(std::string socket, std::optional<std::chrono::microseconds> watchdog)
    : socket_{std::move(socket)}, watchdog_{watchdog} {}

supervisor supervisor::from_environment() {
  const auto within = number_in(variable("WATCHDOG_USEC"));
  const auto whose = variable("WATCHDOG_PID");
  const bool is_ours = whose.empty() || number_in(whose) == static_cast<std::uint64_t>(getpid());
  // More than a day is no watchdog, and what is no number is none.
  const bool has_watchdog = is_ours && within && *within > 0 && *within < 86'400'000'000;
  return supervisor{std::string{variable("NOTIFY_SOCKET")},
                    has_watchdog ? std::optional{std::chrono::microseconds{*within}}
                                 : std::nullopt};
}

std::optional<milliseconds> supervisor::beat_every() const {
  if (socket_.empty() || !watchdog_)
    return std::nullopt;
  return std::max(milliseconds{1}, std::chrono::duration_cast<milliseconds>(*watchdog_ / 3));
}

void supervisor::ready(std::string_view status) const {
  tell("READY=1\n" + status_line(status) + (watchdog_ ? watchdog_line(*watchdog_) : ""));
}

void supervisor::reloading(steady_time now) const {
  tell(reload_lines(now) + status_line("Reading the configuration again"));
}

void supervisor::starting_anew(steady_time now) const {
  tell(reload_lines(now) + status_line("Starting anew: the cluster had given this node up") +
       (watchdog_ ? watchdog_line(patience) : ""));
}

void supervisor::stopping() const {
  tell("STOPPING=1\n" + status_line("Stopping: what is under way is brought to its end"));
}

void supervisor::beat(std::string_view status) const {
  tell("WATCHDOG=1\n" + status_line(status));
}

void supervisor::tell(const std::string& lines) const {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (socket_.size() < 2 || socket_.size() >= sizeof to.sun_path ||
      (socket_[0] != '/' && socket_[0] != '@'))
    return;
  std::memcpy(to.sun_path, socket_.data(), socket_.size());
  if (socket_[0] ==
      '@') // abstract: the name begins with a NUL and has no other end than its length
    to.sun_path[0] = '\0';
  const auto octets = offsetof(sockaddr_un, sun_path) + socket_.size();
  const int connection = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (connection < 0)
    return;
  ::sendto(connection, lines.data(), lines.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
           reinterpret_cast<const sockaddr*>(&to), static_cast<socklen_t>(octets));
  ::close(connection);
}

} // namespace warmfront
