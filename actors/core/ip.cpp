#include "actors/core/ip.hpp"

#include <array>

#include <arpa/inet.h>

namespace warmfront {

std::optional<std::string> canonical_ip(std::string_view text) {
  if (text.empty() || text.size() >= INET6_ADDRSTRLEN)
    return std::nullopt;
  if (text.find('\0') != std::string_view::npos)
    return std::nullopt;
  const std::string terminated{text};
  std::array<unsigned char, sizeof(in6_addr)> octets{};
  std::array<char, INET6_ADDRSTRLEN> canonical{};
  const int family = text.find(':') == std::string_view::npos ? AF_INET : AF_INET6;
  if (inet_pton(family, terminated.c_str(), octets.data()) != 1 ||
      inet_ntop(family, octets.data(), canonical.data(), canonical.size()) == nullptr)
    return std::nullopt;
  return std::string{canonical.data()};
}

} // namespace warmfront
