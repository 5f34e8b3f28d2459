#include "net/reports/mail_parts.hpp"

#include <algorithm>

#include "actors/core/address.hpp"
#include "actors/core/displayable.hpp"
#include "net/mime/header_block.hpp"
#include "net/mime/multipart.hpp"
#include "net/mime/parameterised.hpp"
#include "net/mime/transfer_encoding.hpp"

namespace warmfront::reports {

namespace {

constexpr std::size_t boundary_octets_max = 200; // RFC 2046 §5.1.1 says 70
constexpr std::size_t lines_max = 20'000;
constexpr std::size_t content_type_octets_max = 2'000;

std::string decode_part(std::string_view body, const std::string& encoding,
                        std::size_t octets_max) {
  if (encoding != "base64" && encoding != "quoted-printable")
    return std::string{body.substr(0, octets_max)};
  auto decoded =
      encoding == "base64" ? mime::read_base64_body(body) : mime::read_quoted_printable(body);
  decoded.resize(std::min(decoded.size(), octets_max));
  return decoded;
}

class part_reader {
public:
  explicit part_reader(const part_limits& limits) : limits_{limits} {}

  void read(std::string_view entity, std::size_t depth) {
    const mime::header_block block{entity};
    const auto body_at = block.body_offset();
    const auto header = entity.substr(0, body_at);
    const auto body = entity.substr(body_at);
    const mime::parameterised kind{
        field_value(header, "Content-Type").substr(0, content_type_octets_max)};
    const std::string named = kind.type();
    const std::string type = named.empty() ? "text/plain" : named;
    const std::string boundary = kind.parameter("boundary");
    if (type.starts_with("multipart/") && depth < limits_.depth_max && !boundary.empty() &&
        boundary.size() <= boundary_octets_max) {
      for (const auto each : mime::multipart_bodies(body, boundary, limits_.parts_max)) {
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
