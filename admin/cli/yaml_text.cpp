#include "admin/cli/yaml_text.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/core.h>

namespace warmfront::admin::cli {

namespace {

constexpr std::size_t indent_step = 2;

/// A character of UTF-8 at a place, and how many octets it has; broken octets are one by one.
struct character {
  std::uint32_t code = 0;
  std::size_t octets = 1;
};

character character_at(std::string_view text, std::size_t at) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto first = octet(at);
  const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (length == 1 || at + length > text.size()) {
    return {first, 1};
  }
  std::uint32_t code = first & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    code = (code << 6U) | (octet(at + i) & 0x3fU);
  }
  return {code, length};
}

/// What a reader may take for a line end, or refuse, when it stands there as it is.
bool needs_escape(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
         code == 0xfeff || code == 0xfffe || code == 0xffff;
}

std::string in_quotes(std::string_view text) {
  std::string target = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const auto one = character_at(text, at);
    if (one.code == '"' || one.code == '\\') {
      target += '\\';
      target += static_cast<char>(one.code);
    } else if (one.code == '\n') {
      target += "\\n";
    } else if (one.code == '\t') {
      target += "\\t";
    } else if (needs_escape(one.code)) {
      target += fmt::format("\\u{:04x}", one.code);
    } else {
      target += text.substr(at, one.octets);
    }
    at += one.octets;
  }
  return target + '"';
}

/// Whether a text can stand as a block: several lines, none of which a reader would take otherwise.
bool fits_block(std::string_view text) {
  if (text.find('\n') == std::string_view::npos || text.front() == ' ' || text.front() == '\n' ||
      text.front() == '\t' || text.ends_with("\n\n")) {
    return false;
  }
  for (std::size_t at = 0; at < text.size();) {
    const auto one = character_at(text, at);
    if (one.code != '\n' && one.code != '\t' && needs_escape(one.code)) {
      return false;
    }
    at += one.octets;
  }
  // A last line of blanks would be lost.
  const auto last = text.substr(text.rfind('\n') + 1);
  return last.empty() || last.find_first_not_of(" \t") != std::string_view::npos;
}

std::string block(std::string_view text, std::size_t depth) {
  const std::string indent(depth * indent_step, ' ');
  std::string target = text.ends_with('\n') ? "|\n" : "|-\n";
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    target += line.empty() ? "" : indent;
    target += line;
    target += '\n';
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return target;
}

/// The text of a value behind `KEY:` or `-`, with the line end.
std::string inline_value(const ordered_json& value, std::size_t depth) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    return fits_block(text) ? block(text, depth) : in_quotes(text) + '\n';
  }
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

bool is_plain_key(std::string_view key) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz_";
  return !key.empty() && key.find_first_not_of(allowed) == std::string_view::npos &&
         key != "null" && key != "true" && key != "false" && key != "y" && key != "n" &&
         key != "yes" && key != "no" && key != "on" && key != "off";
}

bool is_list_of_numbers(const ordered_json& value) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const auto& each) { return each.is_number(); });
}

void write(std::string& text, const ordered_json& value, std::size_t depth) {
  const std::string indent(depth * indent_step, ' ');
  if (value.is_object() && !value.empty()) {
    for (const auto& [name, each] : value.items()) {
      text += indent + (is_plain_key(name) ? name : in_quotes(name)) + ':';
      if (each.is_structured() && !each.empty() && !is_list_of_numbers(each)) {
        text += '\n';
        write(text, each, depth + 1);
      } else {
        text += ' ' + inline_value(each, depth + 1);
      }
    }
  } else if (value.is_array() && !value.empty()) {
    for (const auto& each : value) {
      if (!each.is_structured() || each.empty() || is_list_of_numbers(each)) {
        text += indent + "- " + inline_value(each, depth + 1);
        continue;
      }
      // The first line of what is within stands behind the dash.
      std::string within;
      write(within, each, depth + 1);
      text += indent + "- " + within.substr((depth + 1) * indent_step);
    }
  } else {
    text += indent + inline_value(value, depth + 1);
  }
}

} // namespace

std::string yaml_text(const ordered_json& value) {
  std::string text;
  write(text, value, 0);
  return text;
}

} // namespace warmfront::admin::cli
