// Requests to servers of strangers: webhooks, MTA-STS policies. The interface; `net/curl` has it.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "actors/core/error.hpp"

namespace warmfront::http {

/// Redirects are never followed; certificates are always verified.
struct outgoing_request {
  std::string method = "GET";
  std::string url; ///< `https://…`; `http://` only where the client was made for it
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::milliseconds within{30'000};  ///< for all of it
  std::size_t answer_octets_max = 64 * 1024; ///< more is `limit_exceeded`
  /// To connect to one of these, already looked up, instead of what the system says that the host
  /// is. They have to be such as may be called, too. A connection kept for the host serves, too.
  std::vector<std::string> addresses = {};
};
struct incoming_answer {
  unsigned status = 0;
  std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
  std::string body;
};

/// `unavailable`: nobody answered, or TLS failed; `refused`: the address is one that may not be
/// called; `timed_out`; `invalid_argument`: no URL that can be called; `limit_exceeded`: the answer
/// is too long; `stopping`.
using answer_callback = std::function<void(result<incoming_answer>)>;

/// Thread-safe; answers come from a thread of its own, once per call, also when it goes. Bounded:
/// over its limit it answers `unavailable` at once, on the caller's thread.
class http_client {
public:
  virtual ~http_client() = default;
  virtual void call(outgoing_request what, answer_callback then) = 0;
};

} // namespace warmfront::http
