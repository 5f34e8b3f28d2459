#include "admin/cli/render.hpp"

#include <algorithm>
#include <vector>

#include <fmt/core.h>

#include "admin/cli/curves.hpp"
#include "admin/cli/yaml_text.hpp"

namespace warmfront::admin::cli {

namespace {

constexpr std::size_t cell_octets_max = 60;

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
    for (const auto* name : {"address", "subject", "name", "id", "text"}) {
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
  std::vector<std::string> headings;
  for (const auto& each : columns) {
    headings.push_back(heading(each));
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : items) {
    auto& row = rows.emplace_back();
    for (const auto& each : columns) {
      row.push_back(item.contains(each) ? short_cell(item[each]) : "-");
    }
  }
  return text_table(headings, rows);
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

std::string table_output(const command& what, const ordered_json& answer) {
  if (what.in_sentences && answer.contains("reasons")) {
    return sentences(answer);
  }
  if (what.in_sentences && answer.contains("zone")) {
    return answer["zone"].get<std::string>();
  }
  if (is_curves(answer)) {
    const auto rows = rows_of_curves(answer);
    return rows.empty() ? "nothing was sampled\n" : table(rows, names_of(rows.front()));
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

std::string text_table(const std::vector<std::string>& headings,
                       const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& each : headings) {
    widths.push_back(each.size());
  }
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < widths.size() && i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  const auto add = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += i + 1 == row.size() ? row[i] : fmt::format("{:<{}}  ", row[i], widths[i]);
    }
    text += '\n';
  };
  add(headings);
  std::for_each(rows.begin(), rows.end(), add);
  return text;
}

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
  case output_format::yaml:
    return yaml_text(answer);
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

namespace {

/// What to try where nobody has said it.
std::string_view usual_remedy(std::string_view code) {
  constexpr std::pair<std::string_view, std::string_view> remedies[] = {
      {"invalid_argument", "run the command with --help"},
      {"not_found", "look at what there is with list"},
      {"already_exists", "choose another name, or change what there is"},
      {"conflict", "look at it again, then repeat the command"},
      {"refused", "use a key whose role may do this: --key or WARMFRONT_KEY"},
      {"unauthenticated", "give a key with --key or WARMFRONT_KEY"},
      {"limit_exceeded", "do less at once, or try again later"},
      {"storage_full", "free space on the node's disk"},
      {"unavailable", "try again in a moment"},
      {"timed_out", "try again in a moment"},
      {"stopping", "try again in a moment, or ask another node"},
  };
  for (const auto& [known, remedy] : remedies) {
    if (known == code) {
      return remedy;
    }
  }
  return "look into the node's log";
}

std::string three_lines(const std::string& what, const std::string& why,
                        const std::string& remedy) {
  return fmt::format("error: {}\nwhy: {}\ntry: {}\n", inert(what), inert(why), inert(remedy));
}

std::string document_text(const ordered_json& document) {
  return document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

} // namespace

std::string render_error(const error& failure, bool as_json) {
  const auto code = to_string(failure.code);
  const std::string remedy{failure.remedy.empty() ? usual_remedy(code) : failure.remedy};
  if (as_json) {
    ordered_json document{{"type", "about:blank"}, {"code", code}, {"detail", failure.what}};
    if (!failure.field.empty()) {
      document["field"] = failure.field;
    }
    document["remedy"] = remedy;
    return document_text(document);
  }
  const auto field = failure.field.empty() ? "" : ", field " + failure.field;
  return three_lines(failure.what, std::string{code} + field, remedy);
}

std::string render_problem(unsigned status, std::string_view body, bool as_json) {
  auto document = ordered_json::parse(body, nullptr, false);
  if (!document.is_object()) {
    document = {{"type", "about:blank"}, {"status", status}, {"code", "protocol"}};
    document["detail"] = "The answer is not one of a node.";
    document["remedy"] = "check --server: something else may answer there";
  }
  if (as_json) {
    return document_text(document);
  }
  const auto text_of = [&](const char* name) {
    const auto found = document.find(name);
    return found != document.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string{};
  };
  const auto detail = text_of("detail");
  auto why = fmt::format("{} (HTTP {})", text_of("code"), status);
  if (const auto field = text_of("field"); !field.empty()) {
    why += ", field " + field;
  }
  const auto remedy = text_of("remedy");
  return three_lines(detail.empty() ? "The node refused." : detail, why,
                     remedy.empty() ? std::string{usual_remedy(text_of("code"))} : remedy);
}

} // namespace warmfront::admin::cli
