#include "admin/tencent/flat_parameters.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/core.h>

#include "actors/core/address.hpp"
#include "admin/api/target.hpp"

namespace warmfront::admin::tencent {

namespace {

gateway_error bad_form(std::string why) {
  return {"InvalidParameter", std::move(why)};
}

/// Puts one value where its name says.
checked<void> put(json& root, std::string_view name, const std::string& value) {
  if (std::count(name.begin(), name.end(), '.') >= std::ptrdiff_t{flat_depth_max})
    return bad_form(fmt::format("The name `{}` has too many parts.", shown_name(name)));
  auto* at = &root;
  for (std::size_t begin = 0; begin <= name.size();) {
    const auto end = std::min(name.find('.', begin), name.size());
    if (!at->is_object() && !at->is_null())
      return wrong_type(name.substr(0, begin - 1), "either a value or parts");
    at = &(*at)[std::string{name.substr(begin, end - begin)}];
    begin = end + 1;
  }
  // Names are distinct and one that begins another comes before it: nothing is here yet.
  *at = value;
  return passed();
}

/// The number of a list's entry: decimal, without leading zeros.
std::optional<std::size_t> to_index(std::string_view text) {
  std::size_t index = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, fault] = std::from_chars(text.data(), end, index);
  const bool is_index = fault == std::errc{} && rest == end && (text == "0" || text.front() != '0');
  return is_index ? std::optional{index} : std::nullopt;
}

bool is_list(const json& object) {
  const auto& members = object.get_ref<const json::object_t&>();
  return std::all_of(members.begin(), members.end(),
                     [](const auto& member) { return to_index(member.first).has_value(); });
}

checked<json> to_array(json object, const std::string& path) {
  auto array = json(json::array_t(object.size()));
  for (auto& [name, value] : object.get_ref<json::object_t&>()) {
    const auto index = *to_index(name);
    // Numbers are distinct: when each is less than how many there are, none is missing.
    if (index >= array.size())
      return bad_form(fmt::format("The list `{}` has an entry {}, but only {} entries.",
                                  shown_name(path), index, array.size()));
    array[index] = std::move(value);
  }
  return array;
}

checked<void> make_arrays(json& object, const std::string& prefix) {
  for (auto& [name, value] : object.get_ref<json::object_t&>()) {
    if (!value.is_object())
      continue;
    const auto path = prefix + name;
    WARMFRONT_TRY(make_arrays(value, path + '.'));
    if (is_list(value)) {
      WARMFRONT_TRY(array, to_array(std::move(value), path));
      value = std::move(array);
    }
  }
  return passed();
}

} // namespace

checked<flat_parameters> parse_form(std::string_view text) {
  if (static_cast<std::size_t>(std::count(text.begin(), text.end(), '&')) >= flat_parameters_max)
    return bad_form(fmt::format("There are more than {} parameters.", flat_parameters_max));
  auto parsed = parse_target("/?" + std::string{text});
  if (!parsed)
    return bad_form("The parameters are not percent-encoded.");
  flat_parameters parameters;
  for (auto& [name, value] : parsed->query) {
    if (!is_utf8(name) || !is_utf8(value))
      return wrong_type(is_utf8(name) ? name : "?", "UTF-8");
    const auto [at, is_new] = parameters.try_emplace(std::move(name), std::move(value));
    if (!is_new)
      return bad_form(fmt::format("The parameter `{}` is given twice.", shown_name(at->first)));
  }
  return parameters;
}

checked<json> nest(const flat_parameters& parameters) {
  auto root = json::object();
  for (const auto& [name, value] : parameters) {
    WARMFRONT_TRY(put(root, name, value));
  }
  WARMFRONT_TRY(make_arrays(root, ""));
  return root;
}

} // namespace warmfront::admin::tencent
