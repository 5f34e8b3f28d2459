#include "net/mime/header_text.hpp"

#include <glib.h>

#include <algorithm>
#include <memory>

#include "actors/core/address.hpp"
#include "actors/core/octets.hpp"

namespace warmfront::mime {

namespace {

constexpr std::size_t fold_octets = 78;

/// The characters outside ASCII that some software takes for a line end.
constexpr std::string_view line_separators[] = {"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};

bool is_control(char c) noexcept {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

/// The octets of `text` that fit into `limit` without splitting a character. At least one
/// character.
std::size_t whole_characters(std::string_view text, std::size_t limit) noexcept {
  if (text.size() <= limit)
    return text.size();
  auto end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
    --end;
  return end;
}

/// `=?UTF-8?B?` and `?=`.
constexpr std::size_t word_frame = 12;

/// The octets to encode in base64 into `room` without splitting a character: all that are left, or
/// a multiple of three. Each word is complete by itself, but decoders that join words before they
/// decode (GMime 3.2) lose what follows padding. 0: characters never end at a multiple of three.
std::size_t unpadded_characters(std::string_view text, std::size_t room) noexcept {
  auto size = std::min(text.size(), room / 4 * 3);
  while (size > 0 &&
         (whole_characters(text, size) != size || (size % 3 != 0 && size < text.size())))
    --size;
  return size;
}

/// Appends one encoded word. Not GMime's: it writes words of more than 75 octets and lets a literal
/// `=?` through. @returns how many octets of the text it took.
std::size_t append_word(std::string& to, std::string_view text, std::size_t room) {
  if (const auto size = unpadded_characters(text, room); size > 0) {
    const std::unique_ptr<gchar, decltype(&g_free)> encoded{
        g_base64_encode(reinterpret_cast<const guchar*>(text.data()), size), g_free};
    to.append("=?UTF-8?B?").append(encoded.get()) += "?=";
    return size;
  }
  // One character in the Q encoding shifts the rest.
  constexpr char hex[] = "0123456789ABCDEF";
  std::size_t end = 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
    ++end;
  to += "=?UTF-8?Q?";
  for (const char c : text.substr(0, end)) {
    to += '=';
    to += hex[static_cast<unsigned char>(c) >> 4];
    to += hex[static_cast<unsigned char>(c) & 0xf];
  }
  to += "?=";
  return end;
}

bool has_long_word(std::string_view text, std::size_t limit) noexcept {
  while (!text.empty()) {
    const auto size = std::min(text.find_first_of(" \t"), text.size());
    if (size > limit)
      return true;
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  return false;
}

/// Appends text to a line that has `column` octets already, breaking before blanks.
void append_folded(std::string& to, std::string_view text, std::size_t column) {
  while (!text.empty()) {
    // A piece is a word with the blanks before it, so that no line consists of blanks alone.
    const auto word = std::min(text.find_first_not_of(" \t"), text.size());
    const auto end = std::min(text.find_first_of(" \t", word), text.size());
    if (column + end > fold_octets && word > 0) {
      to += "\r\n";
      column = 0;
    }
    to += text.substr(0, end);
    column += end;
    text.remove_prefix(end);
  }
}

} // namespace

result<void> check_header_text(std::string_view text, const std::string& field) {
  const auto refuse = [&](const char* why) {
    return error{errc::invalid_argument, quote_for_message(text) + ' ' + why,
                 "remove it: header fields are single lines of text", field};
  };
  if (std::any_of(text.begin(), text.end(), is_control))
    return refuse("contains a line end or another control character");
  if (!is_utf8(text))
    return refuse("is not well-formed UTF-8");
  for (const auto separator : line_separators)
    if (text.find(separator) != std::string_view::npos)
      return refuse("contains a Unicode line separator");
  return success();
}

result<void> check_field_name(std::string_view name, const std::string& field) {
  constexpr std::size_t name_octets_max = 76;
  const auto allowed = [](char c) { return c > ' ' && c < 0x7f && c != ':'; };
  if (name.empty() || name.size() > name_octets_max ||
      !std::all_of(name.begin(), name.end(), allowed))
    return error{errc::invalid_argument, quote_for_message(name) + " is not a header field name",
                 "use letters, digits and hyphens", field};
  return success();
}

std::string encode_words(std::string_view text, std::size_t column) {
  constexpr std::size_t line_limit = 76; // RFC 2047 §2, for lines with encoded words
  constexpr std::size_t least_room = 12; // for any character in either encoding
  std::string words;
  while (!text.empty()) {
    auto room = column + word_frame >= line_limit ? 0 : line_limit - column - word_frame;
    if (room < least_room) {
      words += "\r\n ";
      room = line_limit - 1 - word_frame;
    }
    text.remove_prefix(append_word(words, text, room));
    column = line_limit;
  }
  return words;
}

std::string unstructured_field(std::string_view name, std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
  text = text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
  std::string field{name};
  field += ':';
  if (text.empty())
    return field += "\r\n";
  const bool plain = is_ascii(text) && text.find("=?") == std::string_view::npos &&
                     !has_long_word(text, line_octets_max - 2 - name.size());
  field += ' ';
  if (plain)
    append_folded(field, text, field.size());
  else
    field += encode_words(text, field.size());
  return field += "\r\n";
}

std::string quote_for_message(std::string_view text) {
  constexpr std::size_t shown = 60;
  const auto size = whole_characters(text, shown);
  std::string clean{text.substr(0, size)};
  std::replace_if(clean.begin(), clean.end(), is_control, '?');
  if (!is_utf8(clean))
    std::replace_if(
        clean.begin(), clean.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7e; },
        '?');
  return '"' + clean + (size < text.size() ? "…\"" : "\"");
}

} // namespace warmfront::mime
