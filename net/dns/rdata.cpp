#include "net/dns/rdata.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <utility>

#include "net/dns/tlsa.hpp"

namespace warmfront::dns {

namespace {

constexpr std::size_t name_octets_max = 255;

/// One octet of a host name, in lower case; 0 when it may not stand in one.
char host_octet(char c) noexcept {
  if (c >= 'A' && c <= 'Z') {
    return static_cast<char>(c + 32);
  }
  const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  return allowed ? c : '\0';
}

/// A whole name in wire form; the root is empty.
std::optional<std::string> parse_name(std::string_view name) {
  std::string host;
  while (!name.empty()) {
    const auto length = static_cast<unsigned char>(name.front());
    name.remove_prefix(1);
    if (length == 0) {
      return name.empty() ? std::optional{host} : std::nullopt;
    }
    if (length > 63 || length > name.size()) {
      return std::nullopt;
    }
    if (!host.empty()) {
      host += '.';
    }
    for (const char c : name.substr(0, length)) {
      const char octet = host_octet(c);
      if (octet == '\0') {
        return std::nullopt;
      }
      host += octet;
    }
    name.remove_prefix(length);
  }
  return std::nullopt;
}

} // namespace

std::optional<mx_record> parse_mx(std::string_view data) {
  if (data.size() < 3 || data.size() > 2 + name_octets_max) {
    return std::nullopt;
  }
  auto host = parse_name(data.substr(2));
  if (!host) {
    return std::nullopt;
  }
  mx_record record;
  record.preference = static_cast<std::uint16_t>(static_cast<unsigned char>(data[0]) << 8 |
                                                 static_cast<unsigned char>(data[1]));
  record.host = std::move(*host);
  return record;
}

std::optional<std::string> parse_ptr(std::string_view data) {
  auto host = data.size() > name_octets_max ? std::nullopt : parse_name(data);
  return host && !host->empty() ? host : std::nullopt;
}

std::optional<std::string> parse_txt(std::string_view data) {
  std::string text;
  while (!data.empty()) {
    const auto length = static_cast<unsigned char>(data.front());
    data.remove_prefix(1);
    if (length > data.size()) {
      return std::nullopt;
    }
    for (const char c : data.substr(0, length)) {
      text += c >= ' ' && c <= '~' ? c : '?';
    }
    data.remove_prefix(length);
  }
  return text;
}

std::optional<std::string> parse_record(record_type type, std::string_view data) {
  switch (type) {
  case record_type::a:
  case record_type::aaaa:
    return parse_address_record(data);
  case record_type::cname:
  case record_type::ptr:
    return parse_ptr(data);
  case record_type::mx:
    if (const auto record = parse_mx(data)) {
      return std::to_string(record->preference) + ' ' + (record->host.empty() ? "." : record->host);
    }
    return std::nullopt;
  case record_type::txt:
    return parse_txt(data);
  case record_type::tlsa:
    if (const auto record = parse_tlsa(data)) {
      return to_string(*record);
    }
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::string> parse_address_record(std::string_view data) {
  if (data.size() != sizeof(in_addr) && data.size() != sizeof(in6_addr)) {
    return std::nullopt;
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = data.size() == sizeof(in_addr) ? AF_INET : AF_INET6;
  if (inet_ntop(family, data.data(), text.data(), text.size()) == nullptr) {
    return std::nullopt;
  }
  return std::string{text.data()};
}

} // namespace warmfront::dns
