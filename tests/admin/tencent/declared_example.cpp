#include "tests/admin/tencent/declared_example.hpp"

#include "admin/api/target.hpp"
#include "admin/tencent/conform.hpp"

namespace warmfront::testing {

using admin::json;
using admin::tencent::parameter_kind;

namespace {

json example_value(const admin::tencent::parameter& declared, std::mt19937& random) {
  auto entry = declared;
  switch (declared.kind) {
  case parameter_kind::text:
    return random_text(random);
  case parameter_kind::number:
    return std::uint64_t{random()} % (admin::tencent::integer_max + 1ULL);
  case parameter_kind::signed_number:
    return -static_cast<std::int64_t>(random()) - 1;
  case parameter_kind::truth:
    return random() % 2 == 0;
  case parameter_kind::object:
    return declared_example(declared.nested->members, random);
  case parameter_kind::texts:
    entry.kind = parameter_kind::text;
    break;
  case parameter_kind::objects:
    entry.kind = parameter_kind::object;
    break;
  }
  // More than ten: their order in a form is not that of their numbers.
  auto array = json::array();
  for (auto left = 1 + random() % 12; left > 0; --left)
    array.push_back(example_value(entry, random));
  return array;
}

} // namespace

json declared_example(const admin::tencent::parameter_list& declared, std::mt19937& random) {
  auto object = json::object();
  for (const auto& each : declared)
    if (each.required || random() % 2 == 0)
      object[std::string{each.name}] = example_value(each, random);
  // A form cannot say that an object is there, but empty.
  if (object.empty() && declared.size() > 0)
    object[std::string{declared.begin()->name}] = example_value(*declared.begin(), random);
  return object;
}

std::string random_text(std::mt19937& random) {
  static const std::string pieces[] = {"a", "Z", "0", ".", " ", "+", "%", "&", "=",    "\"", "\\",
                                       "'", "~", "/", "?", "#", ";", ",", "ü", "博士", "😀",  "\n"};
  std::string text;
  for (auto left = random() % 8; left > 0; --left)
    text += pieces[random() % std::size(pieces)];
  return text;
}

void flatten(const json& value, const std::string& name, admin::tencent::flat_parameters& to) {
  if (!value.is_structured()) {
    to[name] = value.is_string() ? value.get<std::string>() : value.dump();
    return;
  }
  const auto prefix = name.empty() ? name : name + '.';
  for (const auto& [key, entry] : value.items())
    flatten(entry, prefix + key, to);
}

std::string to_form(const json& object) {
  admin::tencent::flat_parameters flat;
  flatten(object, "", flat);
  std::string form;
  for (const auto& [name, value] : flat)
    form.append(form.empty() ? "" : "&")
        .append(admin::percent_encode(name))
        .append("=")
        .append(admin::percent_encode(value));
  return form;
}

} // namespace warmfront::testing
