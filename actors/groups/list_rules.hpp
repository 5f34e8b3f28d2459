// What a recipient list may contain, in any format.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "actors/core/error.hpp"
#include "actors/groups/list_row.hpp"

namespace warmfront {

/// The rules of `mime::check_template_values` for one value; the error names the variable.
/// @pre `mime::is_template_name(name)`.
[[nodiscard]] result<void> check_list_value(std::string_view name, std::string_view value);

/// A rejection of the line `octets`, made safe to display.
[[nodiscard]] list_rejection rejection_of(std::uint64_t line, std::string_view octets,
                                          std::string_view reason);

/// The reason to reject a line of more than `list_line_octets_max`.
[[nodiscard]] std::string line_too_long();

/// Without a byte order mark (U+FEFF) before it, as the first line of a text may have one.
[[nodiscard]] std::string_view without_byte_order_mark(std::string_view line) noexcept;

} // namespace warmfront
