#include "admin/api/target.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace warmfront::admin {

namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Resolves escapes; in a query `+` is a blank.
std::optional<std::string> decode(std::string_view text, bool in_query) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && in_query) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else if (text.size() - i < 3 || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) {
      return std::nullopt;
    } else {
      decoded += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    }
  }
  return decoded;
}

bool is_segment(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '/' || c == '\\';
  });
}

/// Calls `use` with each part of `text` between separators; false as soon as `use` says so.
template <class Use>
bool split(std::string_view text, char separator, Use use) {
  while (true) {
    const auto end = text.find(separator);
    if (!use(text.substr(0, end))) {
      return false;
    }
    if (end == std::string_view::npos) {
      return true;
    }
    text.remove_prefix(end + 1);
  }
}

bool add_segment(request_target& target, std::string_view part) {
  auto decoded = decode(part, false);
  if (!decoded || !is_segment(*decoded)) {
    return false;
  }
  target.segments.push_back(std::move(*decoded));
  return true;
}

bool add_query(request_target& target, std::string_view part) {
  if (part.empty()) {
    return true;
  }
  const auto equals = part.find('=');
  auto name = decode(part.substr(0, equals), true);
  auto value =
      decode(equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1), true);
  if (!name || !value) {
    return false;
  }
  target.query.emplace_back(std::move(*name), std::move(*value));
  return true;
}

} // namespace

std::optional<request_target> parse_target(std::string_view target) {
  const auto scheme = target.find("://");
  if (scheme != std::string_view::npos && target.front() != '/') {
    const auto path = target.find('/', scheme + 3);
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  if (target.empty() || target.front() != '/') {
    return std::nullopt;
  }
  const auto question = target.find('?');
  const auto path = target.substr(1, question == std::string_view::npos ? question : question - 1);
  request_target parts;
  const bool path_ok = path.empty() || split(path, '/', [&](std::string_view part) {
                         return add_segment(parts, part);
                       });
  const bool query_ok = question == std::string_view::npos ||
                        split(target.substr(question + 1), '&',
                              [&](std::string_view part) { return add_query(parts, part); });
  return path_ok && query_ok ? std::optional{std::move(parts)} : std::nullopt;
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    encoded += unreserved
                   ? std::string(1, c)
                   : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return encoded;
}

} // namespace warmfront::admin
