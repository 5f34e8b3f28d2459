#include "actors/groups/list_rules.hpp"

#include <algorithm>

#include "actors/core/address.hpp"
#include "actors/core/octets.hpp"
#include "net/dns/mx_route.hpp"
#include "net/mime/header_text.hpp"
#include "net/mime/template_text.hpp"

namespace warmfront {

namespace {

constexpr std::size_t excerpt_octets_max = 60;
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

error no_address(std::string_view text, const std::string& why) {
  return {errc::invalid_argument,
          "address \"" + displayable(text.substr(0, excerpt_octets_max)) + "\": " + why,
          {}};
}

} // namespace

std::string line_too_long() {
  return "the line has more than " + std::to_string(list_line_octets_max) + " octets";
}

std::string_view without_byte_order_mark(std::string_view line) noexcept {
  return line.substr(line.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
}

std::string_view without_blanks(std::string_view text) noexcept {
  const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

result<std::string> normalised_address(std::string_view text) {
  text = without_blanks(text);
  if (text.empty())
    return error{errc::invalid_argument, "the recipient has no address", {}};
  if (text.ends_with('>') && text.find('<') != std::string_view::npos)
    return no_address(text,
                      "write the address alone, and the name into a column or variable of its own");
  WARMFRONT_TRY(address, parse_address(text, true));
  if (!is_ascii(address.domain)) {
    auto labels = dns::to_a_labels(address.domain);
    if (!labels || !is_domain(labels.value(), false))
      return no_address(text, "the domain is not valid");
    address.domain = std::move(labels).value();
  }
  return address.str();
}

result<std::string> comparable_address(std::string_view text) {
  WARMFRONT_TRY(normalised, normalised_address(text));
  return in_lower_case(normalised);
}

result<void> check_list_value(std::string_view name, std::string_view value) {
  const auto refuse = [&](const std::string& why) {
    return error{errc::invalid_argument, "variable \"" + std::string{name} + "\": " + why, {}};
  };
  if (value.size() > mime::template_value_octets_max)
    return refuse("the value has more than " + std::to_string(mime::template_value_octets_max) +
                  " octets");
  // Nearly all values are; the full check takes ten times as long.
  if (std::all_of(value.begin(), value.end(), is_printable))
    return success();
  if (auto checked = mime::check_header_text(value, {}); !checked)
    return refuse(checked.error().what);
  return success();
}

std::string displayable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const auto character = text.substr(0, character_octets(text));
    if (is_shown(character))
      shown += character;
    else
      shown += character == "\t" ? ' ' : '?';
    text.remove_prefix(character.size());
  }
  return shown;
}

list_rejection rejection_of(std::uint64_t line, std::string_view octets, std::string_view reason) {
  std::string excerpt;
  while (!octets.empty()) {
    const auto character = octets.substr(0, character_octets(octets));
    if (excerpt.size() + character.size() > excerpt_octets_max)
      break;
    excerpt += displayable(character);
    octets.remove_prefix(character.size());
  }
  return {line, displayable(reason), std::move(excerpt)};
}

} // namespace warmfront
