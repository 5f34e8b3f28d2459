// How templates are stored: a record in the control store, their texts in chunks.
#pragma once

#include <string>
#include <string_view>

#include "actors/core/error.hpp"
#include "actors/messages/templates.hpp"

namespace warmfront {

inline constexpr std::string_view templates_prefix = "templates/";

[[nodiscard]] std::string template_key(const account_name& account, const template_name& name);
/// Holds the greatest id that was given out.
[[nodiscard]] std::string last_template_key();

/// Account and name are in the key.
[[nodiscard]] std::string encode(const template_report& value);
/// Fail with `storage_corrupt`, or `storage_newer` for a schema this release does not know.
[[nodiscard]] result<template_report> decode_template(std::string_view key,
                                                      std::string_view octets);

[[nodiscard]] std::string encode(const template_source& value);
[[nodiscard]] result<template_source> decode_template_source(std::string_view octets);

} // namespace warmfront
