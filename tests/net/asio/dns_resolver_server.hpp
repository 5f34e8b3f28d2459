// A real name server (nsd) for tests, with one zone, on a free port of loopback.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace warmfront::testing {

/// Starts nsd as the current user and waits until it answers; stops it at the end.
class name_server {
public:
  /// `zone` is the zone file of `origin`. A zone `broken.example` without a file is there as well:
  /// it answers SERVFAIL.
  name_server(const std::string& origin, const std::string& zone);
  ~name_server();
  name_server(const name_server&) = delete;
  name_server& operator=(const name_server&) = delete;

  /// As libunbound wants it: `127.0.0.1@5353`.
  [[nodiscard]] std::string address() const;
  [[nodiscard]] bool answers() const;
  void stop();

private:
  void start();

  std::string directory_;
  std::uint16_t port_ = 0;
  pid_t process_ = 0;
};

/// A UDP port that takes queries and never answers.
class silent_name_server {
public:
  silent_name_server();
  ~silent_name_server();
  silent_name_server(const silent_name_server&) = delete;
  silent_name_server& operator=(const silent_name_server&) = delete;
  [[nodiscard]] std::string address() const;

private:
  int socket_;
  std::uint16_t port_;
};

} // namespace warmfront::testing
