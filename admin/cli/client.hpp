// HTTP to the node, by cpprestsdk's client.
#pragma once

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

/// Sends a request and waits for the answer, at most 60 s. `server` is `http://HOST:PORT`,
/// `https://HOST:PORT` or `HOST:PORT`; certificates are checked against the system's (or
/// SSL_CERT_FILE). `errc::unavailable` when the node cannot be reached, `errc::invalid_argument`
/// when `server` is not an address.
[[nodiscard]] result<api_response> call(const std::string& server, const std::string& key,
                                        const api_request& request);

} // namespace warmfront::admin::cli
