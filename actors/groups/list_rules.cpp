#include "actors/groups/list_rules.hpp"

#include <algorithm>

#include "actors/core/displayable.hpp"
#include "actors/core/line_window.hpp"
#include "net/mime/header_text.hpp"
#include "net/mime/template_text.hpp"

namespace warmfront {

namespace {

constexpr std::size_t excerpt_octets_max = 60;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool is_printable(char c) noexcept {
  return c >= ' ' && c < 0x7f;
}

} // namespace

std::string line_too_long() {
  return "the line has more than " + std::to_string(list_line_octets_max) + " octets";
}

std::string_view without_byte_order_mark(std::string_view line) noexcept {
  return line.substr(line.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
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

list_rejection rejection_of(std::uint64_t line, std::string_view octets, std::string_view reason) {
  return {line, displayable(reason), displayable(octets, excerpt_octets_max)};
}

} // namespace warmfront
