#include "net/smtp/xtext.hpp"

#include "actors/core/address.hpp"

namespace warmfront::smtp {

namespace {

constexpr std::string_view digits = "0123456789ABCDEF";

/// The value of an upper-case hexadecimal digit; npos for anything else.
std::size_t digit(char c) noexcept {
  return digits.find(c);
}

bool is_plain(char c) noexcept {
  return c > ' ' && c <= '~' && c != '+' && c != '=';
}

bool is_escape(std::string_view text) noexcept {
  return text.size() >= 3 && text[0] == '+' && digit(text[1]) != std::string_view::npos &&
         digit(text[2]) != std::string_view::npos;
}

} // namespace

bool is_xtext(std::string_view text, bool utf8) noexcept {
  bool ascii = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) >= 0x80) {
      ascii = false;
    } else if (is_escape(text.substr(i))) {
      i += 2;
    } else if (!is_plain(text[i])) {
      return false;
    }
  }
  return ascii || (utf8 && is_utf8(text));
}

std::string encode_xtext(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (is_plain(c)) {
      encoded += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      encoded += '+';
      encoded += digits[octet >> 4];
      encoded += digits[octet & 0xf];
    }
  }
  return encoded;
}

std::optional<std::string> decode_xtext(std::string_view text) {
  if (!is_xtext(text, true)) {
    return std::nullopt;
  }
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

} // namespace warmfront::smtp
