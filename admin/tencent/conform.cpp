#include "admin/tencent/conform.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include <fmt/core.h>

namespace warmfront::admin::tencent {

namespace {

/// A number written in decimal, as JSON would have it.
json to_number(const std::string& text) {
  std::int64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, fault] = std::from_chars(text.data(), end, number);
  return fault == std::errc{} && rest == end ? json(number) : json(text);
}

class conformer {
public:
  explicit conformer(leaf_form leaves) : leaves_{leaves} {}

  /// @param prefix of the names in errors: `Datas.3.`
  checked<void> object(const parameter_list& declared, json& given, const std::string& prefix) {
    drop_absent(declared, given.get_ref<json::object_t&>());
    for (const auto& [name, value] : given.items())
      if (find(declared, name) == nullptr)
        return unknown_parameter(prefix + name);
    for (const auto& each : declared)
      if (each.required && !given.contains(each.name))
        return missing_parameter(prefix + std::string{each.name});
    for (auto& [name, value] : given.items()) {
      WARMFRONT_TRY(parameter_value(*find(declared, name), value, prefix + name));
    }
    return passed();
  }

private:
  static const parameter* find(const parameter_list& declared, std::string_view name) {
    const auto* const found = std::find_if(declared.begin(), declared.end(),
                                           [&](const auto& each) { return each.name == name; });
    return found == declared.end() ? nullptr : found;
  }

  void drop_absent(const parameter_list& declared, json::object_t& given) const {
    std::erase_if(given, [&](const auto& member) {
      const auto* const known = find(declared, member.first);
      if (known == nullptr)
        return false;
      // An undefined value of JavaScript is an empty text in a form.
      const bool is_blank =
          leaves_ == leaf_form::texts && known->kind != parameter_kind::text && member.second == "";
      return is_blank || member.second.is_null();
    });
  }

  checked<void> parameter_value(const parameter& declared, json& value, const std::string& path) {
    switch (declared.kind) {
    case parameter_kind::text:
      return value.is_string() ? passed() : wrong_type(path, "a string");
    case parameter_kind::number:
    case parameter_kind::signed_number:
      return whole_number(declared.kind == parameter_kind::number ? 0 : -integer_max, value, path);
    case parameter_kind::truth:
      return truth(value, path);
    case parameter_kind::object:
      return value.is_object() ? object(declared.nested->members, value, path + '.')
                               : wrong_type(path, "an object");
    case parameter_kind::texts:
    case parameter_kind::objects:
      return array(declared, value, path);
    }
    return passed();
  }

  checked<void> whole_number(std::int64_t least, json& value, const std::string& path) const {
    if (leaves_ == leaf_form::texts && value.is_string())
      value = to_number(value.get_ref<const std::string&>());
    const bool fits = value.is_number_integer() &&
                      (!value.is_number_unsigned() ||
                       value.get<std::uint64_t>() <= static_cast<std::uint64_t>(integer_max));
    const auto number = fits ? value.get<std::int64_t>() : least - 1;
    if (number < least || number > integer_max)
      return wrong_type(path, fmt::format("a whole number from {} to {}", least, integer_max));
    if (number >= 0)
      value = static_cast<std::uint64_t>(number);
    return passed();
  }

  checked<void> truth(json& value, const std::string& path) const {
    if (leaves_ == leaf_form::texts && value.is_string()) {
      // The Python SDK writes them with a capital.
      const auto& text = value.get_ref<const std::string&>();
      if (text == "true" || text == "True")
        value = true;
      else if (text == "false" || text == "False")
        value = false;
    }
    return value.is_boolean() ? passed() : wrong_type(path, "true or false");
  }

  checked<void> array(const parameter& declared, json& value, const std::string& path) {
    if (!value.is_array())
      return wrong_type(path, "an array");
    parameter entry = declared;
    entry.kind =
        declared.kind == parameter_kind::texts ? parameter_kind::text : parameter_kind::object;
    for (std::size_t i = 0; i < value.size(); ++i) {
      WARMFRONT_TRY(parameter_value(entry, value[i], fmt::format("{}.{}", path, i)));
    }
    return passed();
  }

  leaf_form leaves_;
};

} // namespace

checked<json> conform(const parameter_list& declared, json given, leaf_form leaves) {
  if (!given.is_object())
    return gateway_error{"InvalidParameter", "The parameters are not a JSON object."};
  WARMFRONT_TRY(conformer{leaves}.object(declared, given, ""));
  return given;
}

} // namespace warmfront::admin::tencent
