// An example of every command, for its help, the reference and the manual.
#pragma once

#include <string>
#include <string_view>

namespace warmfront::admin::cli {

/// A whole line that can be typed, as `warmfront pool show shared`. Empty for a command that has no
/// example, of which there is none: a test asks for all.
[[nodiscard]] std::string example_of(std::string_view noun, std::string_view verb);

} // namespace warmfront::admin::cli
