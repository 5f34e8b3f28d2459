#include "net/spf/macro.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace warmfront::spf {

namespace {

constexpr std::size_t name_octets_max = 253;
constexpr std::string_view delimiters = ".-+,/_=";

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr char in_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
constexpr bool is_alphanumeric(char c) noexcept {
  return is_digit(c) || (in_lower(c) >= 'a' && in_lower(c) <= 'z');
}

/// One piece of a macro-string.
struct piece {
  std::size_t size = 0; ///< characters that it takes in the text
  char letter = '\0';   ///< of a macro, as written; else it is `literal`
  std::string_view literal;
  unsigned parts = 0; ///< how many to keep from the right; 0: all
  bool is_reversed = false;
  std::string_view separators; ///< empty: the dot
};

/// `%{…}` (§7.1).
std::optional<piece> read_macro(std::string_view text) noexcept {
  const auto end = text.find('}');
  if (end == std::string_view::npos || end < 3)
    return std::nullopt;
  piece read;
  read.size = end + 1;
  read.letter = text[2];
  if (std::string_view{"slodiphv"}.find(in_lower(read.letter)) == std::string_view::npos)
    return std::nullopt;
  auto rest = text.substr(3, end - 3);
  if (!rest.empty() && is_digit(rest.front())) {
    for (; !rest.empty() && is_digit(rest.front()); rest.remove_prefix(1))
      read.parts = std::min(1000U, read.parts * 10 + static_cast<unsigned>(rest.front() - '0'));
    if (read.parts == 0) // §7.3: must be nonzero
      return std::nullopt;
  }
  if (!rest.empty() && in_lower(rest.front()) == 'r') {
    read.is_reversed = true;
    rest.remove_prefix(1);
  }
  if (rest.find_first_not_of(delimiters) != std::string_view::npos)
    return std::nullopt;
  read.separators = rest;
  return read;
}

/// The first piece of a text that is not empty.
std::optional<piece> read_piece(std::string_view text) noexcept {
  if (text.front() != '%') {
    piece read;
    read.size = std::min(text.find('%'), text.size());
    read.literal = text.substr(0, read.size);
    const bool is_visible = std::all_of(read.literal.begin(), read.literal.end(),
                                        [](char c) { return c > ' ' && c <= '~'; });
    return is_visible ? std::optional{read} : std::nullopt;
  }
  if (text.size() < 2)
    return std::nullopt;
  switch (text[1]) {
  case '{':
    return read_macro(text);
  case '%':
    return piece{2, '\0', "%", 0, false, {}};
  case '_':
    return piece{2, '\0', " ", 0, false, {}};
  case '-':
    return piece{2, '\0', "%20", 0, false, {}};
  default:
    return std::nullopt;
  }
}

/// `"." toplabel [ "." ]` at the end (§7.1): letters and digits, hyphens inside, not digits alone.
bool ends_with_label(std::string_view text) noexcept {
  if (text.ends_with('.'))
    text.remove_suffix(1);
  const auto dot = text.rfind('.');
  if (dot == std::string_view::npos)
    return false;
  const auto label = text.substr(dot + 1);
  return !label.empty() && is_alphanumeric(label.front()) && is_alphanumeric(label.back()) &&
         std::all_of(label.begin(), label.end(),
                     [](char c) { return is_alphanumeric(c) || c == '-'; }) &&
         !std::all_of(label.begin(), label.end(), is_digit);
}

std::string value_of(char letter, const macro_values& values) {
  switch (in_lower(letter)) {
  case 's':
    return values.local_part + '@' + values.sender_domain;
  case 'l':
    return values.local_part;
  case 'o':
    return values.sender_domain;
  case 'd':
    return values.domain;
  case 'i':
    return dotted(values.address);
  case 'p':
    return values.name;
  case 'h':
    return values.helo;
  default:
    return values.address.is_ipv6 ? "ip6" : "in-addr";
  }
}

/// §7.3: split, reversed, cut and joined by dots.
std::string transformed(const std::string& value, const piece& by) {
  const auto separators = by.separators.empty() ? std::string_view{"."} : by.separators;
  std::vector<std::string_view> parts;
  for (std::string_view rest{value};;) {
    const auto end = rest.find_first_of(separators);
    parts.push_back(rest.substr(0, end));
    if (end == std::string_view::npos)
      break;
    rest.remove_prefix(end + 1);
  }
  if (by.is_reversed)
    std::reverse(parts.begin(), parts.end());
  const auto kept = by.parts == 0 ? parts.size() : std::min<std::size_t>(by.parts, parts.size());
  std::string joined;
  for (auto at = parts.size() - kept; at < parts.size(); ++at)
    joined.append(joined.empty() && at == parts.size() - kept ? "" : ".").append(parts[at]);
  return joined;
}

/// An upper-case letter asks for URL escapes (RFC 3986 §2.3).
std::string escaped(const std::string& value) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  for (const char c : value)
    if (is_alphanumeric(c) || std::string_view{"-._~"}.find(c) != std::string_view::npos) {
      text += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      text += '%';
      text += digits[octet >> 4];
      text += digits[octet & 15];
    }
  return text;
}

} // namespace

bool is_macro_string(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto read = read_piece(text);
    if (!read)
      return false;
    text.remove_prefix(read->size);
  }
  return true;
}

bool is_domain_spec(std::string_view text) noexcept {
  auto last = text;
  for (auto rest = text; !rest.empty();) {
    const auto read = read_piece(rest);
    if (!read)
      return false;
    last = rest.substr(0, read->size);
    rest.remove_prefix(read->size);
  }
  if (last.empty())
    return false;
  return last.front() == '%' || ends_with_label(text);
}

bool uses_name(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto read = read_piece(text);
    if (!read)
      return false;
    if (in_lower(read->letter) == 'p')
      return true;
    text.remove_prefix(read->size);
  }
  return false;
}

std::string expand(std::string_view text, const macro_values& values) {
  std::string name;
  while (!text.empty()) {
    const auto read = read_piece(text);
    if (!read)
      break;
    if (read->letter == '\0') {
      name += read->literal;
    } else {
      const auto value = transformed(value_of(read->letter, values), *read);
      name += read->letter < 'a' ? escaped(value) : value;
    }
    text.remove_prefix(read->size);
  }
  if (name.ends_with('.'))
    name.pop_back();
  while (name.size() > name_octets_max) {
    const auto dot = name.find('.');
    if (dot == std::string::npos)
      return {};
    name.erase(0, dot + 1);
  }
  return name;
}

} // namespace warmfront::spf
