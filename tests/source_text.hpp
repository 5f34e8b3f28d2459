// C++ source text as the tidy test sees it: no parser, but not fooled by comments and literals.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace warmfront::testing {

/// Whether a character may be part of an identifier.
[[nodiscard]] bool is_word_octet(char c);

/// C++ with what is inside comments, strings and characters blanked; line ends stay.
[[nodiscard]] std::string without_literals(std::string_view text);

struct function_size {
  std::size_t line;  ///< of the opening brace, from 1
  std::size_t lines; ///< from there to the closing brace
};

/// The functions of a text without literals, as far as braces tell. What lies inside a function
/// belongs to it.
[[nodiscard]] std::vector<function_size> functions_of(std::string_view code);

} // namespace warmfront::testing
