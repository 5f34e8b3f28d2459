// JSON objects against the rows of the table. Pure.
#pragma once

#include <cstdint>

#include "admin/api/json.hpp"
#include "admin/tencent/action_table.hpp"
#include "admin/tencent/gateway_error.hpp"

namespace warmfront::admin::tencent {

/// JSON integers that every client reads exactly: up to 2^53 - 1.
inline constexpr std::int64_t integer_max = (std::int64_t{1} << 53) - 1;

enum class leaf_form : std::uint8_t {
  typed, ///< as JSON has them
  texts, ///< as forms have them: `12`, `true`; what is empty and not a text counts as absent
};

/// Makes an object obey its declaration: nulls are left out, texts of forms become what is
/// declared. Numbers that are not negative become unsigned.
/// @returns for the first fault, of each object in this order: `UnknownParameter`,
/// `MissingParameter`, `InvalidParameter` for a wrong type or a number out of range.
[[nodiscard]] checked<json> conform(const parameter_list& declared, json given, leaf_form leaves);

} // namespace warmfront::admin::tencent
