#include "net/spf/ip_network.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>

namespace warmfront::spf {

std::optional<ip_address> parse_ip(std::string_view text) {
  const std::string copy{text};
  ip_address address;
  if (copy.find('\0') != std::string::npos)
    return std::nullopt;
  if (inet_pton(AF_INET, copy.c_str(), address.octets.data()) == 1)
    return address;
  address.is_ipv6 = true;
  if (inet_pton(AF_INET6, copy.c_str(), address.octets.data()) == 1)
    return address;
  return std::nullopt;
}

ip_address unmapped(const ip_address& address) {
  constexpr std::array<std::uint8_t, 12> prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (!address.is_ipv6 || !std::equal(prefix.begin(), prefix.end(), address.octets.begin()))
    return address;
  ip_address ipv4;
  std::copy(address.octets.begin() + 12, address.octets.end(), ipv4.octets.begin());
  return ipv4;
}

bool is_within(const ip_address& address, const ip_address& network, unsigned bits) {
  if (address.is_ipv6 != network.is_ipv6)
    return false;
  const std::size_t whole = std::min<std::size_t>(bits / 8, address.octets.size());
  if (!std::equal(address.octets.begin(),
                  address.octets.begin() + static_cast<std::ptrdiff_t>(whole),
                  network.octets.begin()))
    return false;
  const unsigned rest = bits % 8;
  return rest == 0 || whole == address.octets.size() ||
         (address.octets[whole] ^ network.octets[whole]) >> (8 - rest) == 0;
}

std::string dotted(const ip_address& address) {
  if (!address.is_ipv6)
    return to_string(address);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto octet : address.octets)
    for (const unsigned nibble : {unsigned{octet} >> 4, unsigned{octet} & 15}) {
      text += text.empty() ? "" : ".";
      text += digits[nibble];
    }
  return text;
}

std::string to_string(const ip_address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(address.is_ipv6 ? AF_INET6 : AF_INET, address.octets.data(), text.data(), text.size());
  return text.data();
}

} // namespace warmfront::spf
