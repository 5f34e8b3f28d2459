// What a recipient list may contain, in any format.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "actors/core/error.hpp"
#include "actors/groups/list_row.hpp"

namespace warmfront {

/// The one form of a recipient's address: without blanks around it, the local part as given, the
/// domain in lower case and A-labels. `invalid_argument` for anything that is no address alone.
[[nodiscard]] result<std::string> normalised_address(std::string_view text);

/// The form in which addresses are compared: normalised, and the local part in lower case, too.
/// Nearly all receivers read it so, and nobody is to be taken for somebody else by a capital
/// letter. `invalid_argument` for anything that is no address alone.
[[nodiscard]] result<std::string> comparable_address(std::string_view text);

/// The rules of `mime::check_template_values` for one value; the error names the variable.
/// @pre `mime::is_template_name(name)`.
[[nodiscard]] result<void> check_list_value(std::string_view name, std::string_view value);

/// Text from strangers for a terminal or a page: control characters, those that change the
/// direction of text, and what is not UTF-8 become `?`.
[[nodiscard]] std::string displayable(std::string_view text);

/// A rejection of the line `octets`, made safe to display.
[[nodiscard]] list_rejection rejection_of(std::uint64_t line, std::string_view octets,
                                          std::string_view reason);

/// The reason to reject a line of more than `list_line_octets_max`.
[[nodiscard]] std::string line_too_long();

/// Without a byte order mark (U+FEFF) before it, as the first line of a text may have one.
[[nodiscard]] std::string_view without_byte_order_mark(std::string_view line) noexcept;
/// Without blanks and TABs around it.
[[nodiscard]] std::string_view without_blanks(std::string_view text) noexcept;

} // namespace warmfront
