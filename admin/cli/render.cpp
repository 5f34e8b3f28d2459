#include "admin/cli/render.hpp"

#include <algorithm>
#include <vector>

#include <fmt/core.h>

namespace warmfront::admin::cli {

namespace {

constexpr std::size_t cell_octets_max = 60;

/// Without what a terminal would obey: control characters, C1 ones in UTF-8 included.
std::string inert(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    const bool is_c1 =
        octet == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (is_c1) {
      ++i;
    }
    shown += is_c1 || octet < 0x20 || octet == 0x7f ? '?' : text[i];
  }
  return shown;
}

bool is_list_of_objects(const ordered_json& value) {
  return value.is_array() && !value.empty() && value.front().is_object();
}

/// A value on one line: lists with commas, objects by their most telling field.
std::string cell(const ordered_json& value) {
  if (value.is_null()) {
    return "-";
  }
  if (value.is_string()) {
    const auto text = inert(value.get_ref<const std::string&>());
    return text.empty() ? "-" : text;
  }
  if (value.is_boolean()) {
    return value.get<bool>() ? "yes" : "no";
  }
  if (value.is_object()) {
    std::string text;
    for (const auto* name : {"address", "subject", "name", "id"}) {
      if (value.contains(name)) {
        text = cell(value[name]);
        break;
      }
    }
    return value.contains("state") ? text + ' ' + cell(value["state"]) : text;
  }
  if (value.is_array()) {
    std::string text;
    for (const auto& each : value) {
      text += (text.empty() ? "" : ", ") + cell(each);
    }
    return text.empty() ? "-" : text;
  }
  return value.dump();
}

std::string short_cell(const ordered_json& value) {
  auto text = cell(value);
  if (text.size() > cell_octets_max) {
    auto end = cell_octets_max - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) {
      --end; // Not within a character of UTF-8.
    }
    text.resize(end);
    text += "...";
  }
  return text;
}

std::vector<std::string> split(std::string_view names) {
  std::vector<std::string> parts;
  while (!names.empty()) {
    const auto part = names.substr(0, names.find(' '));
    parts.emplace_back(part);
    names.remove_prefix(std::min(part.size() + 1, names.size()));
  }
  return parts;
}

std::string heading(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c == '_' ? ' ' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return name;
}

std::string table(const ordered_json& items, const std::vector<std::string>& columns) {
  std::vector<std::vector<std::string>> rows(1);
  for (const auto& each : columns) {
    rows.front().push_back(heading(each));
  }
  for (const auto& item : items) {
    auto& row = rows.emplace_back();
    for (const auto& each : columns) {
      row.push_back(item.contains(each) ? short_cell(item[each]) : "-");
    }
  }
  std::vector<std::size_t> widths(columns.size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += i + 1 == row.size() ? row[i] : fmt::format("{:<{}}  ", row[i], widths[i]);
    }
    text += line + '\n';
  }
  return text;
}

std::vector<std::string> names_of(const ordered_json& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) {
    names.push_back(name);
  }
  return names;
}

/// An object field by field; lists of objects as tables below.
std::string fields(const ordered_json& object, const std::string& indent = "") {
  std::size_t width = 0;
  for (const auto& name : names_of(object)) {
    width = std::max(width, name.size());
  }
  std::string text;
  std::string tables;
  for (const auto& [name, value] : object.items()) {
    if (value.is_object()) {
      tables += '\n' + name + ":\n" + fields(value, indent + "  ");
    } else if (is_list_of_objects(value)) {
      tables += '\n' + name + ":\n" + table(value, names_of(value.front()));
    } else {
      text += fmt::format("{}{:<{}}  {}\n", indent, name, width, cell(value));
    }
  }
  return text + tables;
}

/// `message why`: what holds each recipient, and until when.
std::string sentences(const ordered_json& answer) {
  const auto& reasons = answer["reasons"];
  auto text = fmt::format("Message {} is {}.\n", cell(answer["id"]), cell(answer["state"]));
  for (const auto& each : reasons) {
    const auto sentence = cell(each["text"]);
    text += cell(each["recipient"]) + ": " + sentence;
    const auto expected = cell(each["expected_at"]);
    // Some sentences name the time themselves.
    if (each["expected_at"].is_string() && sentence.find(expected) == std::string::npos) {
      text += fmt::format("; expected at {}", expected);
    }
    text += '\n';
  }
  return text;
}

std::string yaml_scalar(const ordered_json& value) {
  // JSON scalars are YAML 1.2 scalars.
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

void yaml(std::string& text, const ordered_json& value, std::size_t depth) {
  const std::string indent(depth * 2, ' ');
  const auto nested = [&](const ordered_json& each) {
    if ((each.is_object() || each.is_array()) && !each.empty()) {
      text += '\n';
      yaml(text, each, depth + 1);
    } else {
      text += ' ' + yaml_scalar(each) + '\n';
    }
  };
  if (value.is_object()) {
    for (const auto& [name, each] : value.items()) {
      text += indent + name + ':';
      nested(each);
    }
  } else if (value.is_array()) {
    for (const auto& each : value) {
      text += indent + '-';
      nested(each);
    }
  } else {
    text += indent + yaml_scalar(value) + '\n';
  }
}

std::string table_output(const command& what, const ordered_json& answer) {
  if (what.in_sentences && answer.contains("reasons")) {
    return sentences(answer);
  }
  if (what.in_sentences && answer.contains("zone")) {
    return answer["zone"].get<std::string>();
  }
  if (what.columns.empty() || !answer.contains("items")) {
    return fields(answer);
  }
  auto text = table(answer["items"], split(what.columns));
  if (answer.contains("next") && answer["next"].is_string()) {
    text += fmt::format("(more: --after \"{}\")\n", cell(answer["next"]));
  }
  return text;
}

} // namespace

std::optional<output_format> parse_format(std::string_view text) noexcept {
  if (text == "table") {
    return output_format::table;
  }
  if (text == "json") {
    return output_format::json;
  }
  return text == "yaml" ? std::optional{output_format::yaml} : std::nullopt;
}

std::string render(const command& what, const ordered_json& answer, output_format format) {
  if (answer.is_null() || answer.is_discarded()) {
    return {};
  }
  switch (format) {
  case output_format::table:
    return table_output(what, answer);
  case output_format::json:
    return answer.dump(2, ' ', false, ordered_json::error_handler_t::replace) + '\n';
  case output_format::yaml: {
    std::string text;
    yaml(text, answer, 0);
    return text;
  }
  }
  return {};
}

std::string render_csv(const command& what, const ordered_json& page, bool with_header) {
  const auto columns = split(what.columns);
  const auto add_row = [&columns](std::string& to, const auto& field_of) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      auto field = field_of(columns[i]);
      if (field.find_first_of(",\"\r\n") != std::string::npos) {
        for (std::size_t at = 0; (at = field.find('"', at)) != std::string::npos; at += 2) {
          field.insert(at, 1, '"');
        }
        field = '"' + field + '"';
      }
      to += (i == 0 ? "" : ",") + field;
    }
    to += "\r\n";
  };
  std::string text;
  if (with_header) {
    add_row(text, [](const std::string& name) { return name; });
  }
  const auto items = page.find("items");
  if (items == page.end() || !items->is_array()) {
    return text;
  }
  for (const auto& each : *items) {
    add_row(text, [&each](const std::string& name) {
      const auto found = each.is_object() ? each.find(name) : each.end();
      if (found == each.end() || found->is_null()) {
        return std::string{};
      }
      return found->is_string() ? inert(found->get_ref<const std::string&>()) : found->dump();
    });
  }
  return text;
}

std::string render_error(const error& failure) {
  auto text = fmt::format("error: {}\n", inert(failure.what));
  if (!failure.remedy.empty()) {
    text += fmt::format("try: {}\n", inert(failure.remedy));
  }
  return text;
}

std::string render_problem(unsigned status, std::string_view body) {
  const auto document = ordered_json::parse(body, nullptr, false);
  const auto text_of = [&](const char* name) {
    return document.is_object() && document.contains(name) && document[name].is_string()
               ? inert(document[name].get_ref<const std::string&>())
               : std::string{};
  };
  const auto detail = text_of("detail");
  auto text = fmt::format("error: {}\n", detail.empty() ? "The node refused." : detail);
  text += fmt::format("why: {} (HTTP {})", text_of("code"), status);
  if (const auto field = text_of("field"); !field.empty()) {
    text += ", field " + field;
  }
  text += '\n';
  if (const auto remedy = text_of("remedy"); !remedy.empty()) {
    text += fmt::format("try: {}\n", remedy);
  }
  return text;
}

} // namespace warmfront::admin::cli
