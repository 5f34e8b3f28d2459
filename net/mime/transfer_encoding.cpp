#include "net/mime/transfer_encoding.hpp"

#include <algorithm>
#include <cstdint>

namespace warmfront::mime {

namespace {

constexpr std::size_t encoded_line_max = 76;
constexpr std::string_view hex_digits = "0123456789ABCDEF";
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum class wrong_escape { ends_it, stays };

// One line without its end. @returns false for a wrong escape that ends it.
bool decode_quoted_line(std::string_view line, wrong_escape at_fault, std::string& to) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '=') {
      to.push_back(line[i]);
      continue;
    }
    const int high = i + 1 < line.size() ? hex_value(line[i + 1]) : -1;
    const int low = i + 2 < line.size() ? hex_value(line[i + 2]) : -1;
    if (high >= 0 && low >= 0) {
      to.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else if (at_fault == wrong_escape::stays) {
      to.push_back('=');
    } else {
      return false;
    }
  }
  return true;
}

std::optional<std::string> decode_quoted(std::string_view text, wrong_escape at_fault) {
  std::string decoded;
  decoded.reserve(text.size());
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    const bool is_crlf = end != std::string_view::npos && line.ends_with('\r');
    if (is_crlf)
      line.remove_suffix(1);
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t'))
      line.remove_suffix(1);
    const bool is_soft = line.ends_with('=');
    if (is_soft)
      line.remove_suffix(1);
    if (!decode_quoted_line(line, at_fault, decoded))
      return std::nullopt;
    if (end == std::string_view::npos)
      break;
    if (!is_soft)
      decoded += is_crlf ? "\r\n" : "\n";
    text.remove_prefix(end + 1);
  }
  return decoded;
}

// One line without its end, as lines that are short enough.
void encode_quoted_line(std::string_view line, std::string& to) {
  std::size_t column = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto octet = static_cast<unsigned char>(line[i]);
    const bool blank = octet == ' ' || octet == '\t';
    const bool plain =
        (octet > ' ' && octet < 0x7f && octet != '=') || (blank && i + 1 < line.size());
    const std::size_t width = plain ? 1 : 3;
    const bool is_last = i + 1 == line.size();
    // A soft break takes a column; a blank must not be the last thing before one, but it may be:
    // the `=` of the break follows it.
    if (column + width > encoded_line_max - (is_last ? 0 : 1)) {
      to += "=\r\n";
      column = 0;
    }
    if (plain)
      to.push_back(line[i]);
    else
      to.append({'=', hex_digits[octet >> 4], hex_digits[octet & 15]});
    column += width;
  }
}

} // namespace

std::optional<std::string> decode_quoted_printable(std::string_view text) {
  return decode_quoted(text, wrong_escape::ends_it);
}

std::string read_quoted_printable(std::string_view text) {
  return decode_quoted(text, wrong_escape::stays).value();
}

std::string encode_quoted_printable(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size() + text.size() / 8);
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    if (end != std::string_view::npos && line.ends_with('\r'))
      line.remove_suffix(1);
    encode_quoted_line(line, encoded);
    if (end == std::string_view::npos)
      break;
    encoded += "\r\n";
    text.remove_prefix(end + 1);
  }
  return encoded;
}

std::optional<std::string> decode_base64_body(std::string_view text) {
  std::string octets;
  octets.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int digits = 0;
  int padding = 0;
  for (const char c : text) {
    if (c == '\r' || c == '\n' || c == ' ' || c == '\t')
      continue;
    const auto value = base64_digits.find(c);
    if (c == '=' && digits >= 2 && digits + padding < 4) {
      ++padding;
      continue;
    }
    if (value == std::string_view::npos || padding > 0)
      return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    if (++digits == 4) {
      for (const int shift : {16, 8, 0})
        octets.push_back(static_cast<char>(bits >> shift & 0xff));
      bits = 0;
      digits = 0;
    }
  }
  if (digits == 1 || (padding > 0 && digits + padding != 4))
    return std::nullopt;
  if (digits >= 2)
    octets.push_back(static_cast<char>((digits == 2 ? bits >> 4 : bits >> 10) & 0xff));
  if (digits == 3)
    octets.push_back(static_cast<char>(bits >> 2 & 0xff));
  return octets;
}

std::string read_base64_body(std::string_view text) {
  std::string digits;
  for (const char c : text.substr(0, text.find('=')))
    if (base64_digits.find(c) != std::string_view::npos)
      digits.push_back(c);
  if (digits.size() % 4 == 1) // half an octet
    digits.pop_back();
  return decode_base64_body(digits).value();
}

std::string encode_base64_body(std::string_view octets) {
  std::string text;
  text.reserve(octets.size() / 3 * 4 + octets.size() / 57 * 2 + 8);
  std::size_t column = 0;
  for (std::size_t i = 0; i < octets.size(); i += 3) {
    const auto at = [&](std::size_t n) {
      return n < octets.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(octets[n]))
                               : 0u;
    };
    const auto bits = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    text.push_back(base64_digits[bits >> 18 & 63]);
    text.push_back(base64_digits[bits >> 12 & 63]);
    text.push_back(i + 1 < octets.size() ? base64_digits[bits >> 6 & 63] : '=');
    text.push_back(i + 2 < octets.size() ? base64_digits[bits & 63] : '=');
    column += 4;
    if (column == encoded_line_max) {
      text += "\r\n";
      column = 0;
    }
  }
  if (column > 0)
    text += "\r\n";
  return text;
}

} // namespace warmfront::mime
