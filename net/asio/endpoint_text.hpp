// Addresses to listen on, as they are written.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <optional>
#include <string>

namespace warmfront::net {

/// `127.0.0.1:2587` or `[::1]:2587`; none for anything else.
[[nodiscard]] std::optional<boost::asio::ip::tcp::endpoint> parse_endpoint(const std::string& text);

/// The same, the other way.
[[nodiscard]] std::string to_text(const boost::asio::ip::tcp::endpoint& endpoint);

} // namespace warmfront::net
