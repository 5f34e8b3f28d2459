// The tags of a template, found and checked.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"

namespace warmfront::mime {

struct template_tag {
  enum class kind : std::uint8_t {
    value,
    unescaped_value,
    section,
    inverted_section,
    end,
    comment
  };
  kind what = kind::value;
  std::string_view name; ///< points into the source
  std::size_t at = 0;    ///< of its first octet
};

/// All tags of a text, in order: well-formed, named and nested as they should be.
/// @returns `errc::invalid_argument` for the first that is not, with its line and column.
[[nodiscard]] result<std::vector<template_tag>> find_template_tags(std::string_view source,
                                                                   const std::string& field);

/// Whether a tag can have this name: up to 64 octets of UTF-8, no blanks, control characters or
/// braces, not beginning with one of `#^/!>&=.`.
[[nodiscard]] bool is_template_name(std::string_view name);

/// `line 3, column 14` of an octet, both from 1; columns count characters.
[[nodiscard]] std::string position_text(std::string_view source, std::size_t at);

} // namespace warmfront::mime
