#include "net/mime/template_tags.hpp"

#include <algorithm>
#include <optional>

#include "actors/core/address.hpp"
#include "net/mime/header_text.hpp"
#include "net/mime/template_text.hpp"

namespace warmfront::mime {

namespace {

// Rendering recurses into sections.
constexpr std::size_t sections_deep_max = 16;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

class tag_finder {
public:
  using kind = template_tag::kind;

  tag_finder(std::string_view source, const std::string& field) : source_{source}, field_{field} {}

  result<std::vector<template_tag>> find() {
    for (auto at = source_.find("{{"); at != std::string_view::npos; at = source_.find("{{", at)) {
      WARMFRONT_TRY(after, read_tag(at));
      WARMFRONT_TRY(nest(tags_.back()));
      at = after;
    }
    if (!open_.empty())
      return wrong(open_.back().at, "the section " + shown(open_.back().name) + " is not closed",
                   "end it with {{/" + std::string{open_.back().name} + "}}");
    return std::move(tags_);
  }

private:
  [[nodiscard]] error wrong(std::size_t at, const std::string& what, std::string remedy) const {
    return {errc::invalid_argument,
            "the " + field_ + ", " + position_text(source_, at) + ": " + what, std::move(remedy),
            field_};
  }
  static std::string shown(std::string_view name) { return quote_for_message(name); }

  // Adds the tag and returns where the text after it begins.
  result<std::size_t> read_tag(std::size_t at) {
    const bool triple = source_.substr(at).starts_with("{{{");
    const std::string_view closing = triple ? "}}}" : "}}";
    const auto begin = at + closing.size();
    const auto end = source_.find(closing, begin);
    if (end == std::string_view::npos)
      return wrong(at, "the tag that begins here does not end",
                   "end it with " + std::string{closing} + "; two braces always begin a tag");
    auto inner = trimmed(source_.substr(begin, end - begin));
    WARMFRONT_TRY(what, kind_of(at, triple, inner));
    if (what != kind::comment && !is_template_name(inner))
      return wrong(at, shown(inner) + " is not a name",
                   "use up to 64 letters, digits and signs without blanks or braces");
    tags_.push_back({what, inner, at});
    return end + closing.size();
  }

  // Takes the sign in front of the name away.
  result<kind> kind_of(std::size_t at, bool triple, std::string_view& inner) const {
    if (triple || inner.empty())
      return triple ? kind::unescaped_value : kind::value;
    const auto sign = inner.front();
    if (sign == '>')
      return wrong(at, "a template cannot contain another one", "put its text here");
    if (sign == '=')
      return wrong(at, "the braces cannot be changed", "use {{name}}");
    constexpr std::string_view signs = "#^/!&";
    constexpr kind kinds[] = {kind::section, kind::inverted_section, kind::end, kind::comment,
                              kind::unescaped_value};
    const auto found = signs.find(sign);
    if (found == std::string_view::npos)
      return kind::value;
    inner = trimmed(inner.substr(1));
    return kinds[found];
  }

  result<void> nest(const template_tag& tag) {
    if (tag.what == kind::section || tag.what == kind::inverted_section) {
      if (open_.size() == sections_deep_max)
        return wrong(tag.at, "sections are nested more than 16 deep", "nest fewer");
      open_.push_back(tag);
    } else if (tag.what == kind::end) {
      if (open_.empty() || open_.back().name != tag.name)
        return wrong(tag.at, "the end of " + shown(tag.name) + " ends no open section",
                     open_.empty()
                         ? "remove it"
                         : "end " + shown(open_.back().name) + " before, which begins at " +
                               position_text(source_, open_.back().at));
      open_.pop_back();
    }
    return success();
  }

  std::string_view source_;
  const std::string& field_;
  std::vector<template_tag> tags_;
  std::vector<template_tag> open_;
};

} // namespace

bool is_template_name(std::string_view name) {
  constexpr std::string_view no_first = "#^/!>&=.";
  return !name.empty() && name.size() <= template_name_octets_max && is_utf8(name) &&
         no_first.find(name.front()) == std::string_view::npos &&
         std::none_of(name.begin(), name.end(), [](char c) {
           return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '{' || c == '}';
         });
}

std::string position_text(std::string_view source, std::size_t at) {
  const auto before = source.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto last_end = before.rfind('\n');
  const auto in_line = last_end == std::string_view::npos ? before : before.substr(last_end + 1);
  const auto column = 1 + std::count_if(in_line.begin(), in_line.end(), [](char c) {
                        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
                      });
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

result<std::vector<template_tag>> find_template_tags(std::string_view source,
                                                     const std::string& field) {
  return tag_finder{source, field}.find();
}

} // namespace warmfront::mime
