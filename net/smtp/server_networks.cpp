#include "net/smtp/server_networks.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace warmfront::smtp {

namespace {

using octets = std::array<std::uint8_t, 16>;
constexpr unsigned mapped_bits = 96;

struct parsed_address {
  octets value{};
  bool four = false;
};

std::optional<parsed_address> parse_ip(const std::string& text) {
  parsed_address address;
  if (inet_pton(AF_INET6, text.c_str(), address.value.data()) == 1) {
    return address;
  }
  address.value = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  address.four = true;
  if (inet_pton(AF_INET, text.c_str(), address.value.data() + 12) == 1) {
    return address;
  }
  return std::nullopt;
}

bool bit(const octets& value, unsigned index) noexcept {
  return ((value.at(index / 8) >> (7 - index % 8)) & 1U) != 0;
}

error wrong(const std::string& network, const char* why) {
  return {errc::invalid_argument, "network \"" + network + "\": " + why,
          "write it like 192.0.2.0/24 or 2001:db8::/32"};
}

} // namespace

result<network_list> network_list::parse(const std::vector<std::string>& networks) {
  network_list list;
  for (const auto& text : networks) {
    const auto slash = std::min(text.find('/'), text.size());
    const auto address = parse_ip(text.substr(0, slash));
    if (!address) {
      return wrong(text, "not an IP address");
    }
    const unsigned bits_max = address->four ? 32 : 128;
    unsigned bits = bits_max;
    if (slash < text.size()) {
      const auto* end = text.data() + text.size();
      const auto [read, failure] = std::from_chars(text.data() + slash + 1, end, bits);
      if (failure != std::errc{} || read != end || bits > bits_max) {
        return wrong(text, "the prefix length is not valid");
      }
    }
    bits += address->four ? mapped_bits : 0;
    for (unsigned index = bits; index < 128; ++index) {
      if (bit(address->value, index)) {
        return wrong(text, "the address has bits set behind the prefix");
      }
    }
    list.networks_.push_back({address->value, bits});
  }
  return list;
}

bool network_list::contains(std::string_view address) const {
  const auto client = parse_ip(std::string{address});
  return client && std::any_of(networks_.begin(), networks_.end(), [&](const network& one) {
           for (unsigned index = 0; index < one.bits; ++index) {
             if (bit(one.octets, index) != bit(client->value, index)) {
               return false;
             }
           }
           return true;
         });
}

} // namespace warmfront::smtp
