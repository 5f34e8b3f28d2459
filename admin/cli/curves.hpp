// Curves as a table: a line for each step. Pure.
#pragma once

#include "admin/api/json.hpp"

namespace warmfront::admin::cli {

/// Whether an answer is that of `GET /v1/series`.
[[nodiscard]] bool is_curves(const ordered_json& answer);
/// Objects with the time of a step and the value of each curve; steps without any are left out.
[[nodiscard]] ordered_json rows_of_curves(const ordered_json& answer);

} // namespace warmfront::admin::cli
