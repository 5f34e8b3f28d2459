// An HTTP request and its answer as values: what handlers see of HTTP. No sockets, no Beast.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/core/octet_source.hpp"

namespace warmfront::admin {

using header_list = std::vector<std::pair<std::string, std::string>>;

/// A complete request that has passed the checks of `request_reader`.
struct http_request {
  std::string method;         ///< as sent: `GET`
  std::string target;         ///< as sent, percent-encoded: `/v1/pools?limit=2`
  header_list headers;        ///< names in lower case, values trimmed
  std::string body;           ///< without chunk framing
  std::string client_address; ///< canonical text, without port
  bool from_loopback = false;
  bool over_tls = false;
  /// The body of a request that is served from its head on; then `body` is empty. It is read from
  /// the client as it is asked for. An answer before its end closes the connection.
  std::shared_ptr<octet_source> stream = {};

  /// The first value of a header field, named in lower case; null when absent.
  [[nodiscard]] const std::string* header(std::string_view name) const noexcept {
    for (const auto& [key, value] : headers) {
      if (key == name) {
        return &value;
      }
    }
    return nullptr;
  }
};

/// An answer. The server adds Date, Content-Length, Connection, and those of the security fields
/// that `headers` does not have.
struct http_response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  header_list headers; ///< further fields, such as Location or Allow
  /// The body of an answer that is written as it comes; then `body` is empty. The connection is
  /// closed behind it.
  std::shared_ptr<octet_source> stream = {};
};

/// Sends the answer of one request. Callable once, from any thread; later calls do nothing. When
/// all copies go away uncalled the client is told 500.
using http_responder = std::function<void(http_response)>;

/// Serves requests. Called on I/O threads; must not block.
using http_handler = std::function<void(http_request, http_responder)>;

/// A problem document (RFC 9457) of the HTTP layer itself.
[[nodiscard]] http_response http_problem(unsigned status, std::string_view code,
                                         std::string_view detail);

/// The reason phrase of a status code (RFC 9110 §15); empty for unknown ones.
[[nodiscard]] std::string_view reason_phrase(unsigned status) noexcept;

} // namespace warmfront::admin
