#include "net/asio/endpoint_text.hpp"

#include <charconv>
#include <cstdint>

namespace warmfront::net {

using boost::asio::ip::tcp;
using boost::system::error_code;

std::optional<tcp::endpoint> parse_endpoint(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) {
    return std::nullopt;
  }
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto [read, failure] = std::from_chars(text.data() + colon + 1, end, port);
  auto host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) {
    host = host.substr(1, host.size() - 2);
  }
  error_code wrong;
  const auto address = boost::asio::ip::make_address(host, wrong);
  if (wrong || failure != std::errc{} || read != end || address.is_v6() != bracketed) {
    return std::nullopt;
  }
  return tcp::endpoint{address, port};
}

std::string to_text(const tcp::endpoint& endpoint) {
  const auto address = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? '[' + address + ']' : address) + ':' +
         std::to_string(endpoint.port());
}

} // namespace warmfront::net
