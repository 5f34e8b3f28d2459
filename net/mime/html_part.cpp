#include "net/mime/html_part.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "actors/core/address.hpp"
#include "actors/core/displayable.hpp"
#include "net/mime/header_block.hpp"
#include "net/mime/header_text.hpp"
#include "net/mime/multipart.hpp"
#include "net/mime/parameterised.hpp"
#include "net/mime/transfer_encoding.hpp"

namespace warmfront::mime {

namespace {

constexpr int multiparts_max = 8; // inside each other
constexpr std::size_t parts_max = 10'000;

std::string field_of(std::string_view entity, std::string_view name) {
  const auto found = header_block{entity}.find(name);
  return found ? unfold(found->value) : std::string{};
}

struct span_of_entity {
  std::size_t begin = 0;
  std::size_t end = 0;
};

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
    if (disposition == "attachment" || !is_like_ascii(in_lower_case(kind.parameter("charset"))))
      return std::nullopt;
    return html_place{where,
                      in_lower_case(without_blanks(field_of(entity, "Content-Transfer-Encoding")))};
  }
  if (!type.starts_with("multipart/") || type == "multipart/signed" ||
      type == "multipart/encrypted" || depth == 0)
    return std::nullopt;
  const auto boundary = kind.parameter("boundary");
  if (boundary.empty())
    return std::nullopt;
  const auto body = entity.substr(header_block{entity}.body_offset());
  for (const auto part : multipart_bodies(body, boundary, parts_max)) {
    const auto begin = static_cast<std::size_t>(part.data() - content.data());
    if (auto found = find_html(content, {begin, begin + part.size()}, depth - 1))
      return found;
  }
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
