#include "actors/core/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace warmfront {

namespace {

constexpr std::size_t local_octets_max = 64;
constexpr std::size_t domain_octets_max = 255;
constexpr std::size_t label_octets_max = 63;

unsigned char octet(char c) noexcept {
  return static_cast<unsigned char>(c);
}

bool is_alphanumeric(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// atext of RFC 5322 §3.2.3, with UTF-8 octets of RFC 6531 (their validity is checked before).
bool is_atext(char c) noexcept {
  return is_alphanumeric(c) || octet(c) >= 0x80 ||
         std::string_view{"!#$%&'*+-/=?^_`{|}~"}.find(c) != std::string_view::npos;
}

bool is_dot_atom(std::string_view text) noexcept {
  bool after_dot = true;
  for (const char c : text) {
    if (c == '.') {
      if (after_dot) {
        return false;
      }
      after_dot = true;
    } else if (is_atext(c)) {
      after_dot = false;
    } else {
      return false;
    }
  }
  return !after_dot;
}

/// The octets of a quoted string at the start of `text`, with its quotes; 0 when it is none.
/// An `@` or `%` inside is legal by RFC 5321, but its only use today is to route through a relay
/// that unquotes it (`"victim@elsewhere"@relay`): refused.
std::size_t quoted_length(std::string_view text) noexcept {
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      return i + 1;
    }
    if (octet(c) < 0x20 || octet(c) == 0x7f || c == '@' || c == '%') {
      return 0;
    }
    if (c == '\\') {
      if (++i == text.size() || octet(text[i]) < 0x20 || octet(text[i]) > 0x7e || text[i] == '@' ||
          text[i] == '%') {
        return 0;
      }
    }
  }
  return 0;
}

/// `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3); general literals are refused, as no
/// tag but IPv6 was ever registered.
bool is_address_literal(std::string_view text) {
  if (text.size() < 3 || text.front() != '[' || text.back() != ']') {
    return false;
  }
  text = text.substr(1, text.size() - 2);
  constexpr std::string_view tag = "ipv6:";
  const bool six = text.size() > tag.size() &&
                   std::equal(tag.begin(), tag.end(), text.begin(),
                              [](char expected, char c) { return expected == to_lower(c); });
  const std::string address{six ? text.substr(tag.size()) : text};
  std::array<unsigned char, 16> out{};
  return inet_pton(six ? AF_INET6 : AF_INET, address.c_str(), out.data()) == 1 &&
         address.find('\0') == std::string::npos;
}

error refusal(std::string_view text, std::string_view why) {
  constexpr std::size_t shown_octets_max = 80;
  std::string shown;
  for (const char c : text.substr(0, shown_octets_max)) {
    shown += octet(c) < 0x20 || octet(c) >= 0x7f ? '?' : c;
  }
  return {errc::invalid_argument, "address \"" + shown + "\": " + std::string{why}, ""};
}

/// Where the local part ends: the index of its `@`; npos when there is no valid local part.
std::size_t local_end(std::string_view text) noexcept {
  if (!text.empty() && text.front() == '"') {
    const auto end = quoted_length(text);
    return end != 0 && end < text.size() && text[end] == '@' ? end : std::string_view::npos;
  }
  const auto at = text.find('@');
  return at != std::string_view::npos && is_dot_atom(text.substr(0, at)) ? at
                                                                         : std::string_view::npos;
}

} // namespace

result<mail_address> parse_address(std::string_view text, bool utf8) {
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return octet(c) < 0x80; });
  if (!ascii && !utf8) {
    return refusal(text, "octets above 127 need SMTPUTF8");
  }
  if (!ascii && !is_utf8(text)) {
    return refusal(text, "not valid UTF-8");
  }
  if (!text.empty() && text.front() == '@') {
    return refusal(text, "source routes are not supported");
  }
  const auto at = local_end(text);
  if (at == std::string_view::npos) {
    return refusal(text, "expected local-part@domain");
  }
  if (at > local_octets_max) {
    return refusal(text, "the local part is longer than 64 octets");
  }
  const auto domain = text.substr(at + 1);
  if (!is_domain(domain, utf8) && !is_address_literal(domain)) {
    return refusal(text, "the domain is not valid");
  }
  mail_address address{std::string{text.substr(0, at)}, std::string{domain}};
  std::transform(domain.begin(), domain.end(), address.domain.begin(), to_lower);
  return address;
}

std::string domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos) {
    return {};
  }
  return in_lower_case(address.substr(at + 1));
}

std::string in_lower_case(std::string_view text) {
  std::string lowered{text};
  std::transform(text.begin(), text.end(), lowered.begin(), to_lower);
  return lowered;
}

bool is_utf8(std::string_view text) noexcept {
  std::size_t i = 0;
  while (i < text.size()) {
    const unsigned lead = octet(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() - i < length) {
      return false;
    }
    std::uint32_t code = lead & (0xffU >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      const unsigned next = octet(text[i + k]);
      if ((next & 0xc0U) != 0x80) {
        return false;
      }
      code = (code << 6) | (next & 0x3fU);
    }
    constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
    if (code < smallest.at(length) || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      return false;
    }
    i += length;
  }
  return true;
}

bool is_domain(std::string_view text, bool utf8) noexcept {
  if (text.empty() || text.size() > domain_octets_max || (utf8 && !is_utf8(text))) {
    return false;
  }
  std::size_t label = 0;
  char previous = '.';
  for (const char c : text) {
    if (c == '.') {
      if (label == 0 || previous == '-') {
        return false;
      }
      label = 0;
    } else {
      const bool letter = is_alphanumeric(c) || (utf8 && octet(c) >= 0x80);
      if (!letter && (c != '-' || label == 0)) {
        return false;
      }
      if (++label > label_octets_max) {
        return false;
      }
    }
    previous = c;
  }
  return label != 0 && previous != '-';
}

} // namespace warmfront
