#include "net/dns/tlsa.hpp"

namespace warmfront::dns {

namespace {

/// Larger ones are no certificates, and a hostile zone could fill memory with them.
constexpr std::size_t tlsa_octets_max = 16 * 1024;

} // namespace

std::optional<tlsa_record> parse_tlsa(std::string_view data) {
  if (data.size() < 4 || data.size() > 3 + tlsa_octets_max) {
    return std::nullopt;
  }
  tlsa_record record;
  record.usage = static_cast<std::uint8_t>(data[0]);
  record.selector = static_cast<std::uint8_t>(data[1]);
  record.matching = static_cast<std::uint8_t>(data[2]);
  record.data = std::string{data.substr(3)};
  return record;
}

std::string to_string(const tlsa_record& value) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = std::to_string(value.usage) + ' ' + std::to_string(value.selector) + ' ' +
                     std::to_string(value.matching) + ' ';
  for (const char c : value.data) {
    const auto octet = static_cast<unsigned char>(c);
    text += digits[octet >> 4];
    text += digits[octet & 15];
  }
  return text;
}

bool is_usable(const tlsa_record& record) noexcept {
  const bool usage = record.usage == 2 || record.usage == 3;
  const bool selector = record.selector <= 1;
  switch (record.matching) {
  case 0:
    return usage && selector && !record.data.empty();
  case 1:
    return usage && selector && record.data.size() == 32;
  case 2:
    return usage && selector && record.data.size() == 64;
  default:
    return false;
  }
}

std::vector<std::string> tlsa_bases(const std::string& host, const address_evidence& evidence) {
  if (!evidence.found || !evidence.is_secure) {
    return {};
  }
  if (evidence.canonical.empty() || evidence.canonical == host) {
    return {host};
  }
  return {evidence.canonical, host};
}

std::string tlsa_name(const std::string& base) {
  return "_25._tcp." + base;
}

} // namespace warmfront::dns
