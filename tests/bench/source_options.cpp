#include "tests/bench/source_options.hpp"

#include <string_view>

namespace warmfront::bench {
namespace {

std::string base64(std::string_view octets) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < octets.size(); at += 3) {
    const auto group = octets.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += i <= group.size() ? digits[(bits >> (18 - 6 * i)) & 63] : '=';
    }
  }
  return text;
}

} // namespace

std::string plain_response(const std::string& user_and_secret) {
  auto response = '\0' + user_and_secret;
  if (const auto colon = response.find(':'); colon != std::string::npos) {
    response[colon] = '\0';
  }
  return base64(response);
}

} // namespace warmfront::bench
