// Keys and records of sender domains as JSON, and as lines of a zone file.
#include <fmt/core.h>

#include "admin/api/render.hpp"

namespace warmfront::admin {

namespace {

/// A text in a zone file: strings of at most 255 octets (RFC 1035 §3.3).
std::string quoted_text(std::string_view text) {
  constexpr std::size_t octets_max = 255;
  std::string quoted;
  do {
    quoted += quoted.empty() ? "\"" : " \"";
    for (const char c : text.substr(0, octets_max)) {
      if (c == '"' || c == '\\') {
        quoted += '\\';
      }
      quoted += c;
    }
    quoted += '"';
    text.remove_prefix(std::min(octets_max, text.size()));
  } while (!text.empty());
  return quoted;
}

std::string on_one_line(std::string text) {
  for (auto& c : text) {
    if (c == '\n' || c == '\r') {
      c = ' ';
    }
  }
  return text;
}

} // namespace

ordered_json to_json(const dns_record_wanted& value) {
  ordered_json target;
  target["purpose"] = value.purpose;
  target["type"] = value.type;
  target["name"] = value.name.str();
  target["expected"] = value.expected;
  target["found"] = value.found;
  target["right"] = value.is_right;
  target["required"] = value.is_required;
  target["why"] = value.why;
  return target;
}

ordered_json to_json(const signing_key_report& value) {
  ordered_json target;
  target["selector"] = value.selector;
  target["algorithm"] = to_string(value.algorithm);
  target["state"] = to_string(value.state);
  target["created_at"] = to_rfc3339(value.created_at);
  target["changed_at"] = to_rfc3339(value.changed_at);
  target["why"] = value.why;
  return target;
}

ordered_json to_json(const sending_check& value) {
  ordered_json target;
  target["met"] = value.is_met();
  auto rules = ordered_json::array();
  for (const auto& each : value.rules) {
    ordered_json rule;
    rule["name"] = each.name;
    rule["met"] = each.is_met;
    rule["why"] = each.why;
    rule["publish"] = each.publish ? to_json(*each.publish) : ordered_json(nullptr);
    rules.push_back(std::move(rule));
  }
  target["rules"] = std::move(rules);
  return target;
}

std::string to_zone(const std::vector<dns_record_wanted>& records) {
  std::string text;
  for (const auto& each : records) {
    const auto* const state = each.is_right      ? "right"
                              : each.is_required ? "to be published"
                                                 : "recommended";
    text += fmt::format("; {}: {}{}\n", each.purpose, state,
                        each.why.empty() ? "" : ", " + on_one_line(each.why));
    const auto data = each.type == "TXT" ? quoted_text(each.expected) : each.expected + '.';
    text += fmt::format("{}. IN {} {}\n", each.name.str(), each.type, data);
  }
  return text;
}

} // namespace warmfront::admin
