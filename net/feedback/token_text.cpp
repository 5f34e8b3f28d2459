#include "net/feedback/token_text.hpp"

#include <cstdint>

namespace warmfront::feedback {

namespace {

constexpr std::string_view base32_digits = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string to_digits(std::string_view octets, std::string_view digits, unsigned bits) {
  std::string text;
  text.reserve((8 * octets.size() + bits - 1) / bits);
  std::uint32_t waiting = 0;
  unsigned count = 0;
  const std::uint32_t mask = (1U << bits) - 1;
  for (const char octet : octets) {
    waiting = (waiting << 8U | static_cast<std::uint8_t>(octet)) & 0xffffU;
    for (count += 8; count >= bits; count -= bits)
      text += digits[waiting >> (count - bits) & mask];
  }
  if (count > 0)
    text += digits[waiting << (bits - count) & mask];
  return text;
}

std::optional<std::string> from_digits(std::string_view text, std::string_view digits,
                                       unsigned bits) {
  std::string octets;
  octets.reserve(text.size() * bits / 8);
  std::uint32_t waiting = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto digit = digits.find(c);
    if (digit == std::string_view::npos)
      return std::nullopt;
    waiting = (waiting << bits | static_cast<std::uint32_t>(digit)) & 0xffffU;
    count += bits;
    if (count >= 8) {
      count -= 8;
      octets += static_cast<char>(waiting >> count & 0xffU);
    }
  }
  if (count >= bits || (waiting & ((1U << count) - 1)) != 0)
    return std::nullopt;
  return octets;
}

} // namespace

std::string to_base32(std::string_view octets) {
  return to_digits(octets, base32_digits, 5);
}

std::optional<std::string> from_base32(std::string_view text) {
  std::string lower{text};
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c + ('a' - 'A'));
  }
  return from_digits(lower, base32_digits, 5);
}

std::string to_base64url(std::string_view octets) {
  return to_digits(octets, base64_digits, 6);
}

std::optional<std::string> from_base64url(std::string_view text) {
  return from_digits(text, base64_digits, 6);
}

} // namespace warmfront::feedback
