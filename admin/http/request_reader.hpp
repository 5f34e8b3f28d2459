// Octets to requests, without sockets: Boost.Beast's parser behind checks that it lacks.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "admin/http/http_message.hpp"

namespace warmfront::admin {

struct request_limits {
  std::size_t head_octets_max = 48 * 1024; ///< targets of 32 KiB are in use, see `admin/tencent`
  std::size_t head_fields_max = 100;
  std::size_t body_octets_max = 14 * 1024 * 1024;
  /// Of which requests, by method and target, the body is taken in pieces, whatever its size.
  /// Empty: of none.
  std::function<bool(std::string_view, std::string_view)> streams = {};
};

/// Reads the requests of one connection, one after the other (RFC 9112). Stricter than the RFC
/// asks where leniency has been used for smuggling: CR and LF only as CRLF, no control characters,
/// no obsolete folding, exactly one Host field, never both Content-Length and Transfer-Encoding,
/// no transfer coding but `chunked`. Not thread-safe.
class request_reader {
public:
  enum class stage {
    head,     ///< wants octets of the request line and header fields
    body,     ///< wants octets of the body
    complete, ///< `take` may be called
    refused,  ///< `refusal` says why; nothing more can be read from this connection
  };

  explicit request_reader(request_limits limits);
  ~request_reader();
  request_reader(const request_reader&) = delete;
  request_reader& operator=(const request_reader&) = delete;

  /// Reads from the front of `octets` and returns how many were used. The rest has to be offered
  /// again, with more octets after it. Uses nothing once complete or refused.
  std::size_t consume(std::string_view octets);

  [[nodiscard]] stage at() const noexcept;
  /// Whether anything of a request has been seen: false while a connection is idle.
  [[nodiscard]] bool begun() const noexcept;
  /// Whether the client waits for `100 Continue` before it sends the body.
  [[nodiscard]] bool expects_continue() const noexcept;
  /// Octets of the body held so far.
  [[nodiscard]] std::size_t body_octets() const noexcept;
  /// Whether the request under way is one whose body is taken in pieces. @pre its head is complete.
  [[nodiscard]] bool is_streamed() const noexcept;
  /// The octets of the body held so far, which are held no more.
  [[nodiscard]] std::string take_body();
  /// Whether the connection can be used for another request after this one.
  [[nodiscard]] bool keeps_alive() const noexcept;
  /// Whether the answer must have no body.
  [[nodiscard]] bool is_head_request() const noexcept;
  /// @pre at() == stage::refused
  [[nodiscard]] const http_response& refusal() const noexcept;
  /// The request, without the client's address. @pre at() == stage::complete, or its head is
  /// complete and it is streamed: then without its body.
  [[nodiscard]] http_request take();
  /// Begins the next request.
  void reset();

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace warmfront::admin
