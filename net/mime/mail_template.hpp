// What a mail says, with `{{name}}` where it differs from recipient to recipient.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "actors/core/error.hpp"
#include "actors/core/template_source.hpp"
#include "net/mime/template_text.hpp"

namespace warmfront::mime {

/// All texts of a template together have at most this many octets.
inline constexpr std::size_t template_octets_max = 1024 * 1024;

/// A parsed template. Copies share what was parsed. Thread-safe.
class mail_template {
public:
  /// @returns `invalid_argument` naming `subject`, `html` or `text`, with line and column of a tag
  /// that is wrong; `limit_exceeded` when it is too long.
  [[nodiscard]] static result<mail_template> compile(const template_source& source);

  /// Names that need a value, in order of appearance: subject, HTML, text.
  [[nodiscard]] const std::vector<std::string>& required() const noexcept { return required_; }
  /// Names that only sections ask for.
  [[nodiscard]] const std::vector<std::string>& optional() const noexcept { return optional_; }

  /// The mail's texts for one recipient; those that the template does not have are empty.
  /// @returns `invalid_argument` with the field `variables.NAME` for a value that is missing or
  /// that no value may contain; `limit_exceeded` when a text would exceed `octets_max`.
  [[nodiscard]] result<template_source> render(const template_values& values,
                                               std::size_t octets_max) const;

private:
  template_text subject_;
  template_text html_;
  template_text text_;
  std::vector<std::string> required_;
  std::vector<std::string> optional_;
};

} // namespace warmfront::mime
