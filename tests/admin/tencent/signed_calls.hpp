// Signed requests whose meaning is known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "admin/http/http_message.hpp"

namespace warmfront::testing {

inline constexpr std::string_view test_secret_id = "AKIDtest";
inline constexpr std::string_view test_secret_key = "SECRETtest";

/// Signed with the test key. In both texts a backslash before a line end means that the line goes
/// on.
struct signed_call {
  std::string name; ///< the form and the client
  std::string action;
  std::string request;    ///< as HTTP/1.1, with bare line feeds
  std::string parameters; ///< JSON
};

extern const std::vector<signed_call> captured_calls;
extern const std::vector<signed_call> computed_calls;

/// Both.
[[nodiscard]] std::vector<signed_call> all_calls();
[[nodiscard]] const signed_call& call_named(std::string_view name);

/// The text with its lines put together.
[[nodiscard]] std::string unfolded(const std::string& text);
/// The request as the HTTP server hands it on.
[[nodiscard]] admin::http_request http_request_of(const signed_call& call);

} // namespace warmfront::testing
