#include "net/mime/header_block.hpp"

#include <algorithm>

namespace warmfront::mime {

namespace {

constexpr bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

/// RFC 5322 §3.6.8: printable ASCII without the colon.
constexpr bool is_name_octet(char c) noexcept {
  return c > ' ' && c < 0x7f && c != ':';
}

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// The offset after the line that begins at `from`.
std::size_t line_end(std::string_view content, std::size_t from) noexcept {
  const auto feed = content.find('\n', from);
  return feed == std::string_view::npos ? content.size() : feed + 1;
}

std::string_view without_line_end(std::string_view line) noexcept {
  if (line.ends_with('\n'))
    line.remove_suffix(1);
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  return line;
}

bool is_removed(std::string_view name, std::span<const std::string_view> remove) noexcept {
  return std::any_of(remove.begin(), remove.end(), [&](std::string_view pattern) {
    if (!pattern.ends_with('*'))
      return is_same_name(name, pattern);
    pattern.remove_suffix(1);
    return is_same_name(name.substr(0, pattern.size()), pattern);
  });
}

} // namespace

std::optional<header_field> header_reader::next() noexcept {
  if (ended_ || position_ >= content_.size())
    return std::nullopt;
  const auto start = position_;
  auto end = line_end(content_, start);
  const auto first = content_.substr(start, end - start);
  if (without_line_end(first).empty()) {
    ended_ = true;
    position_ = end;
    return std::nullopt;
  }
  std::size_t name_size = 0;
  while (name_size < first.size() && is_name_octet(first[name_size]))
    ++name_size;
  auto colon = name_size;
  while (colon < first.size() && is_blank(first[colon]))
    ++colon;
  if (name_size == 0 || colon == first.size() || first[colon] != ':') {
    ended_ = true;
    return std::nullopt;
  }
  while (end < content_.size() && is_blank(content_[end]))
    end = line_end(content_, end);
  position_ = end;
  const auto line = content_.substr(start, end - start);
  return header_field{line.substr(0, name_size), without_line_end(line).substr(colon + 1), line};
}

std::optional<header_field> header_block::find(std::string_view name) const noexcept {
  header_reader reader{content_};
  while (auto field = reader.next())
    if (is_same_name(field->name, name))
      return field;
  return std::nullopt;
}

std::size_t header_block::count(std::string_view name) const noexcept {
  std::size_t found = 0;
  header_reader reader{content_};
  while (const auto field = reader.next())
    found += is_same_name(field->name, name) ? 1 : 0;
  return found;
}

std::size_t header_block::body_offset() const noexcept {
  header_reader reader{content_};
  while (reader.next())
    continue;
  return reader.body_offset();
}

bool is_same_name(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [](char left, char right) { return lower(left) == lower(right); });
}

std::string unfold(std::string_view value) {
  std::string line;
  line.reserve(value.size());
  std::copy_if(value.begin(), value.end(), std::back_inserter(line),
               [](char c) { return c != '\r' && c != '\n'; });
  const auto begin = line.find_first_not_of(" \t");
  if (begin == std::string::npos)
    return {};
  return line.substr(begin, line.find_last_not_of(" \t") - begin + 1);
}

edited_header edit_header(std::string_view content, std::string_view prepend,
                          std::span<const std::string_view> remove) {
  constexpr std::size_t usual_header_octets = 2048;
  edited_header edited;
  edited.header.reserve(prepend.size() + std::min(content.size(), usual_header_octets));
  edited.header = prepend;
  header_reader reader{content};
  while (const auto field = reader.next())
    if (!is_removed(field->name, remove))
      edited.header += field->line;
  edited.body_offset = reader.body_offset();
  // Content may end inside its last field.
  if (!edited.header.empty() && edited.header.back() != '\n')
    edited.header += "\r\n";
  edited.header += "\r\n";
  return edited;
}

edited_header remove_fields(std::string_view content, std::span<const std::string_view> names) {
  return edit_header(content, {}, names);
}

} // namespace warmfront::mime
