// The documentation of the API, made from the route table and the schemas.
#pragma once

#include <string>
#include <string_view>

#include "admin/api/json.hpp"

namespace warmfront::admin {

/// An OpenAPI 3.1 document: every route with its parameters, bodies, answers and errors.
[[nodiscard]] ordered_json openapi_document(std::string_view version);
/// The same as text; made once.
[[nodiscard]] const std::string& openapi_text(std::string_view version);

} // namespace warmfront::admin
