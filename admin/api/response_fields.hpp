// The usual fields of responses, for the tables of `*_schemas.cpp`: all of them are always there.
#pragma once

#include <string_view>

#include "admin/api/schema.hpp"

namespace warmfront::admin::schemas {

constexpr field text_of(std::string_view name, std::string_view about) {
  return {.name = name, .about = about, .rule = text_rule::free, .required = true};
}
constexpr field number_of(std::string_view name, std::string_view about) {
  return {.name = name, .about = about, .kind = value_kind::number, .required = true};
}
constexpr field maybe_number(std::string_view name, std::string_view about) {
  return {
      .name = name, .about = about, .kind = value_kind::number, .required = true, .nullable = true};
}
constexpr field time_of(std::string_view name, std::string_view about, bool nullable = false) {
  return {.name = name,
          .about = about,
          .rule = text_rule::date_time,
          .required = true,
          .nullable = nullable};
}
constexpr field list_of(std::string_view name, std::string_view about, const schema& nested) {
  return {.name = name,
          .about = about,
          .kind = value_kind::objects,
          .required = true,
          .nested = &nested};
}

} // namespace warmfront::admin::schemas
