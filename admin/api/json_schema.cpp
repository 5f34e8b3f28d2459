// The tables as JSON Schema.
#include <fmt/core.h>

#include "admin/api/schema.hpp"

namespace warmfront::admin {

namespace {

void add_text_rule(ordered_json& target, const field& rules) {
  switch (rules.rule) {
  case text_rule::free:
  case text_rule::line:
  case text_rule::mailbox:
  case text_rule::subject:
  case text_rule::title:
    break;
  case text_rule::name:
    target["pattern"] = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
    break;
  case text_rule::ip:
    target["description"] = "An IPv4 or IPv6 address.";
    break;
  case text_rule::overflow:
    target["pattern"] = "^(hold|reject|pool:[A-Za-z0-9][A-Za-z0-9._-]{0,63})$";
    break;
  case text_rule::base64:
    target["contentEncoding"] = "base64";
    break;
  case text_rule::date_time:
    target["format"] = "date-time";
    break;
  case text_rule::date:
    target["format"] = "date";
    break;
  case text_rule::message:
    target["pattern"] = "^[0-9a-f]{32}$";
    break;
  case text_rule::choice:
    target["enum"] = ordered_json::array();
    for (const auto& choice : rules.choices) {
      target["enum"].push_back(choice);
    }
    break;
  }
}

ordered_json text_schema(const field& rules) {
  ordered_json target;
  target["type"] = "string";
  add_text_rule(target, rules);
  return target;
}

ordered_json reference(const schema& target) {
  return {{"$ref", fmt::format("#/components/schemas/{}", target.name)}};
}

ordered_json array_of(const field& rules, ordered_json entry) {
  ordered_json target;
  target["type"] = "array";
  target["items"] = std::move(entry);
  if (rules.most != field{}.most) {
    target["maxItems"] = rules.most;
  }
  return target;
}

ordered_json number_schema(const field& rules) {
  ordered_json target;
  target["type"] = "integer";
  target["minimum"] = rules.least;
  if (rules.most != field{}.most) {
    target["maximum"] = rules.most;
  }
  return target;
}

ordered_json value_schema(const field& rules) {
  switch (rules.kind) {
  case value_kind::text: {
    auto target = text_schema(rules);
    if (rules.most != field{}.most) {
      target["maxLength"] = rules.most;
    }
    return target;
  }
  case value_kind::number:
    return number_schema(rules);
  case value_kind::decimal: {
    auto target = number_schema(rules);
    target["type"] = "number";
    return target;
  }
  case value_kind::truth:
    return {{"type", "boolean"}};
  case value_kind::texts:
    return array_of(rules, text_schema(rules));
  case value_kind::numbers:
    return array_of(rules, {{"type", "integer"}, {"minimum", rules.least}});
  case value_kind::maybe_numbers: {
    ordered_json entry;
    entry["type"] = ordered_json::array({"integer", "null"});
    entry["minimum"] = rules.least;
    return array_of(rules, std::move(entry));
  }
  case value_kind::text_map: {
    ordered_json target;
    target["type"] = "object";
    target["additionalProperties"] = text_schema(rules);
    return target;
  }
  case value_kind::number_map: {
    ordered_json target;
    target["type"] = "object";
    target["additionalProperties"] = ordered_json{{"type", "integer"}, {"minimum", rules.least}};
    return target;
  }
  case value_kind::numbers_map: {
    ordered_json target;
    target["type"] = "object";
    target["additionalProperties"] =
        ordered_json{{"type", "array"}, {"items", {{"type", "integer"}, {"minimum", rules.least}}}};
    return target;
  }
  case value_kind::object:
    return reference(*rules.nested);
  case value_kind::objects:
    return array_of(rules, reference(*rules.nested));
  }
  return ordered_json::object();
}

} // namespace

ordered_json to_json_schema(const field& rules) {
  auto target = value_schema(rules);
  if (rules.nullable) {
    ordered_json either;
    either["anyOf"] = ordered_json::array();
    either["anyOf"].push_back(std::move(target));
    either["anyOf"].push_back(ordered_json{{"type", "null"}});
    target = std::move(either);
  }
  target["description"] = rules.about;
  return target;
}

ordered_json to_json_schema(const schema& rules) {
  ordered_json target;
  target["type"] = "object";
  target["description"] = rules.about;
  target["properties"] = ordered_json::object();
  auto required = ordered_json::array();
  for (const auto& each : rules.fields) {
    target["properties"][std::string{each.name}] = to_json_schema(each);
    if (each.required) {
      required.push_back(each.name);
    }
  }
  if (!required.empty()) {
    target["required"] = std::move(required);
  }
  target["additionalProperties"] = false;
  return target;
}

} // namespace warmfront::admin
