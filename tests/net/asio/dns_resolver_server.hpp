// A real name server (nsd) for tests, with one zone, on a free port of loopback.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace warmfront::testing {

struct served_zone {
  std::string origin;
  std::string text;       ///< records; SOA and NS are added
  bool is_signed = false; ///< by a key made on the spot (ldns-signzone)
  /// What is changed in the file after it was signed, so that signatures do not fit any more.
  std::vector<std::pair<std::string, std::string>> spoiled = {};
};

/// Starts nsd as the current user and waits until it answers; stops it at the end.
class name_server {
public:
  /// `zone` is the zone file of `origin`. A zone `broken.example` without a file is there as well:
  /// it answers SERVFAIL.
  name_server(const std::string& origin, const std::string& zone)
      : name_server{std::vector<served_zone>{{origin, zone}}} {}
  explicit name_server(const std::vector<served_zone>& zones);
  ~name_server();
  name_server(const name_server&) = delete;
  name_server& operator=(const name_server&) = delete;

  /// As libunbound wants it: `127.0.0.1@5353`.
  [[nodiscard]] std::string address() const;
  /// The DS records of the zones that are signed.
  [[nodiscard]] const std::vector<std::string>& trust_anchors() const noexcept { return anchors_; }
  [[nodiscard]] bool answers() const;
  void stop();

private:
  void start();
  /// Writes a zone's file; what nsd's configuration says of it.
  std::string prepare(const served_zone& zone);
  void sign(const served_zone& zone, const std::string& file);

  std::string directory_;
  std::vector<std::string> anchors_;
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
