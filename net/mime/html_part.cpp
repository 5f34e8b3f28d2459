#include "net/mime/html_part.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "net/mime/header_block.hpp"
#include "net/mime/header_text.hpp"
#include "net/mime/transfer_encoding.hpp"

namespace warmfront::mime {

namespace {

constexpr int multiparts_max = 8;

std::string lower_case(std::string_view text) {
  std::string lower{text};
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return lower;
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

/// A value with parameters (RFC 2045 §5.1). Comments are not understood.
class parameterised {
public:
  explicit parameterised(std::string value) : value_{std::move(value)} {}

  [[nodiscard]] std::string type() const {
    return lower_case(without_blanks(std::string_view{value_}.substr(0, value_.find(';'))));
  }

  /// Empty: there is none.
  [[nodiscard]] std::string parameter(std::string_view wanted) const {
    std::string_view rest{value_};
    rest.remove_prefix(std::min(rest.find(';'), rest.size()));
    while (rest.starts_with(';')) {
      rest.remove_prefix(1);
      const auto name = without_blanks(rest.substr(0, rest.find_first_of("=;")));
      rest.remove_prefix(std::min(rest.find_first_of("=;"), rest.size()));
      std::string value;
      if (rest.starts_with('='))
        value = take_value(rest);
      if (is_same_name(name, wanted))
        return value;
    }
    return {};
  }

private:
  static std::string take_value(std::string_view& rest) {
    rest.remove_prefix(1);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    std::string value;
    if (!rest.starts_with('"')) {
      const auto end = std::min(rest.find(';'), rest.size());
      value = without_blanks(rest.substr(0, end));
      rest.remove_prefix(end);
      return value;
    }
    std::size_t at = 1;
    for (; at < rest.size() && rest[at] != '"'; ++at) {
      at += rest[at] == '\\' && at + 1 < rest.size() ? 1 : 0;
      value.push_back(rest[at]);
    }
    rest.remove_prefix(std::min(at, rest.size()));
    rest.remove_prefix(std::min(rest.find(';'), rest.size()));
    return value;
  }

  std::string value_;
};

std::string field_of(std::string_view entity, std::string_view name) {
  const auto found = header_block{entity}.find(name);
  return found ? unfold(found->value) : std::string{};
}

struct span_of_entity {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The parts between boundary lines (RFC 2046 §5.1.1), as offsets in `content`.
std::vector<span_of_entity> parts_of(std::string_view content, span_of_entity body,
                                     const std::string& boundary) {
  std::vector<span_of_entity> parts;
  const auto delimiter = "--" + boundary;
  std::optional<std::size_t> begun;
  for (auto at = content.find(delimiter, body.begin); at < body.end;
       at = content.find(delimiter, at + 1)) {
    if (at != body.begin && content[at - 1] != '\n')
      continue;
    const auto line_end = std::min(content.find('\n', at), body.end);
    auto rest = content.substr(at + delimiter.size(), line_end - at - delimiter.size());
    if (rest.ends_with('\r'))
      rest.remove_suffix(1);
    const bool is_last = rest.starts_with("--");
    if (!is_last && !without_blanks(rest).empty())
      continue; // a longer boundary that begins like this one
    if (begun) {
      auto end = at - 1; // the line end before a boundary belongs to it
      end -= end > *begun && content[end - 1] == '\r' ? 1 : 0;
      parts.push_back({*begun, std::max(*begun, end)});
    }
    if (is_last)
      return parts;
    begun = std::min(line_end + 1, body.end);
  }
  if (begun) // never closed: what there is, belongs to the last one
    parts.push_back({*begun, body.end});
  return parts;
}

bool is_like_ascii(const std::string& charset) {
  return charset.empty() || charset == "utf-8" || charset == "us-ascii" ||
         charset.starts_with("iso-8859-") || charset.starts_with("windows-125");
}

struct html_place {
  span_of_entity where; ///< with its header
  std::string encoding;
};

std::optional<html_place> find_html(std::string_view content, span_of_entity where, int depth) {
  const auto entity = content.substr(where.begin, where.end - where.begin);
  const parameterised kind{field_of(entity, "Content-Type")};
  const auto type = kind.type();
  if (type == "text/html") {
    const auto disposition = parameterised{field_of(entity, "Content-Disposition")}.type();
    if (disposition == "attachment" || !is_like_ascii(lower_case(kind.parameter("charset"))))
      return std::nullopt;
    return html_place{where,
                      lower_case(without_blanks(field_of(entity, "Content-Transfer-Encoding")))};
  }
  if (!type.starts_with("multipart/") || type == "multipart/signed" ||
      type == "multipart/encrypted" || depth == 0)
    return std::nullopt;
  const auto boundary = kind.parameter("boundary");
  if (boundary.empty())
    return std::nullopt;
  const span_of_entity body{where.begin + header_block{entity}.body_offset(), where.end};
  for (const auto& part : parts_of(content, body, boundary))
    if (auto found = find_html(content, part, depth - 1))
      return found;
  return std::nullopt;
}

bool has_long_line(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end > line_octets_max)
      return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

} // namespace

std::optional<std::string> rewrite_html(std::string_view content, const html_rewriter& rewrite) {
  if (header_block{content}.count("DKIM-Signature") > 0)
    return std::nullopt;
  const auto found = find_html(content, {0, content.size()}, multiparts_max);
  if (!found)
    return std::nullopt;
  const auto entity = content.substr(found->where.begin, found->where.end - found->where.begin);
  const auto body_offset = header_block{entity}.body_offset();
  const auto body = entity.substr(body_offset);
  const bool quoted = found->encoding == "quoted-printable";
  const bool base64 = found->encoding == "base64";
  const bool plain = found->encoding.empty() || found->encoding == "7bit" ||
                     found->encoding == "8bit" || found->encoding == "binary";
  const auto text = quoted   ? decode_quoted_printable(body)
                    : base64 ? decode_base64_body(body)
                    : plain  ? std::optional{std::string{body}}
                             : std::nullopt;
  if (!text)
    return std::nullopt;
  const auto changed = rewrite(*text);
  if (changed == *text)
    return std::nullopt;
  std::string made;
  made.reserve(content.size() + content.size() / 2);
  made.append(content.substr(0, found->where.begin));
  if (plain && has_long_line(changed)) {
    constexpr std::array<std::string_view, 1> removed{"Content-Transfer-Encoding"};
    made.append(
        edit_header(entity, "Content-Transfer-Encoding: quoted-printable\r\n", removed).header);
    made.append(encode_quoted_printable(changed));
  } else {
    made.append(entity.substr(0, body_offset));
    made.append(quoted   ? encode_quoted_printable(changed)
                : base64 ? encode_base64_body(changed)
                         : changed);
  }
  return made.append(content.substr(found->where.end));
}

} // namespace warmfront::mime
