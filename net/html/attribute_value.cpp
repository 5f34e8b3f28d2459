#include "net/html/attribute_value.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace warmfront::html {

namespace {

constexpr std::array<std::pair<std::string_view, char>, 5> named{
    {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};

bool is_alphanumeric(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool add_utf8(std::string& to, std::uint32_t code) {
  const auto add = [&to](std::uint32_t octet) { to.push_back(static_cast<char>(octet)); };
  // Browsers put other characters in the place of these (§13.2.5.80): no link needs them.
  if (code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0xd800 && code < 0xe000) ||
      code > 0x10ffff)
    return false;
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xc0 | code >> 6);
    add(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    add(0xe0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3f));
    add(0x80 | (code & 0x3f));
  } else {
    add(0xf0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3f));
    add(0x80 | (code >> 6 & 0x3f));
    add(0x80 | (code & 0x3f));
  }
  return true;
}

// `rest` begins after `&#`. @returns how much of it was read; none: not to be told.
std::optional<std::size_t> add_number(std::string& to, std::string_view rest) {
  const bool hexadecimal = rest.starts_with('x') || rest.starts_with('X');
  const auto* const first = rest.data() + (hexadecimal ? 1 : 0);
  std::uint32_t code = 0;
  const auto read = std::from_chars(first, rest.data() + rest.size(), code, hexadecimal ? 16 : 10);
  if (read.ec != std::errc{} || !add_utf8(to, code))
    return std::nullopt;
  const auto used = static_cast<std::size_t>(read.ptr - rest.data());
  return used < rest.size() && rest[used] == ';' ? used + 1 : used;
}

// `rest` begins after `&`. In attributes a name without `;` is none before `=` and letters.
std::optional<std::size_t> add_name(std::string& to, std::string_view rest) {
  std::size_t end = 0;
  while (end < rest.size() && is_alphanumeric(rest[end]))
    ++end;
  const bool closed = end < rest.size() && rest[end] == ';';
  if (end == 0 || (!closed && end < rest.size() && rest[end] == '=')) {
    to.push_back('&');
    return 0;
  }
  for (const auto& [name, meant] : named)
    if (closed && rest.substr(0, end) == name) {
      to.push_back(meant);
      return end + 1;
    }
  return std::nullopt;
}

} // namespace

std::optional<std::string> decode_attribute(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  while (!raw.empty()) {
    const auto at = raw.find('&');
    text.append(raw.substr(0, at));
    if (at == std::string_view::npos)
      break;
    raw.remove_prefix(at + 1);
    const bool number = raw.starts_with('#');
    if (number)
      raw.remove_prefix(1);
    const auto used = number ? add_number(text, raw) : add_name(text, raw);
    if (!used)
      return std::nullopt;
    raw.remove_prefix(*used);
  }
  return text;
}

std::string encode_attribute(std::string_view text) {
  std::string value;
  value.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    switch (c) {
    case '&':
      value += "&amp;";
      break;
    case '<':
      value += "&lt;";
      break;
    case '>':
      value += "&gt;";
      break;
    case '"':
      value += "&quot;";
      break;
    case '\'':
      value += "&#39;";
      break;
    default:
      value.push_back(c);
    }
  }
  return value;
}

} // namespace warmfront::html
