// An HTTP client that sends exactly what it is told: for tests that break the rules.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace warmfront::testing {

struct raw_response {
  int status = 0;   ///< 0: the connection ended without an answer
  std::string head; ///< status line and fields
  std::string body;
  /// A header field's value, named as the server writes it; empty when absent.
  [[nodiscard]] std::string field(std::string_view name) const;
};

class raw_client {
public:
  explicit raw_client(std::uint16_t port);
  ~raw_client();
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  /// False when the server has closed.
  bool send(std::string_view octets);
  /// The next response; status 0 when the connection ends or nothing comes for ten seconds.
  raw_response receive(bool of_head_request = false);
  /// All that still comes until the connection ends, or nothing does for ten seconds.
  std::string receive_all();
  /// Whether the server closes within `patience` (octets that come before are dropped).
  bool closes(std::chrono::milliseconds patience);

private:
  bool fill(std::chrono::milliseconds patience);
  int socket_ = -1;
  std::string pending_;
};

/// One request on a connection of its own.
raw_response call_node(std::uint16_t port, std::string_view method, std::string_view target,
                       std::string_view key = {}, std::string_view body = {});

} // namespace warmfront::testing
