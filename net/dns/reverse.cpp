#include "net/dns/reverse.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>

namespace warmfront::dns {

namespace {

bool is_ipv6(std::string_view address) {
  return address.find(':') != std::string_view::npos;
}

/// The address backwards, in octets or nibbles, each followed by a dot.
std::string backwards(std::string_view address) {
  const std::string text{address};
  std::string reversed;
  if (in_addr ipv4{}; inet_pton(AF_INET, text.c_str(), &ipv4) == 1) {
    for (auto rest = ntohl(ipv4.s_addr), octets = 4U; octets > 0; --octets, rest >>= 8) {
      reversed += std::to_string(rest & 0xff) + '.';
    }
  } else if (in6_addr ipv6{}; inet_pton(AF_INET6, text.c_str(), &ipv6) == 1) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (std::size_t at = sizeof ipv6.s6_addr; at > 0; --at) {
      const auto octet = ipv6.s6_addr[at - 1];
      for (const auto nibble : {octet & 15, octet >> 4}) {
        reversed += digits[static_cast<std::size_t>(nibble)];
        reversed += '.';
      }
    }
  }
  return reversed;
}

} // namespace

std::string reverse_name(std::string_view address) {
  auto name = backwards(address);
  return name.empty() ? name : name + (is_ipv6(address) ? "ip6.arpa" : "in-addr.arpa");
}

std::string listing_name(std::string_view address, std::string_view zone) {
  auto name = backwards(address);
  return name.empty() ? name : name + std::string{zone};
}

std::string listed_test_address(std::string_view address) {
  return is_ipv6(address) ? "::ffff:7f00:2" : "127.0.0.2";
}

std::string unlisted_test_address(std::string_view address) {
  return is_ipv6(address) ? "::ffff:7f00:1" : "127.0.0.1";
}

} // namespace warmfront::dns
