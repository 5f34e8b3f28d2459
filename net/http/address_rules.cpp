#include "net/http/address_rules.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace warmfront::http {

namespace {

using ip_octets = std::array<std::uint8_t, 16>; // IPv4 as IPv4-mapped IPv6

struct special_network {
  const char* address;
  unsigned bits;
  const char* what;
};

// The special-purpose registries of IANA (RFC 6890 and its updates), and multicast.
constexpr std::array ipv4_special{
    special_network{"0.0.0.0", 8, "no address of a host (RFC 791)"},
    special_network{"10.0.0.0", 8, "a private network (RFC 1918)"},
    special_network{"100.64.0.0", 10, "shared address space (RFC 6598)"},
    special_network{"127.0.0.0", 8, "loopback"},
    special_network{"169.254.0.0", 16, "link-local (RFC 3927)"},
    special_network{"172.16.0.0", 12, "a private network (RFC 1918)"},
    special_network{"192.0.0.0", 24, "reserved for protocols (RFC 6890)"},
    special_network{"192.0.2.0", 24, "for documentation (RFC 5737)"},
    special_network{"192.88.99.0", 24, "a 6to4 relay (RFC 7526)"},
    special_network{"192.168.0.0", 16, "a private network (RFC 1918)"},
    special_network{"198.18.0.0", 15, "for benchmarks (RFC 2544)"},
    special_network{"198.51.100.0", 24, "for documentation (RFC 5737)"},
    special_network{"203.0.113.0", 24, "for documentation (RFC 5737)"},
    special_network{"224.0.0.0", 4, "multicast"},
    special_network{"240.0.0.0", 4, "reserved (RFC 1112)"},
};
constexpr std::array ipv6_special{
    special_network{"2001::", 23, "reserved for protocols, as Teredo (RFC 2928)"},
    special_network{"2001:db8::", 32, "for documentation (RFC 3849)"},
    special_network{"2002::", 16, "6to4: another address is in it (RFC 3056)"},
    special_network{"3fff::", 20, "for documentation (RFC 9637)"},
};

std::optional<ip_octets> octets_of(const std::string& text) {
  ip_octets value{};
  if (inet_pton(AF_INET6, text.c_str(), value.data()) == 1)
    return value;
  value = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (inet_pton(AF_INET, text.c_str(), value.data() + 12) == 1)
    return value;
  return std::nullopt;
}

bool is_ipv4(const ip_octets& value) {
  return std::all_of(value.begin(), value.begin() + 10, [](auto octet) { return octet == 0; }) &&
         value[10] == 0xff && value[11] == 0xff;
}

bool begins_alike(const ip_octets& left, const ip_octets& right, unsigned bits) {
  for (unsigned index = 0; index < bits; ++index)
    if (((left.at(index / 8) ^ right.at(index / 8)) & (0x80U >> index % 8)) != 0)
      return false;
  return true;
}

template <class Table>
const special_network* find_special(const Table& table, const ip_octets& value, unsigned skipped) {
  for (const auto& each : table)
    if (begins_alike(*octets_of(each.address), value, skipped + each.bits))
      return &each;
  return nullptr;
}

error bad_url(const char* why) {
  return {errc::invalid_argument, std::string{"the URL "} + why,
          "write it like https://hooks.example.com/mail", "url"};
}

bool is_host_octet(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

/// A host whose last label is a number is an address to some programs, in octal or hexadecimal.
bool ends_in_number(std::string_view host) {
  if (host.ends_with('.'))
    host.remove_suffix(1);
  const auto dot = host.rfind('.');
  const auto last = dot == std::string_view::npos ? host : host.substr(dot + 1);
  return last.empty() || last.starts_with("0x") ||
         std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
}

result<std::string> read_host(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (text.starts_with('[')) {
    in6_addr unused{};
    const auto inner = text.substr(1, text.size() - 2);
    if (!text.ends_with(']') || inet_pton(AF_INET6, inner.c_str(), &unused) != 1)
      return bad_url("has brackets around what is no IPv6 address");
    return inner;
  }
  if (text.empty() || text.size() > 253 || !std::all_of(text.begin(), text.end(), is_host_octet))
    return bad_url("names no host");
  in_addr unused{};
  if (ends_in_number(text) && inet_pton(AF_INET, text.c_str(), &unused) != 1)
    return bad_url("has a host that is a number and no address");
  return text;
}

/// Of the scheme, which is taken off.
std::optional<bool> take_scheme(std::string_view& url) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    const bool same = url.size() >= scheme.size() &&
                      std::equal(scheme.begin(), scheme.end(), url.begin(), [](char a, char b) {
                        return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b + 32) : b);
                      });
    if (same) {
      url.remove_prefix(scheme.size());
      return scheme.size() == 7;
    }
  }
  return std::nullopt;
}

} // namespace

result<address_rules> address_rules::parse(const std::vector<std::string>& allowed_networks) {
  WARMFRONT_TRY(networks, smtp::network_list::parse(allowed_networks));
  address_rules rules;
  rules.allowed_ = std::move(networks);
  return rules;
}

std::optional<std::string> address_rules::objection(std::string_view address) const {
  const std::string text{address};
  const auto value = octets_of(text);
  if (!value || text.find('\0') != std::string::npos)
    return "\"" + text + "\" is no IP address";
  if (allowed_.contains(text))
    return std::nullopt;
  const auto* special = is_ipv4(*value) ? find_special(ipv4_special, *value, 96)
                                        : find_special(ipv6_special, *value, 0);
  if (special != nullptr)
    return text + " is " + special->what;
  // Global unicast is 2000::/3 (RFC 4291 §2.4); NAT64, unique local, link-local, the loopback and
  // multicast lie outside.
  if (!is_ipv4(*value) && ((*value)[0] & 0xe0U) != 0x20U)
    return text + " is no public IPv6 address";
  return std::nullopt;
}

result<callable_url> parse_callable_url(std::string_view url) {
  if (url.size() > 2048)
    return bad_url("has more than 2048 octets");
  const bool plain_text = std::all_of(url.begin(), url.end(), [](char c) {
    return c > ' ' && c < '\x7f' && c != '\\' && c != '"';
  });
  if (!plain_text)
    return bad_url("has characters that have to be encoded");
  const auto plain = take_scheme(url);
  if (!plain)
    return bad_url("begins with neither https:// nor http://");
  auto authority = url.substr(0, url.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos)
    return bad_url("has a user name");
  callable_url parts{*plain, {}, static_cast<std::uint16_t>(*plain ? 80 : 443)};
  const auto colon = authority.rfind(':');
  if (colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    const auto digits = authority.substr(colon + 1);
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), parts.port);
    if (failure != std::errc{} || end != digits.data() + digits.size() || parts.port == 0)
      return bad_url("has no valid port");
    authority = authority.substr(0, colon);
  }
  WARMFRONT_TRY(host, read_host(std::string{authority}));
  parts.host = std::move(host);
  return parts;
}

result<void> check_url(std::string_view url, const address_rules& rules, bool plain_too) {
  WARMFRONT_TRY(parts, parse_callable_url(url));
  if (parts.is_plain && !plain_too)
    return bad_url("has to begin with https://");
  std::string_view host = parts.host;
  if (host.ends_with('.'))
    host.remove_suffix(1);
  std::optional<std::string> why;
  if (octets_of(std::string{host})) {
    why = rules.objection(host);
  } else if (rules.objection("127.0.0.1")) { // else names of this machine are welcome, too
    for (const std::string_view name : {"localhost", "local", "internal", "localdomain"})
      if (host == name || host.ends_with("." + std::string{name}))
        why = std::string{host} + " is a name of a private network";
    if (host.find('.') == std::string_view::npos)
      why = std::string{host} + " is a name without a domain";
  }
  if (why)
    return error{errc::refused, "the URL may not be called: " + *why,
                 "use an address that is public", "url"};
  return success();
}

} // namespace warmfront::http
