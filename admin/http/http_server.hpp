// The HTTP server of the admin room: Boost.Beast behind strict limits and time-outs.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "admin/http/http_message.hpp"
#include "admin/http/request_reader.hpp"
#include "net/asio/io_threads.hpp"
#include "net/tls/server_context.hpp"

namespace warmfront::admin {

struct http_limits {
  request_limits request;
  std::size_t connections_max = 1000;           ///< in all; one more is told 503
  std::size_t connections_per_client_max = 200; ///< per IP address; one more is told 503
  /// Octets of bodies held for all connections; what would go beyond is told 503.
  std::size_t buffered_octets_max = 256 * 1024 * 1024;
  std::chrono::milliseconds head_timeout{10'000}; ///< from its first octet to its last
  std::chrono::milliseconds body_timeout{30'000}; ///< and more at the minimum rate below
  std::size_t body_octets_per_second_min = 64 * 1024;
  std::chrono::milliseconds idle_timeout{30'000};   ///< between two requests
  std::chrono::milliseconds answer_timeout{60'000}; ///< for the handler; then 503 is answered
  std::chrono::milliseconds write_timeout{30'000};
};

/// Accepts connections on one address and serves them one request after the other.
class http_server {
public:
  /// Listens on `address` (`HOST:PORT`, `[::1]:PORT`; port 0: any) and serves at once, in clear
  /// text when `tls` is null. `time` gives the Date field. `io` and `time` outlive the server.
  [[nodiscard]] static result<std::unique_ptr<http_server>>
  start(net::io_threads& io, const clock& time, const std::string& address,
        std::shared_ptr<const net::tls_server_context> tls, http_limits limits,
        http_handler handler);

  ~http_server();
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

  /// Where it listens, with the port that was really given.
  [[nodiscard]] std::string address() const;
  [[nodiscard]] std::size_t connections() const;
  /// Later connections use this certificate. No effect on a server without TLS.
  void reload(std::shared_ptr<const net::tls_server_context> tls);
  /// Closes the listener at once and the connections as soon as their request is answered, at the
  /// latest after `patience`. Afterwards the handler is not called any more. Idempotent; not from
  /// an I/O thread.
  void stop(std::chrono::milliseconds patience = std::chrono::milliseconds{3000});

private:
  struct implementation;
  explicit http_server(std::shared_ptr<implementation> state);
  std::shared_ptr<implementation> state_;
};

} // namespace warmfront::admin
