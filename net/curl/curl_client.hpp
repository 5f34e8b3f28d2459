// An HTTP client for servers of strangers, by libcurl's multi interface on one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "actors/core/clock.hpp"
#include "net/http/address_rules.hpp"
#include "net/http/http_client.hpp"

namespace warmfront::http {

struct curl_client_config {
  address_rules addresses;  ///< checked on the address that a socket is about to connect to
  bool allow_plain = false; ///< `http://`, too
  std::string ca_file;      ///< PEM; empty: the system's authorities
  std::string user_agent = "warmfront";
  std::size_t in_flight_max = 128;
  std::size_t per_host_max = 8;   ///< in flight; a slow host must not have them all
  std::size_t waiting_max = 1000; ///< beyond those in flight
  /// What names are, for tests: `name:port:address`.
  std::vector<std::string> hosts = {};
};

/// HTTP/1.1 with kept connections, TLS 1.2 or later. No redirects, proxies, cookies, `.netrc`,
/// compression. Time spent waiting for others is part of a request's `within`.
class curl_client final : public http_client {
public:
  /// Starts the thread. @param time outlives it. `unavailable` when libcurl cannot be had.
  [[nodiscard]] static result<std::unique_ptr<curl_client>> start(curl_client_config config,
                                                                  const clock* time);
  /// Stops.
  ~curl_client() override;
  curl_client(const curl_client&) = delete;
  curl_client& operator=(const curl_client&) = delete;

  void call(outgoing_request what, answer_callback then) override;
  /// Answers all that is left, and whatever is called later, with `stopping`. Idempotent; not from
  /// an answer.
  void stop();

private:
  class engine;
  explicit curl_client(std::unique_ptr<engine> running);
  std::unique_ptr<engine> engine_;
};

} // namespace warmfront::http
