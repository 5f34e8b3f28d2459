// One text with `{{name}}` in it: mustache without partials, delimiters and unescaped HTML.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"

namespace warmfront::mime {

/// What is put in for each name. UTF-8 on one line.
using template_values = std::map<std::string, std::string, std::less<>>;

enum class value_escaping : std::uint8_t {
  none,
  html, ///< `&<>"'` become character references
};

/// Values of up to this many octets, under names of up to `template_name_octets_max`.
inline constexpr std::size_t template_value_octets_max = 16 * 1024;
inline constexpr std::size_t template_name_octets_max = 64;

/// A parsed text. `{{name}}` is replaced by a value; what is between `{{#name}}` and `{{/name}}` is
/// left out when the value is empty or missing, what is between `{{^name}}` and `{{/name}}` when it
/// is neither; `{{! … }}` is a comment. Copies share what was parsed. Thread-safe.
class template_text {
public:
  /// @returns `errc::invalid_argument` naming `field`, with the line and column (in characters,
  /// both from 1) of the first tag that is wrong.
  [[nodiscard]] static result<template_text>
  compile(const std::string& source, value_escaping escaping, const std::string& field);

  /// Names that need a value, though it may be empty; in order of appearance, each once.
  [[nodiscard]] const std::vector<std::string>& required() const noexcept { return required_; }
  /// Names that only sections ask for.
  [[nodiscard]] const std::vector<std::string>& optional() const noexcept { return optional_; }

  /// The text with values put in; other values are ignored. Values are not checked here.
  /// @returns `invalid_argument` with the field `variables.NAME` when a required one is missing,
  /// `limit_exceeded` when it would have more than `octets_max` octets.
  [[nodiscard]] result<std::string> render(const template_values& values,
                                           std::size_t octets_max) const;

private:
  struct parsed;
  std::shared_ptr<const parsed> parsed_;
  std::vector<std::string> required_;
  std::vector<std::string> optional_;
};

/// Refuses what no value may contain: see `check_header_text`; too long names and values; names
/// that no tag can have. `errc::invalid_argument` with the field `variables.NAME`.
[[nodiscard]] result<void> check_template_values(const template_values& values);

} // namespace warmfront::mime
