// Text from strangers, made fit to be read and shown.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace warmfront {

/// Text from strangers for a terminal or a page: control characters, those that change the
/// direction of text, and what is not UTF-8 become `?`. Ends before a character that would go
/// beyond `octets_max`.
[[nodiscard]] std::string displayable(std::string_view text,
                                      std::size_t octets_max = std::string::npos);

/// Without blanks and TABs around it.
[[nodiscard]] std::string_view without_blanks(std::string_view text) noexcept;

} // namespace warmfront
