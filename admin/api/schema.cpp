#include "admin/api/schema.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

namespace warmfront::admin {

namespace {

using finding = std::optional<problem>;

problem wrong(const std::string& path, std::string_view expected) {
  return bad_field(path, fmt::format("{} is not acceptable: expected {}.", path, expected),
                   fmt::format("give {}", expected));
}

finding check_text(const field& rules, const json& value, const std::string& path) {
  if (!value.is_string()) {
    return wrong(path, "a string");
  }
  const auto expected = expectation(rules, value.get_ref<const std::string&>());
  return expected ? finding{wrong(path, *expected)} : std::nullopt;
}

finding check_number(const field& rules, const json& value, const std::string& path) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() < rules.least ||
      value.get<std::uint64_t>() > rules.most) {
    return wrong(path, fmt::format("a whole number from {} to {}", rules.least, rules.most));
  }
  return std::nullopt;
}

finding check_decimal(const field& rules, const json& value, const std::string& path) {
  constexpr double digits = 1000;
  constexpr double tolerance = 1e-6; // of what binary fractions cannot hold
  if (value.is_number()) {
    const auto number = value.get<double>();
    const auto scaled = number * digits;
    if (number >= static_cast<double>(rules.least) && number <= static_cast<double>(rules.most) &&
        std::abs(scaled - std::round(scaled)) < tolerance) {
      return std::nullopt;
    }
  }
  return wrong(path, fmt::format("a number from {} to {} with at most three decimals", rules.least,
                                 rules.most));
}

/// The entries of an array obey the field's rules, but for its size, which is the array's.
template <class Check>
finding check_array(const field& rules, const json& value, const std::string& path,
                    Check check_entry) {
  if (!value.is_array()) {
    return wrong(path, "an array");
  }
  if (value.size() > rules.most) {
    return wrong(path, fmt::format("at most {} entries", rules.most));
  }
  auto entry_rules = rules;
  entry_rules.most = field{}.most;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (auto found = check_entry(entry_rules, value[i], fmt::format("{}[{}]", path, i))) {
      return found;
    }
  }
  return std::nullopt;
}

template <class Check>
finding check_map(const field& rules, const json& value, const std::string& path,
                  std::string_view entries, Check check_entry) {
  if (!value.is_object()) {
    return wrong(path, fmt::format("an object of {}", entries));
  }
  if (value.size() > rules.most) {
    return wrong(path, fmt::format("at most {} entries", rules.most));
  }
  const field name_rules{.name = "name", .about = ""};
  auto entry_rules = rules;
  entry_rules.most = field{}.most;
  for (const auto& [name, entry] : value.items()) {
    if (expectation(name_rules, name)) {
      return wrong(path, "names on one line, without control characters");
    }
    if (auto found = check_entry(entry_rules, entry, fmt::format("{}.{}", path, name))) {
      return found;
    }
  }
  return std::nullopt;
}

finding check_object(const schema& rules, const json& value, const std::string& prefix);

finding check_value(const field& rules, const json& value, const std::string& path) {
  if (rules.nullable && value.is_null()) {
    return std::nullopt;
  }
  switch (rules.kind) {
  case value_kind::text:
    return check_text(rules, value, path);
  case value_kind::number:
    return check_number(rules, value, path);
  case value_kind::decimal:
    return check_decimal(rules, value, path);
  case value_kind::truth:
    return value.is_boolean() ? std::nullopt : finding{wrong(path, "true or false")};
  case value_kind::texts:
    return check_array(rules, value, path, check_text);
  case value_kind::numbers:
  case value_kind::maybe_numbers:
    return check_array(rules, value, path, check_number);
  case value_kind::text_map:
    return check_map(rules, value, path, "strings", check_text);
  case value_kind::number_map:
    return check_map(rules, value, path, "whole numbers", check_number);
  case value_kind::numbers_map:
    return check_map(rules, value, path, "arrays",
                     [](const field& entry_rules, const json& entry, const std::string& where) {
                       return check_array(entry_rules, entry, where, check_number);
                     });
  case value_kind::object:
    return value.is_object() ? check_object(*rules.nested, value, path + '.')
                             : finding{wrong(path, "an object")};
  case value_kind::objects:
    return check_array(
        rules, value, path, [&](const field&, const json& entry, const std::string& entry_path) {
          return entry.is_object() ? check_object(*rules.nested, entry, entry_path + '.')
                                   : finding{wrong(entry_path, "an object")};
        });
  }
  return std::nullopt;
}

problem unknown_field(const schema& rules, const std::string& path) {
  std::string known;
  for (const auto& each : rules.fields) {
    known += (known.empty() ? "" : ", ") + std::string{each.name};
  }
  return {422, "unknown_field", fmt::format("There is no field {} here.", path), path,
          known.empty() ? "leave it out" : "the fields are " + known};
}

finding check_object(const schema& rules, const json& value, const std::string& prefix) {
  for (const auto& [name, entry] : value.items()) {
    const auto found =
        std::find_if(rules.fields.begin(), rules.fields.end(),
                     [&name = name](const field& each) { return each.name == name; });
    if (found == rules.fields.end()) {
      // The name comes from outside: as a path it must stay on one line.
      const field line{.name = "name", .about = "", .most = 100};
      return unknown_field(rules, expectation(line, name) ? prefix + '?' : prefix + name);
    }
    if (auto wrong_value = check_value(*found, entry, prefix + name)) {
      return wrong_value;
    }
  }
  for (const auto& each : rules.fields) {
    if (each.required && !value.contains(each.name)) {
      const auto path = prefix + std::string{each.name};
      return problem{422, "missing_field", fmt::format("The field {} is missing.", path), path,
                     fmt::format("give {}: {}", each.name, each.about)};
    }
  }
  return std::nullopt;
}

} // namespace

std::optional<problem> check(const schema& rules, const json& value) {
  if (!value.is_object()) {
    return problem{422, "invalid_argument", "The body is not a JSON object.", "",
                   "send an object, as the documentation at /openapi.json shows"};
  }
  return check_object(rules, value, "");
}

} // namespace warmfront::admin
