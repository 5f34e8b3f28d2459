// From an HTTP request to a checked call, and from answers to a response. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "admin/api/route.hpp"

namespace warmfront::admin {

/// A route and what the target says to it.
struct matched_route {
  const route* where = nullptr;
  std::vector<std::string> parameters;                    ///< of the path
  std::vector<std::pair<std::string, std::string>> query; ///< decoded, unchecked
};

/// Finds the route of a request line. HEAD is GET without the body. Otherwise the response: 404,
/// 405 and OPTIONS with Allow, 400 for a malformed target.
[[nodiscard]] std::variant<matched_route, http_response> find_route(std::string_view method,
                                                                    std::string_view target);

/// Reads query and body into a call for the route, obeying its schemas: 400, 406, 415, 422.
[[nodiscard]] std::variant<call, http_response> prepare(matched_route found,
                                                        const http_request& request);

/// The key of `Authorization: Bearer KEY`; none when the field is absent or of another kind.
[[nodiscard]] std::optional<std::string> bearer_key(const http_request& request);

[[nodiscard]] http_response unauthenticated(std::string_view detail);
[[nodiscard]] http_response forbidden(const route& where, key_role role);

} // namespace warmfront::admin
