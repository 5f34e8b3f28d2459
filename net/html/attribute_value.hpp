// Character references in attribute values (HTML Standard §13.5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace warmfront::html {

/// What an attribute's raw value means. None when it has a reference that only a browser's whole
/// table of names can tell: those of numbers and of `& < > " '` are known here.
[[nodiscard]] std::optional<std::string> decode_attribute(std::string_view raw);

/// A text as a value between double quotes.
[[nodiscard]] std::string encode_attribute(std::string_view text);

} // namespace warmfront::html
