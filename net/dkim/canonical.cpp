#include "net/dkim/canonical.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace warmfront::dkim {

namespace {

constexpr bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// Sixteen octets at once, on whatever the machine has for that; a comparison gives 0xff for true.
using octet_vector = unsigned char __attribute__((vector_size(16)));

octet_vector load(const char* from) noexcept {
  octet_vector octets;
  std::memcpy(&octets, from, sizeof octets);
  return octets;
}

/// Blanks that the relaxed forms change: tabs, and spaces before other blanks or a line's end.
/// Where line ends go, too (in a header), all of them.
template <bool unfolds>
constexpr bool is_irregular(char c, char next) noexcept {
  return c == '\t' || (c == ' ' && (is_blank(next) || next == '\r' || next == '\n')) ||
         (unfolds && (c == '\r' || c == '\n'));
}

/// The first irregular place in [at, end), or `end`. @pre `text[end]` can be read.
template <bool unfolds>
std::size_t next_irregular(std::string_view text, std::size_t at, std::size_t end) noexcept {
  for (; end - at >= sizeof(octet_vector); at += sizeof(octet_vector)) {
    const auto here = load(text.data() + at);
    const auto next = load(text.data() + at + 1);
    auto found =
        ((here == ' ') & ((next == ' ') | (next == '\t') | (next == '\r') | (next == '\n'))) |
        (here == '\t');
    if constexpr (unfolds)
      found |= (here == '\r') | (here == '\n');
    std::array<std::uint64_t, 2> words{};
    std::memcpy(words.data(), &found, sizeof found);
    if ((words[0] | words[1]) != 0)
      break;
  }
  while (at < end && !is_irregular<unfolds>(text[at], text[at + 1]))
    ++at;
  return at;
}

/// Adds octets until the limit is reached, and counts all.
class limited_hash {
public:
  limited_hash(hasher& to, std::optional<std::uint64_t> octets_max)
      : to_{to}, left_{octets_max.value_or(std::numeric_limits<std::uint64_t>::max())} {}
  void add(std::string_view octets) {
    const auto taken = std::min<std::uint64_t>(left_, octets.size());
    to_.add(octets.substr(0, static_cast<std::size_t>(taken)));
    left_ -= taken;
    octets_ += octets.size();
  }
  [[nodiscard]] std::uint64_t octets() const noexcept { return octets_; }

private:
  hasher& to_;
  std::uint64_t left_;
  std::uint64_t octets_ = 0;
};

/// Without the line ends at the end: the last line has content, or there is none.
std::string_view without_empty_lines(std::string_view body) noexcept {
  while (body.ends_with("\r\n"))
    body.remove_suffix(2);
  return body;
}

/// The same where lines of blanks are empty, and without the blanks of the last line.
std::string_view without_blank_lines(std::string_view body) noexcept {
  while (true) {
    while (!body.empty() && is_blank(body.back()))
      body.remove_suffix(1);
    if (!body.ends_with("\r\n"))
      return body;
    body.remove_suffix(2);
  }
}

/// RFC 6376 §3.4.4. Runs that are canonical already go to the hash as they stand in the mail.
void add_relaxed(std::string_view text, limited_hash& to) {
  if (text.empty())
    return;
  const auto last = text.size() - 1; // no blank
  std::size_t begin = 0;
  std::size_t at = 0;
  while ((at = next_irregular<false>(text, at, last)) < last) {
    auto end = at;
    while (is_blank(text[end]))
      ++end;
    if (text.compare(end, 2, "\r\n") == 0) {
      to.add(text.substr(begin, at - begin));
    } else if (text[at] == ' ') {
      to.add(text.substr(begin, at + 1 - begin));
    } else {
      to.add(text.substr(begin, at - begin));
      to.add(" ");
    }
    begin = at = end;
  }
  to.add(text.substr(begin));
  to.add("\r\n");
}

/// RFC 6376 §3.4.2: on one line, one space for each run of blanks, none around it.
void append_relaxed(std::string_view value, std::string& to) {
  const auto is_space = [](char c) { return is_blank(c) || c == '\r' || c == '\n'; };
  while (!value.empty() && is_space(value.back()))
    value.remove_suffix(1);
  while (!value.empty() && is_space(value.front()))
    value.remove_prefix(1);
  if (value.empty())
    return;
  const auto last = value.size() - 1; // no blank
  std::size_t begin = 0;
  for (std::size_t at = 0; (at = next_irregular<true>(value, at, last)) < last; begin = at) {
    to += value.substr(begin, at - begin);
    bool has_blank = false;
    for (; is_space(value[at]); ++at)
      has_blank = has_blank || is_blank(value[at]);
    to += has_blank ? " " : "";
  }
  to += value.substr(begin);
}

} // namespace

std::string_view mail_field::value() const noexcept {
  return line.substr(line.find(':') + 1);
}

void split(std::string_view content, split_mail& into) {
  into.fields.clear();
  append_mail(content, into);
}

void append_mail(std::string_view content, split_mail& into) {
  into.body = {};
  std::size_t at = 0;
  while (at < content.size()) {
    if (content.substr(at, 2) == "\r\n") {
      into.body = content.substr(at + 2);
      return;
    }
    const auto begin = at;
    do { // a line and those that continue it
      const auto found = content.find('\n', at);
      at = found == std::string_view::npos ? content.size() : found + 1;
    } while (at < content.size() && is_blank(content[at]));
    const auto line = content.substr(begin, at - begin);
    const auto colon = line.substr(0, line.find('\n')).find(':');
    if (colon == std::string_view::npos || is_blank(line.front()))
      continue;
    auto name = line.substr(0, colon);
    while (!name.empty() && is_blank(name.back()))
      name.remove_suffix(1);
    into.fields.push_back({name, line});
  }
}

void append_field(const mail_field& field, canonicalization how, std::string& to) {
  if (how == canonicalization::simple) {
    auto line = field.line;
    if (line.ends_with("\r\n"))
      line.remove_suffix(2);
    to += line;
    return;
  }
  const auto before = to.size();
  to += field.name;
  std::transform(to.begin() + static_cast<std::ptrdiff_t>(before), to.end(),
                 to.begin() + static_cast<std::ptrdiff_t>(before), lower);
  to += ':';
  append_relaxed(field.value(), to);
}

std::uint64_t add_body(std::string_view body, canonicalization how, hasher& to,
                       std::optional<std::uint64_t> octets_max) {
  limited_hash limited{to, octets_max};
  if (how == canonicalization::simple) {
    limited.add(without_empty_lines(body));
    limited.add("\r\n");
  } else {
    add_relaxed(without_blank_lines(body), limited);
  }
  return limited.octets();
}

bool is_same_text(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

} // namespace warmfront::dkim
