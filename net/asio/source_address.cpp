#include "net/asio/source_address.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace warmfront::net {

result<void> check_source_address(const std::string& address) {
  namespace ip = boost::asio::ip;
  boost::system::error_code failure;
  const auto local = ip::make_address(address, failure);
  if (failure)
    return error{errc::invalid_argument, "`" + address + "` is not an IP address", {}, "address"};
  boost::asio::io_context context;
  ip::tcp::socket socket{context};
  const ip::tcp::endpoint from{local, 0};
  socket.open(from.protocol(), failure);
  if (!failure)
    socket.bind(from, failure);
  if (failure)
    return error{errc::refused, "cannot send from " + address + ": " + failure.message(),
                 "add it to a network interface", "address"};
  return success();
}

} // namespace warmfront::net
