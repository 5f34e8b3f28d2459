#include "net/feedback/links.hpp"

#include <algorithm>

namespace warmfront::feedback {

namespace {

constexpr std::string_view percent_digits = "0123456789ABCDEF";

bool is_unreserved(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

bool has_scheme(std::string_view text, std::string_view scheme) {
  return text.size() > scheme.size() &&
         std::equal(scheme.begin(), scheme.end(), text.begin(), [](char expected, char c) {
           return expected == (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
         });
}

} // namespace

bool is_safe_target(std::string_view target) {
  const std::size_t host = has_scheme(target, "https://")  ? 8
                           : has_scheme(target, "http://") ? 7
                                                           : 0;
  if (host == 0 || target.size() > target_octets_max)
    return false;
  constexpr std::string_view no_host = "/?#:@";
  return no_host.find(target[host]) == std::string_view::npos &&
         std::ranges::none_of(target, [](char c) {
           const auto octet = static_cast<unsigned char>(c);
           return octet <= ' ' || octet == 0x7f || c == '\\' || c == '"' || c == '<' || c == '>';
         });
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size() + text.size() / 4);
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded.push_back(c);
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    encoded.append({'%', percent_digits[octet >> 4], percent_digits[octet & 15]});
  }
  return encoded;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    const auto digit = [&](std::size_t at) {
      const char c = at < text.size() ? text[at] : ' ';
      return percent_digits.find(c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c);
    };
    const auto high = digit(i + 1);
    const auto low = digit(i + 2);
    if (high == std::string_view::npos || low == std::string_view::npos)
      return std::nullopt;
    decoded.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return decoded;
}

std::string open_url(std::string_view base, std::string_view token) {
  return std::string{base}.append("/o/").append(token).append(".gif");
}

std::string click_url(const token_key& key, std::string_view base, std::string_view token,
                      std::string_view target) {
  return std::string{base}
      .append("/c/")
      .append(token)
      .append("?u=")
      .append(percent_encode(target))
      .append("&s=")
      .append(sign_target(key, token, target));
}

std::string unsubscribe_url(std::string_view base, std::string_view token) {
  return std::string{base}.append("/u/").append(token);
}

} // namespace warmfront::feedback
