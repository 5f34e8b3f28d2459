// JSON as YAML that people can edit, and any reader of YAML 1.1 or 1.2 reads the same. Pure.
#pragma once

#include <string>

#include "admin/api/json.hpp"

namespace warmfront::admin::cli {

/// Texts over several lines are blocks, other texts stand in quotes.
[[nodiscard]] std::string yaml_text(const ordered_json& value);

} // namespace warmfront::admin::cli
