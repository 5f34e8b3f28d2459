#include "net/dkim/tag_list.hpp"

#include <algorithm>
#include <string>

namespace warmfront::dkim {

namespace {

constexpr std::size_t octets_max = 16 * 1024;
constexpr std::size_t tags_max = 64;

bool is_tag_name(std::string_view name) noexcept {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

error bad_list(std::string why) {
  return error{errc::invalid_argument, std::move(why), {}};
}

} // namespace

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

result<tag_list> tag_list::parse(std::string_view text) {
  if (text.size() > octets_max)
    return bad_list("it has more than " + std::to_string(octets_max) + " octets");
  tag_list list;
  while (!trimmed(text).empty()) {
    const auto end = text.find(';');
    const auto part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto equals = part.find('=');
    const auto name = trimmed(part.substr(0, equals));
    if (equals == std::string_view::npos || !is_tag_name(name))
      return bad_list("'" + std::string{trimmed(part).substr(0, 40)} + "' is no tag");
    if (list.find(name))
      return bad_list("the tag " + std::string{name} + "= stands in it twice");
    if (list.tags_.size() == tags_max)
      return bad_list("it has more than " + std::to_string(tags_max) + " tags");
    list.tags_.emplace_back(name, trimmed(part.substr(equals + 1)));
  }
  return list;
}

std::optional<std::string_view> tag_list::find(std::string_view name) const noexcept {
  for (const auto& [tag, value] : tags_)
    if (tag == name)
      return value;
  return std::nullopt;
}

} // namespace warmfront::dkim
