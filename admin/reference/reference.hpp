// The tables of the code as one document, which the handbook's reference is made from.
#pragma once

#include <string_view>

#include "admin/api/json.hpp"

namespace warmfront::admin {

/// `{version, openapi, problems[], metrics, smtp_replies[], events{kinds[], fields[]},
/// cloud_actions[], plans[]}`; `metrics` is the text that a node with one of everything shows.
[[nodiscard]] ordered_json reference_document(std::string_view version);

} // namespace warmfront::admin
