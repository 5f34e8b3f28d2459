#include "actors/core/displayable.hpp"

#include <algorithm>
#include <iterator>

#include "actors/core/address.hpp"

namespace warmfront {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

struct character_range {
  std::string_view first;
  std::string_view last;
};

/// Characters outside ASCII that a terminal or a browser obeys instead of showing them.
constexpr character_range commands[] = {
    {"\xc2\x80", "\xc2\x9f"},         // C1
    {"\xe2\x80\x8e", "\xe2\x80\x8f"}, // direction marks
    {"\xe2\x80\xa8", "\xe2\x80\xae"}, // separators, embeddings, overrides
    {"\xe2\x81\xa6", "\xe2\x81\xa9"}, // isolates
    {byte_order_mark, byte_order_mark},
};

bool is_printable(char c) noexcept {
  return c >= ' ' && c < 0x7f;
}

bool is_shown(std::string_view character) noexcept {
  if (character.size() == 1)
    return is_printable(character.front());
  return is_utf8(character) &&
         std::none_of(std::begin(commands), std::end(commands), [&](const auto& range) {
           return character >= range.first && character <= range.last;
         });
}

/// The octets of the character at the front; 1 where there is none.
std::size_t character_octets(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t octets = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return is_utf8(text.substr(0, octets)) ? std::min(octets, text.size()) : 1;
}

} // namespace

std::string_view without_blanks(std::string_view text) noexcept {
  const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

std::string displayable(std::string_view text, std::size_t octets_max) {
  std::string shown;
  while (!text.empty()) {
    const auto character = text.substr(0, character_octets(text));
    if (character.size() > octets_max - shown.size())
      break;
    if (is_shown(character))
      shown += character;
    else
      shown += character == "\t" ? ' ' : '?';
    text.remove_prefix(character.size());
  }
  return shown;
}

} // namespace warmfront
