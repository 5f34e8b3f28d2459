// What makes a value of node.toml acceptable, one function per notation.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "actors/core/address.hpp"
#include "cluster-config/values.hpp"

namespace warmfront::config {

namespace {

/// A network as octets, to see the bits beyond its prefix.
struct network {
  int family = AF_UNSPEC;
  std::array<std::uint8_t, 16> octets{};
  std::size_t bits = 0; ///< 32 or 128
};

std::optional<network> parse_network_address(const std::string& text) {
  network parsed;
  for (const auto& [family, bits] : {std::pair{AF_INET, 32}, std::pair{AF_INET6, 128}})
    if (inet_pton(family, text.c_str(), parsed.octets.data()) == 1) {
      parsed.family = family;
      parsed.bits = static_cast<std::size_t>(bits);
      return parsed;
    }
  return std::nullopt;
}

std::optional<std::size_t> parse_prefix(std::string_view text) {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text.front() == '0'))
    return std::nullopt;
  std::size_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9')
      return std::nullopt;
    value = value * 10 + static_cast<std::size_t>(c - '0');
  }
  return value;
}

/// The network with the bits beyond the prefix cleared, as text.
std::string masked(network from, std::size_t prefix) {
  for (std::size_t bit = prefix; bit < from.bits; ++bit)
    from.octets[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> (bit % 8)));
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(from.family, from.octets.data(), text.data(), text.size());
  return std::string{text.data()} + '/' + std::to_string(prefix);
}

bool has_bits_beyond(const network& from, std::size_t prefix) {
  for (std::size_t bit = prefix; bit < from.bits; ++bit)
    if ((from.octets[bit / 8] & (0x80u >> (bit % 8))) != 0)
      return true;
  return false;
}

problem found(std::string_view text, std::string_view what) {
  if (text.empty())
    return "is not given";
  return quote(text) + ' ' + std::string{what};
}

} // namespace

problem check_listener(std::string_view text) {
  const auto parsed = parse_endpoint(text);
  if (!parsed)
    return found(text, "is not an address with a port");
  if (!is_ip_address(parsed->host))
    return found(text, "does not name an IP address, and a name may stand for several");
  return std::nullopt;
}

problem check_next_hop(std::string_view text) {
  const auto parsed = parse_endpoint(text);
  if (!parsed)
    return found(text, "is not a host with a port");
  if (parsed->port == 0)
    return found(text, "has port 0, where nothing can be reached");
  if (!is_ip_address(parsed->host) && !is_domain(parsed->host, false))
    return found(text, "does not name a host");
  return std::nullopt;
}

problem check_relay_network(std::string_view text) {
  const auto slash = text.find('/');
  if (text.find('\0') != std::string_view::npos || slash == std::string_view::npos)
    return found(text, "is not a network with a prefix length");
  const auto address = parse_network_address(std::string{text.substr(0, slash)});
  const auto prefix = parse_prefix(text.substr(slash + 1));
  if (!address || !prefix || *prefix > address->bits)
    return found(text, "is not a network with a prefix length");
  if (*prefix == 0)
    return found(text, "would let the whole Internet relay without a password");
  if (has_bits_beyond(*address, *prefix))
    return found(text,
                 "has bits set beyond its prefix; the network is " + masked(*address, *prefix));
  return std::nullopt;
}

problem check_name_server(std::string_view text) {
  const auto at = text.find('@');
  if (!is_ip_address(text.substr(0, at)))
    return found(text, "does not begin with an IP address");
  if (at == std::string_view::npos)
    return std::nullopt;
  const auto port = parse_endpoint("x:" + std::string{text.substr(at + 1)});
  if (!port || port->port == 0)
    return found(text, "does not end in a port");
  return std::nullopt;
}

problem check_etcd_url(std::string_view text) {
  const bool secure = text.starts_with("https://");
  if (!secure && !text.starts_with("http://"))
    return found(text, "is not a URL");
  const auto authority = text.substr(secure ? 8 : 7);
  if (check_next_hop(authority))
    return found(text, "does not name a host and a port, and nothing else");
  if (!secure && !is_loopback(parse_endpoint(authority)->host))
    return found(text, "would carry the control state in clear over the network");
  return std::nullopt;
}

problem check_public_url(std::string_view text) {
  if (text.empty())
    return std::nullopt;
  const bool secure = text.starts_with("https://");
  if (!secure && !text.starts_with("http://"))
    return found(text, "is not a URL");
  const auto authority = text.substr(secure ? 8 : 7);
  const bool has_port = parse_endpoint(authority).has_value();
  if (has_port ? check_next_hop(authority).has_value() : !is_domain(authority, false))
    return found(text, "does not name a host, with or without a port, and nothing else");
  return std::nullopt;
}

problem check_node_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  if (text.empty() || text.size() > 63 || text.front() == '-' || text.back() == '-' ||
      !std::all_of(text.begin(), text.end(), allowed))
    return found(text, "is not a node name");
  return std::nullopt;
}

problem check_hostname(std::string_view text) {
  if (!is_domain(text, false) || is_ip_address(text))
    return found(text, "is not a domain name");
  return std::nullopt;
}

problem check_route_domain(std::string_view text) {
  return text == "*" ? std::nullopt : check_hostname(text);
}

problem check_path(std::string_view text) {
  if (text.empty())
    return "is not given";
  return check_optional_path(text);
}

problem check_optional_path(std::string_view text) {
  if (text.find('\0') != std::string_view::npos)
    return found(text, "contains a NUL");
  return std::nullopt;
}

problem check_bulk_rules(std::string_view text) {
  for (const std::string_view rule : {"", "refuse", "warn", "off"})
    if (text == rule)
      return std::nullopt;
  return found(text, "is not what can be done about the rules");
}

problem check_log_level(std::string_view text) {
  for (const std::string_view level : {"trace", "debug", "info", "warn", "error"})
    if (text == level)
      return std::nullopt;
  return found(text, "is not a log level");
}

} // namespace warmfront::config
