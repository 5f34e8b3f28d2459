#include "net/reports/mail_parts.hpp"

#include <algorithm>
#include <optional>

#include "actors/core/address.hpp"
#include "actors/core/displayable.hpp"
#include "net/mime/header_block.hpp"

namespace warmfront::reports {

namespace {

constexpr std::size_t boundary_octets_max = 200; // RFC 2046 §5.1.1 says 70
constexpr std::size_t lines_max = 20'000;
constexpr std::size_t content_type_octets_max = 2'000;

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return static_cast<unsigned>(c - '0');
  const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
  return lower >= 'a' && lower <= 'f' ? std::optional{static_cast<unsigned>(lower - 'a' + 10)}
                                      : std::nullopt;
}

/// RFC 2045 §6.7, as tolerant as it asks a reader to be: what is no escape stays.
std::string decode_quoted_printable(std::string_view text, std::size_t octets_max) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size() && decoded.size() < octets_max; ++at) {
    if (text[at] != '=') {
      decoded += text[at];
      continue;
    }
    const auto rest = text.substr(at + 1);
    if (rest.starts_with("\r\n")) {
      at += 2;
    } else if (rest.starts_with("\n")) {
      at += 1;
    } else if (rest.size() >= 2 && hex_digit(rest[0]) && hex_digit(rest[1])) {
      decoded += static_cast<char>(*hex_digit(rest[0]) << 4U | *hex_digit(rest[1]));
      at += 2;
    } else {
      decoded += '=';
    }
  }
  return decoded;
}

/// RFC 2045 §6.8: characters that are not in the alphabet are passed over.
std::string decode_lenient_base64(std::string_view text, std::size_t octets_max) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string decoded;
  unsigned waiting = 0;
  unsigned bits = 0;
  for (const char c : text) {
    if (c == '=' || decoded.size() >= octets_max)
      break;
    const auto digit = digits.find(c);
    if (digit == std::string_view::npos)
      continue;
    waiting = (waiting << 6U | static_cast<unsigned>(digit)) & 0xffffU;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      decoded += static_cast<char>(waiting >> bits & 0xffU);
    }
  }
  return decoded;
}

std::string decode_part(std::string_view body, const std::string& encoding,
                        std::size_t octets_max) {
  if (encoding == "base64")
    return decode_lenient_base64(body, octets_max);
  if (encoding == "quoted-printable")
    return decode_quoted_printable(body, octets_max);
  return std::string{body.substr(0, octets_max)};
}

/// A parameter of a Content-Type, without quotes.
std::string parameter(std::string_view value, std::string_view name) {
  value = value.substr(0, content_type_octets_max);
  const std::string lower = in_lower_case(value);
  for (auto at = lower.find(';'); at != std::string::npos; at = lower.find(';', at + 1)) {
    auto rest = without_blanks(value.substr(at + 1));
    if (!in_lower_case(rest.substr(0, name.size())).starts_with(name))
      continue;
    rest = without_blanks(rest.substr(name.size()));
    if (!rest.starts_with('='))
      continue;
    rest = without_blanks(rest.substr(1));
    if (rest.starts_with('"')) {
      rest.remove_prefix(1);
      return std::string{rest.substr(0, rest.find('"'))};
    }
    return std::string{rest.substr(0, rest.find_first_of("; \t"))};
  }
  return {};
}

std::string media_type(std::string_view value) {
  return in_lower_case(without_blanks(value.substr(0, value.find(';'))));
}

/// The bodies between the lines of a boundary (RFC 2046 §5.1.1). Without its end the last body ends
/// with the mail.
std::vector<std::string_view> between_boundaries(std::string_view body, const std::string& boundary,
                                                 std::size_t most) {
  const std::string mark = "--" + boundary;
  std::vector<std::string_view> bodies;
  std::optional<std::size_t> begin;
  std::size_t line = 0;
  while (line < body.size() && bodies.size() < most) {
    const auto end = std::min(body.find('\n', line), body.size());
    const auto text = without_blanks(body.substr(line, end - line));
    const auto bare = text.ends_with('\r') ? text.substr(0, text.size() - 1) : text;
    const bool is_last = bare == mark + "--";
    if (is_last || bare == mark) {
      if (begin)
        bodies.push_back(body.substr(*begin, line - *begin));
      if (is_last)
        return bodies;
      begin = std::min(end + 1, body.size());
    }
    line = end + 1;
  }
  if (begin && bodies.size() < most)
    bodies.push_back(body.substr(*begin));
  return bodies;
}

class part_reader {
public:
  explicit part_reader(const part_limits& limits) : limits_{limits} {}

  void read(std::string_view entity, std::size_t depth) {
    const mime::header_block block{entity};
    const auto body_at = block.body_offset();
    const auto header = entity.substr(0, body_at);
    const auto body = entity.substr(body_at);
    const std::string value = field_value(header, "Content-Type");
    const std::string type = value.empty() ? "text/plain" : media_type(value);
    const std::string boundary = parameter(value, "boundary");
    if (type.starts_with("multipart/") && depth < limits_.depth_max && !boundary.empty() &&
        boundary.size() <= boundary_octets_max) {
      for (const auto each : between_boundaries(body, boundary, limits_.parts_max)) {
        if (parts.size() >= limits_.parts_max)
          return;
        read(each, depth + 1);
      }
      return;
    }
    const std::string encoding =
        in_lower_case(without_blanks(field_value(header, "Content-Transfer-Encoding")));
    parts.push_back({type, header, decode_part(body, encoding, limits_.part_octets_max)});
  }

  std::vector<mail_part> parts;

private:
  const part_limits& limits_;
};

} // namespace

std::vector<mail_part> leaf_parts(std::string_view content, const part_limits& limits) {
  part_reader reader{limits};
  reader.read(content, 0);
  return std::move(reader.parts);
}

std::string field_value(std::string_view header, std::string_view name) {
  const auto found = mime::header_block{header}.find(name);
  return found ? mime::unfold(found->value) : std::string{};
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t begin = 0; begin < text.size() && lines.size() < lines_max;) {
    const auto end = std::min(text.find('\n', begin), text.size());
    auto line = text.substr(begin, end - begin);
    while (line.ends_with('\r'))
      line.remove_suffix(1);
    lines.push_back(line);
    begin = end + 1;
  }
  return lines;
}

} // namespace warmfront::reports
