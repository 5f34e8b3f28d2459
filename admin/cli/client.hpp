// HTTP to the node, by cpprestsdk's client.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "actors/core/error.hpp"
#include "admin/cli/command.hpp"

namespace warmfront::admin::cli {

struct api_response {
  unsigned status = 0;
  std::string body;
  /// Seconds; empty: the answer is up to date.
  std::string age;
};

struct call_options {
  /// For the whole answer; of what sends a file between two octets at most ten minutes.
  std::chrono::milliseconds patience{60'000};
  /// Told, from another thread, how much of the body was sent, and how much there is.
  std::function<void(std::uint64_t sent, std::uint64_t total)> on_sent{};
};

/// Sends a request and waits for the answer. `server` is `http://HOST:PORT`, `https://HOST:PORT`
/// or `HOST:PORT`; certificates are checked against the system's (or SSL_CERT_FILE).
/// `errc::unavailable` when the node cannot be reached, `errc::invalid_argument` when `server` is
/// not an address.
[[nodiscard]] result<api_response> call(const std::string& server, const std::string& key,
                                        const api_request& request,
                                        const call_options& options = {});

} // namespace warmfront::admin::cli
