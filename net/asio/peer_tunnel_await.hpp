// How a tunnel waits for a socket. Private to `peer_tunnel_session.cpp` and `peer_tunnel_pump.cpp`.
#pragma once

#include "net/asio/peer_tunnel_session.hpp"

namespace warmfront::net {

template <class Socket>
void tunnel::await(Socket& socket, boost::asio::socket_base::wait_type what,
                   void (tunnel::*then)()) {
  socket.async_wait(what, [self = shared_from_this(), then](const failure&) {
    // An error of the socket shows itself to whoever reads or writes next.
    if (self->stage_ != stage::over)
      (self.get()->*then)();
  });
}

} // namespace warmfront::net
